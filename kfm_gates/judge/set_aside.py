"""Versions that are out of use: when a whole root is judged they are named in the decision, not judged.

A notice (`release/status/…`) that holds says that a version was superseded, withdrawn or quarantined. Such a
version can't be promoted, and that it can't must not block the others for good. It gets no permit: the decision
names it apart, with its notice pinned, and none of its files is among what was judged for it. Whoever asks for
the version by name has it judged, and `release.supersedes` denies it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.given import Clock
from kfm_gates.facts.notices import notices
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.finding import Json


@dataclass(frozen=True)
class Aside:
    """One version that is out of use, and the notice that says so."""

    subject: Subject
    status: str
    notice: str
    digest: str
    reason: str

    def document(self) -> dict[str, Json]:
        """What the decision says of it."""
        return {
            "id": self.subject.id,
            "status": self.status,
            "notice": self.notice,
            "digest": self.digest,
            "reason": self.reason,
        }


def out_of_use(
    snapshot: Snapshot, layout: Layout, subjects: Iterable[Subject], evaluated_at: str
) -> tuple[Aside, ...]:
    """Those of `subjects` about which a notice holds at this moment, in their order."""
    of_status = layout.glob("status")
    if not any(of_status(path) for path in snapshot.paths):
        return ()
    found = notices(Index(snapshot, layout), Parsed(snapshot), Clock(evaluated_at))
    aside = []
    for subject in subjects:
        notice = found.of(subject)
        if notice is not None and notice.document is not None:
            made = notice.document
            digest = snapshot.content(notice.path).digest
            aside.append(Aside(subject, made.status, notice.path, digest, made.reason))
    return tuple(aside)
