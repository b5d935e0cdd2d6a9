"""What documents say of where, when and how much there is, each beside what it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kfm_gates.facts.boxes import Box
from kfm_gates.facts.footers import Footer
from kfm_gates.facts.stated_periods import Period
from kfm_gates.model.finding import Json, Place

Relation = Literal["same", "within", "around"]
SAME: Relation = "same"
WITHIN: Relation = "within"
AROUND: Relation = "around"
"""As tiles are, which take in the data and may be wider by `slack`."""


@dataclass(frozen=True)
class BoxClaim:
    """A document says where the data is; `stated` is None when that can't be read, `text` is what stands there."""

    place: Place
    what: str
    text: str
    stated: Box | None
    relation: Relation
    true: Box
    of: str
    slack: float = 0.0
    in_catalog: bool = True


@dataclass(frozen=True)
class PeriodClaim:
    """A document says which time the data speaks of."""

    place: Place
    what: str
    stated: Period | None
    text: str
    relation: Relation
    true: Period
    of: str


@dataclass(frozen=True)
class CountClaim:
    """A document says how many features there are; `true` are the numbers that would be right."""

    place: Place
    what: str
    stated: Json
    true: tuple[int, ...]
    of: str


@dataclass(frozen=True)
class Extent:
    """One thing to be judged; a footer is there when its artifact can't be read."""

    claim: BoxClaim | PeriodClaim | CountClaim | Footer
