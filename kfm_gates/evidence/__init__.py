"""The only code that reads bytes: paths, snapshots, strict parsers, digests and the ledger."""
