"""The documents and values that the gates read and write."""
