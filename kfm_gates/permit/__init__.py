"""Permits: what an open gate decision yields, and what whoever acts must verify."""
