"""Named facts by which a profile decides, before judging, that a check does not apply.

Each is true or false and computed from pinned evidence. When it can't be computed the check stays
planned: doubt never takes a check off the docket.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts
from kfm_gates.facts.origins import Origins
from kfm_gates.facts.place_names import PlaceNames
from kfm_gates.facts.prior_version import PriorVersion
from kfm_gates.facts.raw_history import RawLedger, datasets
from kfm_gates.model.spec import Spec


@dataclass(frozen=True)
class Applicability:
    """One named fact."""

    name: str
    meaning: str
    holds: Callable[[Facts], bool]


def _has_obligations(facts: Facts) -> bool:
    return bool(facts.get(Spec).policy.obligations)


def _hides_places(facts: Facts) -> bool:
    policy = facts.get(Spec).policy
    obliged = any(each.type == "generalize_geometry" for each in policy.obligations)
    label = policy.policy_label
    return obliged or not isinstance(label, str) or label in facts.get(PlaceNames).labels


def _has_plan(facts: Facts) -> bool:
    subject = facts.get(Subject)
    return bool(facts.get(Index).of_version("plan", subject.slug, subject.version))


def _has_pointer(facts: Facts) -> bool:
    path = facts.get(Layout).path("pointer", slug=facts.get(Subject).slug)
    return path in facts.get(Index).variables


def _has_prior_version(facts: Facts) -> bool:
    return bool(facts.resolve(tuple[PriorVersion, ...]))


def _has_ingest(facts: Facts) -> bool:
    raw, slugs = facts.get(RawLedger), datasets(facts.get(Origins), facts.get(Subject))
    return any(raw.knows(slug) for slug in slugs)


APPLICABILITY = {
    fact.name: fact
    for fact in (
        Applicability("has_obligations", "the spec lists at least one policy obligation", _has_obligations),
        Applicability(
            "hides_places", "an obligation or the policy label keeps places from being shown", _hides_places
        ),
        Applicability("has_ingest", "a run on record fetched raw data of the dataset", _has_ingest),
        Applicability("has_plan", "the version was made by a backfill that has a plan", _has_plan),
        Applicability("has_pointer", "the dataset has a published pointer", _has_pointer),
        Applicability("has_prior_version", "an earlier release precedes the version", _has_prior_version),
    )
}
