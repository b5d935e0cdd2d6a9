"""Read-only probes of the stores that are rebuilt from released data: what serves now, and its revision."""
