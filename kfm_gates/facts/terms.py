"""The snapshots of the terms under which a version's raw data was fetched."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.model.acquisition import Acquisition


@dataclass(frozen=True)
class TermsSnapshot:
    """The terms of one acquisition; `digest` is that of the file, None when the named file is not there."""

    acquisition: Acquisition
    digest: str | None
    blank: bool
    """Whether the file holds nothing that could be read."""


@provides
def terms_snapshots(
    acquisitions: tuple[Acquisition, ...], index: Index, snapshot: Snapshot
) -> tuple[TermsSnapshot, ...]:
    """One per acquisition. That there are terms at all, and can be read, is for `evidence.present`."""
    return tuple(_snapshot(each, index, snapshot) for each in acquisitions)


def _snapshot(acquisition: Acquisition, index: Index, snapshot: Snapshot) -> TermsSnapshot:
    _, folder = index.variables[acquisition.path]
    if not index.of_acquisition("terms", folder["slug"], folder["acquisition_id"]):
        raise Unmet("evidence.present")
    path = acquisition.terms.path
    if path not in snapshot:
        return TermsSnapshot(acquisition, None, True)
    try:
        content = snapshot.content(path)
        data = snapshot.data(path)
    except Unreadable:
        raise Unmet("evidence.present") from None
    return TermsSnapshot(acquisition, content.digest, not data.strip())
