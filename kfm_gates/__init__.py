"""Promotion and backfill gates for governed geospatial data: a permit, or a reason why not."""

__version__ = "0.1.0"
