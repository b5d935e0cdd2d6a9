"""`routing.upstream`: it is known whether the source has changed."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.checks.routing._share import placeholders_of, share
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts
from kfm_gates.facts.rerun import Rerun
from kfm_gates.facts.rerun_papers import ObservationPaper
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.rerun_observation import RerunObservation


@check(
    "routing.upstream", needs=["routing.subject", "routing.prior_receipt"], serves=["R-039", "R-042", "R-045"]
)
def upstream(paper: ObservationPaper, about: Subject, facts: Facts) -> Verdict:
    """Deny a rerun of which nobody knows whether upstream has changed, or of which the source contradicts itself.

    Same bytes make a Retry or a Reprocess, other bytes a Backfill. Digests decide, of a later acquisition or of
    bytes that were fetched to be compared; without them an equal ETag or time of modification, seen after the
    prior run and within seven days, or an address that stands for one content for ever. An ETag that changed
    alone proves nothing, nor does an equal weak one; bytes that changed under the same strong ETag prove that one
    of the two can't be believed. A Rebuild reads nothing from upstream and needs no look. Ask the source again
    and record the answer in the observation; where it contradicts itself, ask the publisher.
    """
    form = paper.form
    if form is not None and (form.document is None or form.findings):
        return verdict(form.findings)
    astray: list[Finding] = []
    if form is not None and form.document is not None:
        astray += [*_astray(form.document, about), *placeholders_of(form.document)]
    hint = "ask the source again, compare digests, and record it in the observation"
    return verdict(astray or share(facts.get(Rerun), "routing.upstream", hint))


def _astray(observation: RerunObservation, about: Subject) -> Iterator[Finding]:
    for field, wanted in (("dataset_slug", about.slug), ("dataset_version_id", about.version)):
        if getattr(observation, field) != wanted:
            yield finding(
                observation.at(f"/{field}"),
                "the observation is about another version than the one under whose name it lies",
                found=getattr(observation, field),
                expected=wanted,
                hint="observe the sources and projections of this version",
            )
