"""Which versions a plan is for: the promoted ones within its scope, in an order that depends on nothing (R-084).

Nothing is judged here. A version is left out when it was never promoted or a notice takes it out of use;
whoever names it in the scope gets it all the same, and the gates deny it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject, discover
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.facts.given import Clock
from kfm_gates.facts.ledger import Ledger
from kfm_gates.facts.notices import Notices
from kfm_gates.facts.periods import Period, cut
from kfm_gates.facts.releases import PROMOTING, Releases
from kfm_gates.model.backfill_plan import ChunkMode
from kfm_gates.model.finding import Json
from kfm_gates.model.plan_parts import Scope
from kfm_gates.model.text import instant

_LENGTHS: dict[int, ChunkMode] = {1: "yearly", 2: "monthly", 3: "daily"}
"""How long a slice is, by how many parts it is written with."""


@dataclass(frozen=True)
class Version:
    """One version: its manifest, with its digest; the period by which a scope in time takes it.

    `manifest` is None when there is none that can be read, `period` when the time can't be told.
    """

    id: str
    manifest: tuple[str, str] | None
    period: Period | None

    def document(self) -> dict[str, Json]:
        """The version as a plan lists it."""
        path, digest = self.manifest or ("", "")
        return {"id": self.id, "manifest": {"path": path, "digest": digest}}


@dataclass(frozen=True)
class Enumeration:
    """What a scope comes to. All tuples are sorted by id."""

    versions: tuple[Version, ...]
    left_out: tuple[tuple[str, str], ...]
    """Versions within the scope that are not indexed, with the reason."""
    unknown: tuple[str, ...]
    """Versions that the scope names and the evidence does not speak of."""
    releasable: frozenset[str]
    """Every version of the root that was promoted and is neither withdrawn nor quarantined."""


def enumerate_versions(scope: Scope, snapshot: Snapshot, layout: Layout, evaluated_at: str) -> Enumeration:
    """The versions of a scope, as of a moment. Raises EvidenceError when the evidence has no ledger."""
    given = {Snapshot: snapshot, Layout: layout, Index: Index(snapshot, layout), Clock: Clock(evaluated_at)}
    facts = Facts(given)
    try:
        releases, ledger, notices = facts.get(Releases), facts.get(Ledger), facts.get(Notices)
    except Unmet:
        path = layout.path("ledger")
        message = (
            "can't be read, and without the ledger nothing is promoted; give the root of promoted evidence"
        )
        raise EvidenceError(f"{path}: {message}", file=path) from None
    subjects = discover(snapshot, layout)
    named = {f"{scope.dataset_slug}/{each}" for each in scope.dataset_version_ids or ()}
    promoted = frozenset(subject for subject in subjects if _promoted(subject, ledger))
    versions, left_out, releasable = list[Version](), list[tuple[str, str]](), set[str]()
    for subject in subjects:
        notice = notices.of(subject)
        status = notice.document.status if notice is not None and notice.document is not None else None
        release = releases.get(subject.slug, subject.version)
        if subject in promoted and release is not None and status in (None, "superseded"):
            releasable.add(subject.id)
        version = _version(subject, releases, scope, snapshot)
        if not _within(scope, subject, version, named):
            continue
        if subject.id in named or (subject in promoted and status is None):
            versions.append(version)
        else:
            left_out.append((subject.id, status or "not_promoted"))
    unknown = named - {subject.id for subject in subjects}
    return Enumeration(tuple(versions), tuple(left_out), tuple(sorted(unknown)), frozenset(releasable))


def _promoted(subject: Subject, ledger: Ledger) -> bool:
    lines = ledger.of_version.get((subject.slug, subject.version), ())
    return any(line.operation in PROMOTING and line.status == "pass" for line in lines)


def _version(subject: Subject, releases: Releases, scope: Scope, snapshot: Snapshot) -> Version:
    release = releases.get(subject.slug, subject.version)
    if release is None:
        return Version(subject.id, None, _slice(subject))
    manifest = (release.path, snapshot.content(release.path).digest)
    if scope.time_axis == "transaction_time":
        return Version(subject.id, manifest, _moment(release.released_at))
    return Version(subject.id, manifest, _slice(subject))


def _within(scope: Scope, subject: Subject, version: Version, named: set[str]) -> bool:
    """Whether a scope takes a version; one whose time can't be told is taken, so that it is not lost."""
    if named:
        return subject.id in named
    if scope.dataset_slug is not None and subject.slug != scope.dataset_slug:
        return False
    if scope.window is None or version.period is None:
        return True
    window = Period.of(scope.window)
    return version.period.start < window.end and window.start < version.period.end


def _slice(subject: Subject) -> Period | None:
    """The year, month or day that a version id begins with, in UTC."""
    parts = subject.version.partition(".")[0].split("-")
    try:
        year, month, day = (*map(int, parts), *(1,) * (3 - len(parts)))
        start = datetime(year, month, day, tzinfo=UTC)
        return next(cut(Period(start, datetime.max.replace(tzinfo=UTC)), _LENGTHS[len(parts)]))
    except (ValueError, KeyError):
        return None


def _moment(text: str | None) -> Period | None:
    """A single moment, as the shortest period that there is."""
    try:
        start = instant(text or "")
    except ValueError:
        return None
    return Period(start, start + timedelta(microseconds=1))
