"""Is the data labelled, and is what the label demands done to the bytes?"""
