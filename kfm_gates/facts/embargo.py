"""When the embargo of a version ends, measured from its release."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.named import name_fact
from kfm_gates.model.finding import Place
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.spec import Spec
from kfm_gates.model.text import instant


@dataclass(frozen=True)
class Embargo:
    """The end that the spec states; `seconds` is how long after the release that is, negative when before.

    `released_at` and `seconds` are None when the manifest can't be read; `release.manifest` says so.
    """

    place: Place
    until: str
    released_at: str | None
    seconds: float | None


@provides
def embargoes(spec: Spec, facts: Facts) -> tuple[Embargo, ...]:
    """One, or none when the spec states no end of an embargo."""
    until = spec.policy.embargo_until
    if until is None:
        return ()
    place = spec.at("/policy/embargo_until")
    try:
        released = facts.get(Manifest).released_at
    except Unmet:
        return (Embargo(place, until, None, None),)
    return (Embargo(place, until, released, (instant(until) - instant(released)).total_seconds()),)


name_fact("embargoes", Embargo, many=True)
