"""What checks of the family share: their part of the decision, and placeholders in what a caller says."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.evidence.placeholders import placeholders_in
from kfm_gates.evidence.pointers import walk
from kfm_gates.facts.rerun import Rerun
from kfm_gates.facts.rerun_vocabulary import Reason
from kfm_gates.model.base import EvidenceModel
from kfm_gates.model.finding import Finding, Place, finding

_EXPECTED = {
    "prior_receipt": "the receipt of the last run, as it was entered in the ledger",
    "failure": "one of the six classes of failure, where a run failed",
    "contradicted": "the class of the run and of the checks that failed",
    "spec_changed": "a specification of which it is known whether it changed",
    "code_changed": "image, code and parameters of the rerun, in `environment`",
    "bytes_changed": "bytes of which it is known whether they changed",
    "validators": "an ETag, a time of modification or digests, seen after the prior run, that agree with the bytes",
    "legitimate": "a person's declaration in `upstream_change`, after the prior run, not by who asks for the rerun",
    "drifted": "a fresh observation of the projections that shows it",
    "canonical": "every file as the passed runs wrote it",
    "published": "a published pointer that can be read",
    "quarantined": "a version that is not in quarantine",
    "settled": "a label and a licence, or a version in quarantine",
    "in_scope": "the job `rerun`",
    "declared": "the mode that the facts lead to",
    "failed": "a run of which it is known how it ended",
    "superseded": "an acquisition that supersedes the old one",
}


def share(rerun: Rerun, check: str, hint: str) -> Iterator[Finding]:
    """The findings of one check of the family."""
    for reason in rerun.decision.blocking(check):
        yield _finding(rerun, reason, hint)


def every(rerun: Rerun, hint: str) -> Iterator[Finding]:
    """The findings for all reasons that block, whoever should have said so."""
    for reason in rerun.decision.blocking():
        yield _finding(rerun, reason, hint)


def placeholders_of(document: EvidenceModel) -> Iterator[Finding]:
    """Values of a request or an observation that are still to be filled in."""
    for pointer, value in walk(document.raw):
        for what in placeholders_in(value) if isinstance(value, str) else ():
            yield finding(
                document.at(pointer),
                "a placeholder stands where a value belongs",
                found=what,
                expected="what is known",
                hint="write the value that belongs here",
            )


def _finding(rerun: Rerun, reason: Reason, hint: str) -> Finding:
    told = rerun.told[reason.fact]
    place = told.place if told.place.file else Place(rerun.told["declared"].place.file)
    return finding(place, reason.text, found=told.said, expected=_EXPECTED[reason.fact], hint=hint)
