"""The artifacts of a version, opened by what their bytes are, whatever their names and media types say."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.cog import CogReader
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.data_formats import CantVerify, DataReader
from kfm_gates.facts.geojson import GeoJsonReader
from kfm_gates.facts.geoparquet import ParquetReader
from kfm_gates.facts.pmtiles_archive import PmtilesReader
from kfm_gates.facts.tiff import is_tiff


@dataclass(frozen=True)
class ArtifactContent:
    """One artifact: its reader, or why nobody can look into it."""

    path: str
    reader: DataReader | None
    problem: str | None

    @property
    def format(self) -> str:
        """The format, for a person."""
        return "an unknown format" if self.reader is None else self.reader.format


@provides
def artifact_contents(subject: Subject, index: Index, snapshot: Snapshot) -> tuple[ArtifactContent, ...]:
    """All artifacts on disk, sorted by path. A version without any is for `evidence.present` to deny.

    Raises EngineError when the libraries of the extra `data` are not installed.
    """
    paths = index.of_version("artifact", subject.slug, subject.version)
    if not paths:
        raise Unmet("evidence.present")
    return tuple(_content(path, snapshot) for path in paths)


def _content(path: str, snapshot: Snapshot) -> ArtifactContent:
    try:
        file = snapshot.open(path)
    except Unreadable:
        raise Unmet("evidence.present") from None
    head = file.read(64)
    file.seek(0)
    try:
        if head.startswith(b"PAR1"):
            return ArtifactContent(path, ParquetReader(file), None)
        if head.startswith(b"PMTiles"):
            return ArtifactContent(path, PmtilesReader(file), None)
        if is_tiff(head):
            return ArtifactContent(path, CogReader(file), None)
        if head.lstrip().startswith(b"{"):
            return ArtifactContent(path, GeoJsonReader(file), None)
    except CantVerify as error:
        return ArtifactContent(path, None, str(error))
    return ArtifactContent(path, None, "it is neither Parquet, PMTiles, TIFF nor GeoJSON")
