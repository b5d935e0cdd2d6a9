"""Named facts by which a profile decides, before judging, that a check does not apply.

Each is true or false and computed from pinned evidence. When it can't be computed the check stays
planned: doubt never takes a check off the docket.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kfm_gates.facts.container import Facts
from kfm_gates.model.spec import Spec


@dataclass(frozen=True)
class Applicability:
    """One named fact."""

    name: str
    meaning: str
    holds: Callable[[Facts], bool]


def _has_obligations(facts: Facts) -> bool:
    return bool(facts.get(Spec).policy.obligations)


APPLICABILITY = {
    fact.name: fact
    for fact in (
        Applicability("has_obligations", "the spec lists at least one policy obligation", _has_obligations),
    )
}
