"""Writes the documents that follow from the code: a page per check, the gates, the JSON Schemas."""
