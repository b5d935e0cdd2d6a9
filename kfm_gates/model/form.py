"""From a model's refusal to findings: each error becomes one sentence for a person, with its JSON pointer."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kfm_gates.model.expectation import expected_at, expected_of, field_names, model_at, present
from kfm_gates.model.finding import Finding, Json, Place, finding
from kfm_gates.model.refusal import COMPLAINT

if TYPE_CHECKING:
    from kfm_gates.model.base import EvidenceModel

M = TypeVar("M", bound="EvidenceModel")

_TYPES = {
    "string_type": "a text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "float_type": "a number",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "tuple_type": "a list",
    "list_type": "a list",
    "none_required": "null",
}
_KEY = "[key]"  # what pydantic appends to the place of a dictionary's key


def form_findings(model_cls: type[M], raw: Json, path: str) -> tuple[M | None, tuple[Finding, ...]]:
    """The document in `raw`, or None and every reason why it does not have the form of `model_cls`."""
    if not isinstance(raw, dict):
        message = f"the document is {kind(raw)}, not an object"
        return None, (
            finding(
                Place(path),
                message,
                found=shown(raw),
                expected=expected_of(model_cls),
                hint="Write one JSON object with named fields.",
            ),
        )
    try:
        return model_cls.read(raw, path), ()
    except ValidationError as problem:
        errors = problem.errors(include_url=False)
    real = [error for error in errors if not _is_echo(error)] or errors
    return None, tuple(_finding(model_cls, raw, path, error) for error in real)


def _is_echo(error: ErrorDetails) -> bool:
    """Whether a list is called too short only because pydantic does not count its bad items."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def pointer(loc: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901) from the steps to a value."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in loc)


def kind(value: Json) -> str:
    """The JSON type of a value, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        tuple: "a list",
        dict: "an object",
    }
    return names.get(type(value), f"of type {type(value).__name__}")


def shown(value: Json) -> str:
    """A value as short text: containers by size, texts quoted and printable."""
    if isinstance(value, dict):
        return f"an object with {len(value)} field{'s' * (len(value) != 1)}"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)} item{'s' * (len(value) != 1)}"
    text = json.dumps(value[:200] if isinstance(value, str) else value, ensure_ascii=False, default=str)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _finding(model_cls: type[BaseModel], raw: Json, path: str, error: ErrorDetails) -> Finding:
    loc = error["loc"]
    is_key = bool(loc) and loc[-1] == _KEY
    steps = loc[:-1] if is_key else loc
    label = f"the name {_label(steps)}" if is_key else _label(steps)
    message, expected, hint = _said(label, error, model_cls, steps, raw)
    absent = error["type"] == "missing" or (error["input"] is None and not present(raw, steps))
    found = "nothing" if absent else shown(error["input"])
    return finding(Place(path, pointer(steps)), message, found=found, expected=expected, hint=hint)


def _label(steps: Sequence[str | int]) -> str:
    """A field's name as a person would say it: `digest`, `reviewers[0]`."""
    tail = ""
    for step in reversed(steps):
        if isinstance(step, str):
            return f"`{shown(step)[1:-1]}{tail}`"
        tail = f"[{step}]{tail}"
    return f"item {tail}" if tail else "the document"


def _said(
    label: str, error: ErrorDetails, model_cls: type[BaseModel], steps: Sequence[str | int], raw: Json
) -> tuple[str, str, str]:
    """Message, expectation and way out for one error."""
    what, value, ctx = error["type"], error["input"], error.get("ctx", {})
    if what == COMPLAINT:
        return f"{label} {ctx['phrase']}", ctx["expected"], ctx["hint"]
    if what == "missing":
        return f"{label} is missing", expected_at(model_cls, steps, raw), f"Add {label}."
    if what == "extra_forbidden":
        return _unknown_field(label, str(steps[-1]), model_at(model_cls, steps[:-1], raw))
    if what == "literal_error":
        return _unknown_word(label, value, re.findall(r"'([^']*)'", str(ctx["expected"])))
    if what in _TYPES:
        phrase = "is null" if value is None else f"is {kind(value)}, not {_TYPES[what]}"
        return f"{label} {phrase}", _TYPES[what], f"Write {_TYPES[what]}."
    if what in ("too_short", "too_long"):
        least, actual = ctx.get("min_length"), ctx["actual_length"]
        wanted = f"at least {least}" if what == "too_short" else f"at most {ctx['max_length']}"
        phrase = "is empty" if not actual else f"has {actual} items"
        return f"{label} {phrase}", f"{wanted} item{'s' * (wanted[-2:] != ' 1')}", f"List {wanted}."
    if what == "greater_than_equal":
        return f"{label} is too small", f"at least {ctx['ge']}", f"Write {ctx['ge']} or more."
    return (
        f"{label} is not valid",
        expected_at(model_cls, steps, raw),
        "Compare it with the published JSON Schema.",
    )


def _unknown_field(label: str, name: str, model: type[BaseModel] | None) -> tuple[str, str, str]:
    names = field_names(model) if model else ()
    expected = f"only {', '.join(names)}" if names else "no fields"
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return (
            f"{label} is not a known field; did you mean `{near[0]}`?",
            expected,
            f"Rename it to `{near[0]}`.",
        )
    return f"{label} is not a known field", expected, f"Remove {label}."


def _unknown_word(label: str, value: Json, words: Sequence[str]) -> tuple[str, str, str]:
    expected = " or ".join(words)
    near = difflib.get_close_matches(value, words, n=1) if isinstance(value, str) else []
    hint = f"Did you mean {near[0]}?" if near else f"Write {expected}."
    if value is None:
        return f"{label} is null", expected, hint
    return f"{label} is not {'one of ' if len(words) > 1 else ''}{', '.join(words)}", expected, hint
