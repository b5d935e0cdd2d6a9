"""Notices that a version is out of use: superseded, withdrawn or quarantined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.given import Clock
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.base import form_findings
from kfm_gates.model.finding import Finding, finding
from kfm_gates.model.text import instant
from kfm_gates.model.version_status import VersionStatus


@dataclass(frozen=True)
class Notice:
    """One notice: the document when its form is valid, and every reason why it does not hold."""

    path: str
    document: VersionStatus | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Notices:
    """Every notice of a root by the version that its path names."""

    found: Mapping[Subject, Notice]

    def at(self, subject: Subject) -> Notice | None:
        """The notice that lies where that of a version lies, whether it holds or not."""
        return self.found.get(subject)

    def of(self, subject: Subject) -> Notice | None:
        """The notice about a version, if it holds."""
        notice = self.at(subject)
        return notice if notice is not None and not notice.findings else None


@provides(shared=True)
def notices(index: Index, parsed: Parsed, clock: Clock) -> Notices:
    """Read every notice of the root once; what no strict parser takes is left to `evidence.wellformed`."""
    found = {}
    for path in index.named("status"):
        names = index.variables[path][1]
        subject = Subject(names["slug"], names["version"])
        try:
            raw = parsed.value(path)
        except Unmet:
            continue
        document, findings = form_findings(VersionStatus, raw, path)
        if document is not None:
            findings = tuple(_problems(document, subject, clock))
        found[subject] = Notice(path, document, findings)
    return Notices(found)


def _problems(notice: VersionStatus, subject: Subject, clock: Clock) -> Iterator[Finding]:
    for field, wanted in (("dataset_slug", subject.slug), ("dataset_version_id", subject.version)):
        if getattr(notice, field) != wanted:
            yield finding(
                notice.at(f"/{field}"),
                "the notice is about another version than the one under whose name it lies",
                found=getattr(notice, field),
                expected=wanted,
                hint="move the notice to the version that it is about",
            )
    if (notice.status == "superseded") != (notice.superseded_by is not None):
        yield finding(
            notice.at("/superseded_by" if notice.superseded_by else ""),
            f"`superseded_by` does not fit the status {notice.status}",
            found=notice.superseded_by or "nothing",
            expected="the version that took its place, if and only if it was superseded",
            hint="name the version that supersedes this one, or remove the field",
        )
    if notice.superseded_by == subject.version:
        yield finding(
            notice.at("/superseded_by"),
            "the version is said to be superseded by itself",
            found=notice.superseded_by,
            expected="another version of the dataset",
            hint="name the version that took its place",
        )
    if instant(notice.decided_at) > instant(clock.evaluated_at):
        yield finding(
            notice.at("/decided_at"),
            "the notice was decided in the future",
            found=notice.decided_at,
            expected=f"at most {clock.evaluated_at}",
            hint="write when it was decided",
        )
