"""The report for programs: exactly the gate decision's predicate, indented."""

from __future__ import annotations

import json

from kfm_gates.reports.result import Result


def render(result: Result) -> str:
    """The predicate as ASCII JSON, of the form `docs/schemas/decision.schema.json`; `null` without a verdict."""
    text = json.dumps(result.predicate, indent=2, ensure_ascii=True)
    return text.replace("##", "#\\u0023") + "\n"  # build logs take `##[…]` for a command, wherever it stands
