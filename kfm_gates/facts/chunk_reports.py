"""The QA reports of chunks: what validated the runs of a backfill that made part of a version's period each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, provides
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.base import form_findings, instant
from kfm_gates.model.finding import Finding
from kfm_gates.model.parts import Window
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.spec import Spec


@dataclass(frozen=True)
class ChunkReport:
    """One report: the document when its form is valid, and what is wrong with it."""

    path: str
    digest: str
    document: QaReport | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class ChunkReports:
    """The chunk reports of a version, and its whole period: None when its spec names none, or without any."""

    reports: tuple[ChunkReport, ...]
    whole: Window | None
    main: str
    """The path of the report on the whole version."""
    main_digest: str | None

    def of(self, receipt: Receipt) -> ChunkReport | None:
        """The chunk report that validated a run: one that it wrote, or else the one whose digest it states.

        A run that wrote the report on the whole version, or states its digest, is validated by that.
        """
        written = {file_path(output.uri) for output in receipt.outputs}
        stated = receipt.validation.report_digest
        if self.main in written:
            return None
        by_digest = [each for each in self.reports if stated == each.digest != self.main_digest]
        return next((each for each in self.reports if each.path in written), *by_digest[:1] or (None,))

    def path_of(self, receipt: Receipt) -> str:
        """The path of the report that validated a run on the version."""
        chunk = self.of(receipt)
        return self.main if chunk is None else chunk.path

    def is_chunk(self, receipt: Receipt) -> bool:
        """Whether a run was for a part of the period, not for all of it."""
        own, whole = receipt.window, self.whole
        if own is None or whole is None:
            return False
        start, end = instant(own.start), instant(own.end)
        first, last = instant(whole.start), instant(whole.end)
        return first <= start and end <= last and (start, end) != (first, last)


@provides
def chunk_reports(facts: Facts, subject: Subject, index: Index) -> ChunkReports:
    """Read the chunk reports of a version; most versions have none."""
    main = facts.get(Layout).path("qa_report", slug=subject.slug, version=subject.version)
    paths = index.of_version("chunk_report", subject.slug, subject.version)
    if not paths:
        return ChunkReports((), None, main, None)
    return ChunkReports(tuple(_read(facts, paths)), facts.get(Spec).window, main, _digest(facts, main))


def _read(facts: Facts, paths: tuple[str, ...]) -> Iterator[ChunkReport]:
    for path in paths:
        raw = facts.get(Parsed).value(path)
        yield ChunkReport(path, _digest(facts, path) or "", *form_findings(QaReport, raw, path))


def _digest(facts: Facts, path: str) -> str | None:
    """Of a file that is there; that one is not, or can't be read, is denied by `evidence.present`."""
    try:
        return facts.get(Snapshot).content(path).digest
    except Unreadable:
        return None
