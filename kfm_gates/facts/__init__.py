"""Typed values computed once per subject from pinned evidence, and shared by all checks."""
