"""The rerun decision as rules see it: plain words, at the place of the request."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.facts.container import provides
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.rerun import Rerun
from kfm_gates.model.finding import Place


@dataclass(frozen=True)
class RerunView:
    """Mode and derived mode, what is emitted, what comes next, and the state of the version, each as one word."""

    place: Place
    mode: str
    derived: str | None
    emits: tuple[str, ...]
    next_flow: str | None
    ends_in: str | None
    canonical: str
    quarantined: str
    settled: str


@provides
def rerun_view(rerun: Rerun) -> RerunView:
    """The view of a decision."""
    made, known = rerun.decision, rerun.facts
    return RerunView(
        Place(rerun.place("declared").file),
        made.mode.value,
        made.derived.value if made.derived is not None else None,
        tuple(each.value for each in made.emits),
        made.flow.value if made.flow is not None else None,
        made.ends_in,
        known.canonical.value,
        known.quarantined.value,
        known.settled.value,
    )


name_fact("rerun", RerunView, many=False)
