"""A refusal: one reason why a plan can't be made or acted upon, under the ID of the check it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kfm_gates.errors import GateDenied
from kfm_gates.model.base import EvidenceModel
from kfm_gates.model.finding import Finding, finding


class Refusal(NamedTuple):
    """The check's ID, and the finding as that check would give it."""

    check: str
    finding: Finding

    def __str__(self) -> str:
        made = self.finding
        where = made.place.file + made.place.pointer
        return f"{self.check}: {where}: {made.message} (found {made.found}; expected {made.expected}); {made.hint}"


Refusals = Iterator[Refusal]


def refusal(
    check: str,
    document: EvidenceModel,
    pointer: str,
    message: str,
    *,
    found: object,
    expected: object,
    hint: str,
) -> Refusal:
    """A refusal at a place of the plan or its draft."""
    return Refusal(check, finding(document.at(pointer), message, found=found, expected=expected, hint=hint))


class PlanRefused(GateDenied):
    """A plan that can't be made or acted upon; `refusals` are all reasons, the message names each."""

    def __init__(self, what: str, refusals: Iterable[Refusal]) -> None:
        self.what = what
        self.refusals = tuple(dict.fromkeys(refusals))
        reasons = "; ".join(f"({number}) {each}" for number, each in enumerate(self.refusals, 1))
        super().__init__(f"{what}: {reasons}", [each.finding for each in self.refusals])


def refuse(what: str, refusals: Iterable[Refusal]) -> None:
    """Raise PlanRefused with every refusal; do nothing when there is none."""
    found = tuple(refusals)
    if found:
        raise PlanRefused(what, found)
