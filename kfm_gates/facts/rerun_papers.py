"""What a caller says of a rerun: the request and the observation, as evidence or as given to the command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.documents import Form
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.base import EvidenceModel, form_findings
from kfm_gates.model.finding import Finding, Place, finding
from kfm_gates.model.rerun_observation import RerunObservation
from kfm_gates.model.rerun_request import RerunRequest

M = TypeVar("M", bound=EvidenceModel)


@dataclass(frozen=True)
class RequestPaper:
    """The request of a version where it should lie: None when there is none, or its form with what is wrong."""

    path: str
    form: Form[RerunRequest] | None


@dataclass(frozen=True)
class ObservationPaper:
    """The observation of a version, likewise. A version may be without one."""

    path: str
    form: Form[RerunObservation] | None


@dataclass(frozen=True)
class RerunPapers:
    """What is said of the rerun; None for what nobody said. `run_id` names the prior run, None the latest one."""

    request: RerunRequest | None
    observation: RerunObservation | None
    run_id: str | None = None


@provides
def request_paper(subject: Subject, index: Index, layout: Layout, parsed: Parsed) -> RequestPaper:
    """Read the request, also one that a strict parser refuses."""
    path = layout.path("rerun_request", slug=subject.slug, version=subject.version)
    return RequestPaper(path, _form(RerunRequest, path, index, parsed))


@provides
def observation_paper(subject: Subject, index: Index, layout: Layout, parsed: Parsed) -> ObservationPaper:
    """Read the observation, also one that a strict parser refuses."""
    path = layout.path("rerun_observation", slug=subject.slug, version=subject.version)
    return ObservationPaper(path, _form(RerunObservation, path, index, parsed))


@provides
def rerun_papers(request: RequestPaper, observation: ObservationPaper) -> RerunPapers:
    """Both; Unmet without a request. An observation that is malformed says nothing: `routing.upstream` denies it."""
    if request.form is None or request.form.document is None:
        raise Unmet("routing.subject")
    asked = request.form.document
    return RerunPapers(asked, observation.form.document if observation.form else None, asked.run_id)


def _form(model: type[M], path: str, index: Index, parsed: Parsed) -> Form[M] | None:
    if path not in index.variables:
        return None
    try:
        error = parsed.error(path)
    except Unmet:
        return Form(path, None, None, (_unread(path, "can't be read"),))
    if error is not None:
        place = Place(path, error.pointer, error.line or 0)
        return Form(path, None, None, (_unread(path, f"is refused by the strict parser: {error}", place),))
    raw = parsed.value(path)
    document, findings = form_findings(model, raw, path)
    return Form(path, raw, document, findings)


def _unread(path: str, what: str, place: Place | None = None) -> Finding:
    return finding(
        place or Place(path),
        f"the document {what}",
        found="a file that is no such document",
        expected="one JSON object",
        hint="write the document anew",
    )
