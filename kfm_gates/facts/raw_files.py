"""The raw files of a version's acquisitions: as they are on disk, and as the records list them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.finding import Place


@dataclass(frozen=True)
class RawFile:
    """A file of an acquisition: as it is on disk, and as the record lists it (digest and size, or None)."""

    path: str
    place: Place
    on_disk: tuple[str, int] | None
    listed: tuple[str, int] | None


@provides
def raw_files(acquisitions: tuple[Acquisition, ...], index: Index, snapshot: Snapshot) -> tuple[RawFile, ...]:
    """Every raw file that is there or that a record lists in its own folder."""
    found = tuple(file for record in acquisitions for file in _raw_files(record, index, snapshot))
    if not found:
        raise Unmet("acquisition.manifest")  # records that list files of other folders only
    return found


def _raw_files(record: Acquisition, index: Index, snapshot: Snapshot) -> Iterator[RawFile]:
    folder = index.variables[record.path][1]
    there = index.of_acquisition("raw_artifact", folder["slug"], folder["acquisition_id"])
    listed = {artifact.path: (i, artifact) for i, artifact in enumerate(record.artifacts)}
    for path in there:
        try:
            content = snapshot.content(path)
        except Unreadable:
            raise Unmet("evidence.present") from None
        on_disk = (content.digest, content.size)
        if path in listed:
            number, artifact = listed[path]
            place = record.at(f"/artifacts/{number}/digest")
            yield RawFile(path, place, on_disk, (artifact.digest, artifact.size))
        else:
            yield RawFile(path, Place(path), on_disk, None)
    base = record.path.rpartition("/")[0]
    for path, (number, artifact) in listed.items():
        if path not in there and path.startswith(f"{base}/"):
            place = record.at(f"/artifacts/{number}/path")
            yield RawFile(path, place, None, (artifact.digest, artifact.size))
