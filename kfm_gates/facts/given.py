"""Facts that a run is given rather than computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kfm_gates.model.finding import Json


@dataclass(frozen=True)
class Clock:
    """The moment at which a run judges, as RFC 3339 text in UTC. The only clock that a check may ask."""

    evaluated_at: str


@dataclass(frozen=True)
class Since:
    """The Git commit that a run compares the evidence with; None when it compares it with none."""

    commit: str | None = None


@dataclass(frozen=True)
class Tables:
    """The policy pack's data: vocabularies that a steward may change, by name (`rego/data/<name>.json`)."""

    values: Mapping[str, Json]

    def table(self, name: str) -> Json:
        """One table; KeyError when the pack has none of that name."""
        return self.values[name]


@dataclass(frozen=True)
class ShapeChecks:
    """The SHACL checks of the docket: check ID to shape file and the names of the documents it judges."""

    files: Mapping[str, Path]
    evidence: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class WaiverFile:
    """A file that the configuration names as a waiver; its name counts from the configuration's folder."""

    name: str
    digest: str
    """Of its bytes; empty when it can't be read."""
    data: bytes
    problem: str = ""
    """Why it can't be read, as what follows its name in a sentence."""


@dataclass(frozen=True)
class WaiverPolicy:
    """The waivers of a run, and what a waiver may be for."""

    files: tuple[WaiverFile, ...] = ()
    gates: Mapping[str, str] = field(default_factory=dict)
    """Every check of the profile, with its gate."""
    unwaivable: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    """Every check that there is, also those of other profiles."""
    whole: bool = False
    """Whether every version of the evidence is judged, so that a subject that is not there is nowhere."""
