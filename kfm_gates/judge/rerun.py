"""Answering what a rerun would be, outside of a run of the gates: it grants nothing and writes nothing.

The gates judge the same facts by the profile `rerun-v1`, and they alone yield a permit for a rerun.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kfm_gates.checks.pack import HOUSE, tables
from kfm_gates.errors import EvidenceError, UsageError
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts
from kfm_gates.facts.given import Clock, Since, Tables
from kfm_gates.facts.rerun import Rerun
from kfm_gates.facts.rerun_papers import ObservationPaper, RequestPaper, RerunPapers
from kfm_gates.judge.rerun_subject import Asked, subject_of
from kfm_gates.model.base import EvidenceModel, form_findings
from kfm_gates.model.rerun_observation import RerunObservation
from kfm_gates.model.rerun_request import RerunRequest

M = TypeVar("M", bound=EvidenceModel)


@dataclass(frozen=True)
class Answer:
    """The version that was meant, and the decision about it."""

    subject: Subject
    rerun: Rerun


def answer(
    root: Path, layout: Layout, asked: Asked, request: Path | None, observed: Path | None, evaluated_at: str
) -> Answer | str:
    """Decide, or say why there is no version to decide about.

    `request` and `observed` are files of the caller; without them those in the evidence are read. Raises
    UsageError for what was asked wrongly, EvidenceError for evidence that is malformed or does not rest.
    """
    given = _given(RerunRequest, request, "rerun request"), _given(RerunObservation, observed, "observation")
    snapshot = Snapshot(Folder(root))
    index = Index(snapshot, layout)
    shared: dict[Any, object] = {}
    base: dict[Any, object] = {
        Snapshot: snapshot,
        Layout: layout,
        Index: index,
        Clock: Clock(evaluated_at),
        Since: Since(),
        Tables: Tables(tables((HOUSE,))),
    }
    found = subject_of(asked, given[0], Facts(base, shared))
    if isinstance(found, str):
        return found
    papers = _papers(Facts({**base, Subject: found}, shared), given[0], given[1], found, asked.run_id)
    rerun = Facts({**base, Subject: found, RerunPapers: papers}, shared).get(Rerun)
    _rests(snapshot)
    return Answer(found, rerun)


def _given(model: type[M], file: Path | None, what: str) -> M | None:
    """A document that the caller gives, or None when none is given."""
    if file is None:
        return None
    try:
        raw = parse_json(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file}: the {what} can't be read: {error.strerror}") from error
    except Malformed as error:
        raise UsageError(f"{file}: line {error.line}: {error}") from error
    document, findings = form_findings(model, raw, str(file))
    if document is None or findings:
        first = findings[0]
        raise UsageError(
            f"{file}: is no {what}: {first.message} ({first.place.pointer or 'the whole'}). {first.hint}"
        )
    return document


def _papers(
    facts: Facts,
    request: RerunRequest | None,
    observed: RerunObservation | None,
    subject: Subject,
    run_id: str | None,
) -> RerunPapers:
    """What the caller gives, and for the rest what lies in the evidence."""
    if request is None:
        request = _own(facts.get(RequestPaper))
    if observed is None:
        observed = _own(facts.get(ObservationPaper))
    for each in (request, observed):
        if each is not None and (each.dataset_slug, each.dataset_version_id) != (
            subject.slug,
            subject.version,
        ):
            raise UsageError(
                f"{each.path}: is about {each.dataset_slug}/{each.dataset_version_id}, not about {subject.id}; "
                "ask about the version that it names"
            )
    named = request.run_id if request is not None else None
    if run_id is not None and named not in (None, run_id):
        raise UsageError(f"--run {run_id}: the request names another run, {named}; name one of them")
    return RerunPapers(request, observed, run_id or named)


def _own(paper: RequestPaper | ObservationPaper) -> Any:
    """A document of the evidence; None when there is none."""
    if paper.form is None:
        return None
    if paper.form.document is None:
        first = paper.form.findings[0]
        where = f" ({first.place.pointer})" if first.place.pointer else ""
        raise EvidenceError(f"{paper.path}: {first.message}{where}. {first.hint}", file=paper.path)
    return paper.form.document


def _rests(snapshot: Snapshot) -> None:
    changes: Mapping[str, str | None] = {path: snapshot.change(path) for path in snapshot.read_paths()}
    for path, change in changes.items():
        if change is not None:
            raise EvidenceError(f"{path}: {change}, so that nothing is decided; ask again", file=path)
