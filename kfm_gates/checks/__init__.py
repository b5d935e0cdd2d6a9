"""The checks: one file per check, one folder per family; the check's ID is its path."""
