"""How a model says no: a complaint (a phrase that follows a field's name), what was expected, the way out.

Pydantic merges a `ValidationError` that a validator raises into its own, with the place put in front.
So a model that finds something wrong across its fields can still name the exact place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

COMPLAINT = "kfm_complaint"
Flaws = Iterator[InitErrorDetails]


def complaint(phrase: str, *, expected: str, hint: str) -> PydanticCustomError:
    """An error of the value being validated; `phrase` continues a sentence that starts with its name."""
    return PydanticCustomError(COMPLAINT, "{phrase}", {"phrase": phrase, "expected": expected, "hint": hint})


def flaw(loc: Sequence[str | int], value: Any, phrase: str, *, expected: str, hint: str) -> InitErrorDetails:
    """One thing wrong at `loc` below the model that looks."""
    return InitErrorDetails(type=complaint(phrase, expected=expected, hint=hint), loc=tuple(loc), input=value)


def refuse(flaws: Flaws) -> None:
    """Raise one ValidationError with all flaws; do nothing when there is none."""
    found = list(flaws)
    if found:
        raise ValidationError.from_exception_data("document", found)


def repeats(field: str, values: Iterable[str], key: str | None = None) -> Flaws:
    """A flaw for each value that a list already had; `key` is the field of the items that holds it."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            loc = (field, index) if key is None else (field, index, key)
            hint = "Remove or rename one of the two."
            yield flaw(loc, value, "is listed twice", expected="each value once", hint=hint)
        seen.add(value)
