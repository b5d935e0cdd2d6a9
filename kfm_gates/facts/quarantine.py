"""What QA set aside: the entries of `quarantined` in QA reports, and the files in the quarantine of a dataset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.chunk_reports import ChunkReports
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.model.finding import Place
from kfm_gates.model.qa_report import QaReport

ARTIFACT, ITEM = "artifact:", "item:"
_PAIR = re.compile(r"[^=&]+=[^=&]*")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Quarantined:
    """One entry, taken apart: at most one of the three is set, none when it has no known form."""

    place: Place
    text: str
    artifact: str | None = None
    item: str | None = None
    record: tuple[tuple[str, str], ...] = ()
    """Pairs of column and value."""


@dataclass(frozen=True)
class QuarantinedFile:
    """One file in quarantine, and the digest of its bytes."""

    path: str
    digest: str
    own: bool
    """Whether it was set aside by this version, not by another of the dataset."""


@dataclass(frozen=True)
class Quarantine:
    """Everything that must not be released with a version."""

    entries: tuple[Quarantined, ...]
    files: tuple[QuarantinedFile, ...]


@provides
def quarantine(
    report: QaReport, chunks: ChunkReports, subject: Subject, index: Index, snapshot: Snapshot
) -> Quarantine:
    """The entries of the QA report and of the reports of chunks, and all quarantined files of the dataset."""
    reports = [report, *(each.document for each in chunks.reports if each.document is not None)]
    entries = [entry(made, number) for made in reports for number in range(len(made.quarantined))]
    return Quarantine(tuple(entries), tuple(_files(subject, index, snapshot)))


def entry(report: QaReport, number: int) -> Quarantined:
    """One entry of a report; its grammar stands at `QaReport`."""
    text, place = report.quarantined[number], report.at(f"/quarantined/{number}")
    if text.startswith(ARTIFACT):
        return Quarantined(place, text, artifact=text.removeprefix(ARTIFACT).strip() or None)
    if text.startswith(ITEM):
        return Quarantined(place, text, item=text.removeprefix(ITEM).strip() or None)
    pairs = text.split("&")
    if _BAD_ESCAPE.search(text) or not all(_PAIR.fullmatch(pair) for pair in pairs):
        return Quarantined(place, text)
    record = [tuple(unquote(each, errors="replace") for each in pair.split("=")) for pair in pairs]
    return Quarantined(place, text, record=tuple((column, value) for column, value in record))


def _files(subject: Subject, index: Index, snapshot: Snapshot) -> Iterator[QuarantinedFile]:
    for path in index.named("quarantined"):
        names = index.variables[path][1]
        if names["slug"] != subject.slug:
            continue
        try:
            digest = snapshot.content(path).digest
        except Unreadable:
            raise Unmet("evidence.present") from None
        yield QuarantinedFile(path, digest, names["version"] == subject.version)
