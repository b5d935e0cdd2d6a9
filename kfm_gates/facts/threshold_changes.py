"""How the thresholds of a specification differ from those of the release that the version follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.digests import hex_of
from kfm_gates.evidence.hash_methods import spec_hash
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.facts.container import provides
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.prior_version import PriorVersion
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.spec import Spec, Threshold

Kind = Literal["added", "removed", "loosened", "tightened", "changed"]


@dataclass(frozen=True)
class ThresholdChange:
    """One threshold that is not what it was: `before` and `after` are texts for a person."""

    place: Place
    id: str
    kind: Kind
    before: str
    after: str


@dataclass(frozen=True)
class ThresholdChanges:
    """All changes since the version `prior`; `problem` is a clause that says why they can't be told."""

    place: Place
    prior: str | None
    problem: str | None = None
    changes: tuple[ThresholdChange, ...] = ()


@provides
def threshold_changes(
    spec: Spec, priors: tuple[PriorVersion, ...], snapshot: Snapshot, parsed: Parsed
) -> ThresholdChanges:
    """Compare the thresholds; the first version of a dataset has changed nothing."""
    place = spec.at("/qa/thresholds")
    if not priors:
        return ThresholdChanges(place, None)
    (prior,) = priors
    found = ThresholdChanges(place, prior.subject.version)
    if prior.spec not in snapshot:
        return replace(found, problem=f"{prior.spec} is not there")
    before = _thresholds(parsed.value(prior.spec), prior)
    if isinstance(before, str):
        return replace(found, problem=f"{prior.spec} {before}")
    return replace(found, changes=tuple(_changes(spec, before)))


def _thresholds(raw: Json, prior: PriorVersion) -> dict[str, Threshold] | str:
    """The thresholds of a specification as it was released, or why they can't be had."""
    qa = raw.get("qa") if isinstance(raw, dict) else None
    listed = qa.get("thresholds") if isinstance(qa, dict) else None
    try:
        digest = hex_of(spec_hash(raw, b"", raw["hash_method"] if isinstance(raw, dict) else ""))
        thresholds: list[Any] = [Threshold.model_validate(each) for each in listed or ()]
    except (EvidenceError, LookupError, ValueError, TypeError):
        thresholds, digest = [], ""
    if not thresholds:
        return "has no thresholds that can be read"
    if digest[:8] != prior.subject.version.split(".")[1]:
        return "is not the specification that was released: its hash differs from the one in its name"
    return {each.id: each for each in thresholds}


def _changes(spec: Spec, before: dict[str, Threshold]) -> Iterator[ThresholdChange]:
    now = {each.id: (spec.at(f"/qa/thresholds/{n}"), each) for n, each in enumerate(spec.qa.thresholds)}
    for id, (place, after) in now.items():
        old = before.get(id)
        if old is None:
            yield ThresholdChange(place, id, "added", "no such threshold", _said(after))
        elif (kind := _kind(old, after)) is not None:
            yield ThresholdChange(place, id, kind, _said(old), _said(after))
    for id, old in before.items():
        if id not in now:
            yield ThresholdChange(spec.at("/qa/thresholds"), id, "removed", _said(old), "no such threshold")


def _kind(old: Threshold, new: Threshold) -> Kind | None:
    if old.metric != new.metric:
        return "changed"
    inf = float("inf")
    lows = (-inf if old.min is None else old.min, -inf if new.min is None else new.min)
    highs = (inf if old.max is None else old.max, inf if new.max is None else new.max)
    looser, tighter = lows[1] < lows[0] or highs[1] > highs[0], lows[1] > lows[0] or highs[1] < highs[0]
    if looser and tighter:
        return "changed"
    return "loosened" if looser else "tightened" if tighter else None


def _said(threshold: Threshold) -> str:
    bounds = [
        f"{word} {bound}"
        for word, bound in (("at least", threshold.min), ("at most", threshold.max))
        if bound is not None
    ]
    return f"{threshold.metric} {' and '.join(bounds)}"


name_fact("threshold_changes", ThresholdChanges, many=False)
