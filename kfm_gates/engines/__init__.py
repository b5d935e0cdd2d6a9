"""Adapters to other people's engines: Rego, SHACL, JSON-LD and JSON Schema. Read `interface` first."""
