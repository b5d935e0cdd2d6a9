"""The service `shapes` of the worker process.

Requests: {"op": "load", "shapes": [[name, text]]} -> {"version"}, so that parsing overlaps with other work;
{"op": "validate", "documents": {name: JSON-LD}, "shapes": [[name, text]]} -> {"results", "focus_counts"}.
"""

from __future__ import annotations

import logging
from dataclasses import astuple
from importlib.metadata import version

from kfm_gates.engines import shacl_core
from kfm_gates.engines.shacl_known_answers import prove
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

# rdflib logs a traceback for each ill-typed literal; such a literal is a result, not a fault of the worker.
logging.getLogger("rdflib").setLevel(logging.CRITICAL)

_proven = False


def serve(request: Json) -> Json:
    """Answer one request; nothing is judged before the engine has passed its known-answer tests."""
    global _proven
    if not _proven:
        prove()
        _proven = True
    shapes = [shacl_core.read_shapes(name, text) for name, text in request["shapes"]]
    if request["op"] == "load":
        return {"version": version("pyshacl")}
    if request["op"] == "validate":
        answer = shacl_core.validate(request["documents"], shapes)
        return {
            "results": [list(astuple(result)) for result in answer.results],
            "focus_counts": {file: dict(counts) for file, counts in answer.focus_counts.items()},
        }
    raise EngineError("The shapes service was asked for what it does not do.")
