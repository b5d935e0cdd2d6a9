"""A rerun decision as text for a person, and as JSON with the same content."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import Any

from kfm_gates.facts.rerun_told import Told
from kfm_gates.judge.rerun import Answer
from kfm_gates.reports.harmless import visible

_NEXT = {
    "retry_ingestion": "run the ingestion or transform again (procedure A)",
    "rerun_catalog": "generate the catalogs again (procedure B)",
    "rerun_promotion": "mend what the gate denied, then promote again (procedure C)",
    "rebuild_projections": "rebuild the projections from the catalogs (procedure D)",
    "rollback": "first roll the published version back (procedure E)",
    "quarantine": "put the version into quarantine until rights and sensitivity are settled",
}


def as_json(answer: Answer | None, evaluated_at: str, no_subject: str | None) -> str:
    """One JSON object and a newline."""
    return json.dumps(_document(answer, evaluated_at, no_subject), indent=2, ensure_ascii=False) + "\n"


def _document(answer: Answer | None, evaluated_at: str, no_subject: str | None) -> dict[str, Any]:
    if answer is None:
        return {"subject": None, "evaluated_at": evaluated_at, "no_subject": no_subject}
    decision = answer.rerun.decision
    return {
        "subject": answer.subject.id,
        "evaluated_at": evaluated_at,
        "mode": decision.mode.value,
        "derived": _value(decision.derived),
        "reasons": [
            {
                "check": each.check,
                "fact": each.fact,
                "requirements": list(each.requirements),
                "text": each.text,
                "blocks": each.blocks,
            }
            for each in decision.reasons
        ],
        "facts": [
            {
                "name": name,
                "value": _value(told.value),
                "said": told.said,
                "file": told.place.file or None,
                "pointer": told.place.pointer,
            }
            for name, told in answer.rerun.told.items()
        ],
        "emits": [each.value for each in decision.emits],
        "next_flow": _value(decision.flow),
        "ends_in": decision.ends_in,
    }


def text(answer: Answer) -> str:
    """Mode, reasons, facts with where they come from, what must be emitted, and what comes next."""
    return "".join(f"{line}\n" for line in _lines(answer))


def _lines(answer: Answer) -> Iterator[str]:
    decision = answer.rerun.decision
    yield f"{decision.mode.value}  {visible(answer.subject.id)}"
    yield ""
    yield "why"
    for each in sorted(decision.reasons, key=lambda reason: not reason.blocks):
        mark = "✗" if each.blocks else "·"
        yield f"  {mark} {visible(each.text)} ({', '.join(each.requirements)}; {each.check})"
    yield ""
    yield "what is known"
    for name, told in answer.rerun.told.items():
        yield f"  {name.replace('_', ' '):14} {_value(told.value) or 'not said':21} {visible(told.said)}{_where(told)}"
    yield ""
    if decision.emits:
        yield f"must be emitted  {', '.join(each.value for each in decision.emits)}"
    if decision.flow is not None:
        yield f"next             {_NEXT[decision.flow.value]}"
    if decision.ends_in is not None:
        yield f"at the end       {decision.ends_in.replace('_', ' ')}"
    if not decision.emits and decision.flow is None:
        yield (
            "nothing is to be run"
            if not decision.blocking()
            else "nothing may be run until what blocks is settled"
        )


def _where(told: Told[Any]) -> str:
    if not told.place.file:
        return ""
    pointer = f"#{told.place.pointer}" if told.place.pointer else ""
    return f"  [{visible(told.place.file + pointer)}]"


def _value(value: Enum | None) -> str | None:
    return None if value is None else str(value.value)
