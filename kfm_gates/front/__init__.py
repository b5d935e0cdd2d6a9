"""The front doors: command line, pytest plugin, Python API. Thin: no judgement is in them."""
