"""One thing that is known for the rerun decision, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from kfm_gates.facts.rerun_vocabulary import Known
from kfm_gates.model.finding import Place

V = TypeVar("V")


@dataclass(frozen=True)
class Told(Generic[V]):
    """A value, a sentence about it, and the place in the evidence that it was read from."""

    value: V
    said: str
    place: Place


def together(parts: Iterable[Told[Known]], none: Told[Known]) -> Told[Known]:
    """YES if one part says so, NO if all do, else UNKNOWN; in the words of the part that decides.

    `none` is what there is to say when there are no parts.
    """
    found = list(parts)
    for value in (Known.YES, Known.UNKNOWN, Known.NO):
        for part in found:
            if part.value is value:
                return part
    return none
