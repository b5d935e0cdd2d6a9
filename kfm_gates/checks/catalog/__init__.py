"""Checks of the catalog triplet: STAC, DCAT and PROV, and how they hang together."""
