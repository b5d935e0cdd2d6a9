"""The report for programs: exactly the gate decision's predicate, indented."""

from __future__ import annotations

import json

from kfm_gates.model.finding import Json


def render(statement: Json) -> str:
    """The predicate of a decision statement as ASCII JSON; `null` when nothing was judged."""
    predicate = None if statement is None else statement["predicate"]
    return json.dumps(predicate, indent=2, ensure_ascii=True) + "\n"
