"""`routing.subject`: the request is one, and leads to one version and one run of it."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.checks.routing._share import placeholders_of
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.facts.given import Clock
from kfm_gates.facts.ledger import Ledger
from kfm_gates.facts.rerun_papers import RequestPaper
from kfm_gates.model.finding import Finding, Place, Verdict, deny, finding, verdict
from kfm_gates.model.rerun_request import RerunRequest
from kfm_gates.model.text import instant


@check("routing.subject", serves=["R-035", "R-038"])
def subject(paper: RequestPaper, about: Subject, clock: Clock, facts: Facts) -> Verdict:
    """Deny a rerun of which the request is missing, malformed or about another version or run.

    Nothing is repeated on a guess. The request names the dataset, the version, one of the four modes, and where
    it is known the run (`run_id`) and the CI job (`ci_url`); all of them must mean the same thing. It lies with
    the version that it is about. Write the request anew, or move it to the version that it means.
    """
    if paper.form is None:
        return deny(
            Place(paper.path),
            "nobody asks for the version to be rerun",
            found=None,
            expected=f"a file {paper.path}",
            hint="write the request, with the version, the mode and what is known of the failure",
        )
    if paper.form.document is None or paper.form.findings:
        return verdict(paper.form.findings)
    request = paper.form.document
    found = [*_open(request), *_astray(request, about), *placeholders_of(request), *_unreal(request, clock)]
    return verdict([*found, *_of_another_run(request, about, facts)])


def _open(request: RerunRequest) -> Iterator[Finding]:
    """A request without these is a question; a rerun needs the answer in it."""
    for field, what in (("mode", "one of the four modes"), ("plan", "what the rerun emits, and its steps")):
        if getattr(request, field) is None:
            yield finding(
                request.at(f"/{field}"),
                f"the request does not say its `{field}`",
                found=None,
                expected=what,
                hint="ask `kfm-gates rerun`, and write down what follows from the facts",
            )


def _astray(request: RerunRequest, about: Subject) -> Iterator[Finding]:
    for field, wanted in (("dataset_slug", about.slug), ("dataset_version_id", about.version)):
        if getattr(request, field) != wanted:
            yield finding(
                request.at(f"/{field}"),
                "the request is about another version than the one under whose name it lies",
                found=getattr(request, field),
                expected=wanted,
                hint="move the request to the version that it is about, or correct the field",
            )


def _unreal(request: RerunRequest, clock: Clock) -> Iterator[Finding]:
    if instant(request.requested_at) > instant(clock.evaluated_at):
        yield finding(
            request.at("/requested_at"),
            "the request is of the future",
            found=request.requested_at,
            expected=f"at most {clock.evaluated_at}",
            hint="write when it was made",
        )


def _of_another_run(request: RerunRequest, about: Subject, facts: Facts) -> Iterator[Finding]:
    """A run that the ledger has for other versions only; one that it does not have is for `prior_receipt`."""
    try:
        lines = facts.get(Ledger).of_run.get(request.run_id or "", ())
    except Unmet:
        return
    if lines and (about.slug, about.version) not in {(line.slug, line.version) for line in lines}:
        yield finding(
            request.at("/run_id"),
            "the request names a run of another version",
            found=f"{lines[0].slug}/{lines[0].version}",
            expected=about.id,
            hint="name the run of this version that is to be repeated, or leave `run_id` out for the last one",
        )
