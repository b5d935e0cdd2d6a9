"""Are the runs on record, with the true digests, in a ledger that nobody edited?"""
