"""What the artifacts say of themselves without being read: the footers and headers of their formats."""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.boxes import Box, box_of, box_of_geometry, union
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.data_formats import CantVerify, read_exactly, reading
from kfm_gates.facts.geojson import LARGEST
from kfm_gates.facts.media_types import HEAD, is_geojson
from kfm_gates.facts.parquet_footer import read_footer

_PMTILES_HEADER = 127
"""Bytes; the layout is that of https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md."""
_NEXT_FEATURE = re.compile(rb"\}\s*[\r\n]\s*\x1e?\s*\{")
_IN_DEGREES = frozenset({("OGC", "CRS84"), ("OGC", "CRS84h"), ("EPSG", "4326"), ("EPSG", "4979")})
"""Reference systems whose boxes can be compared with those of catalogs as they stand; GeoParquet has x first."""


@dataclass(frozen=True)
class Footer:
    """One artifact. What its format does not say is None; `problem` says why it can't be told."""

    path: str
    format: str = ""
    count: int | None = None
    """Rows or features."""
    box: Box | None = None
    slack: float | None = None
    """For tiles, by how much (degrees) the box may be wider than the data: one tile of the deepest zoom."""
    silent: bool = False
    """Whether it has data in a place and does not say where, in degrees."""
    problem: str | None = None


@provides
def footers(subject: Subject, index: Index, snapshot: Snapshot) -> tuple[Footer, ...]:
    """All artifacts on disk, sorted by path; a version without any is for `evidence.present` to deny."""
    paths = index.of_version("artifact", subject.slug, subject.version)
    if not paths:
        raise Unmet("evidence.present")
    return tuple(_footer(path, snapshot) for path in paths)


def _footer(path: str, snapshot: Snapshot) -> Footer:
    try:
        with snapshot.open(path) as file:
            head = file.read(HEAD)
            if head.startswith(b"PAR1"):
                return _parquet(path, file)
            if head.startswith(b"PMTiles"):
                return _pmtiles(path, file)
            return _geojson(path, file) if is_geojson(head) else Footer(path, silent=True)
    except Unreadable:
        raise Unmet("evidence.present") from None
    except CantVerify as error:
        return Footer(path, silent=True, problem=str(error))


def _parquet(path: str, file: BinaryIO) -> Footer:
    footer = read_footer(file)
    if b"geo" not in footer.metadata:
        return Footer(path, "Parquet", footer.rows)
    with reading("GeoParquet", RecursionError):
        geo = json.loads(footer.metadata[b"geo"])
        column = geo["columns"][geo["primary_column"]]
        box = box_of(column["bbox"]) if "bbox" in column and _in_degrees(column) else None
        if "bbox" in column and box_of(column["bbox"]) is None:
            raise ValueError("the bbox of its geometry column is none")
    return Footer(path, "GeoParquet", footer.rows, box, silent=box is None)


def _in_degrees(column: dict[str, Any]) -> bool:
    """Without `crs` a column is in OGC:CRS84; null means that nobody knows."""
    if "crs" not in column:
        return True
    crs = column["crs"]
    id = crs.get("id") if isinstance(crs, dict) else None
    return isinstance(id, dict) and (str(id.get("authority")), str(id.get("code"))) in _IN_DEGREES


def _pmtiles(path: str, file: BinaryIO) -> Footer:
    with reading("PMTiles"):
        header = read_exactly(file, 0, _PMTILES_HEADER)
        if header[7] != 3:
            raise ValueError(f"it is of version {header[7]}, and 3 is read here")
        deepest = header[101]
        west, south, east, north = (number / 1e7 for number in struct.unpack_from("<4i", header, 102))
        if deepest > 31:
            raise ValueError("its header has no zoom that there can be")
    return Footer(path, "PMTiles", box=Box(west, south, east, north), slack=360 / 2**deepest)


def _geojson(path: str, file: BinaryIO) -> Footer:
    """GeoJSON has no footer, so it is read as a whole."""
    file.seek(0)
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise CantVerify(f"it is larger than {LARGEST >> 20} MiB, the most that is read of GeoJSON")
    try:
        document = parse_json(data)
    except Malformed as error:
        if _NEXT_FEATURE.search(data):  # one feature per line (RFC 8142) is a format of its own
            return Footer(path, silent=True)
        raise CantVerify(f"it can't be read as GeoJSON: {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    found = features if isinstance(features, list) else [document]
    shapes = [each.get("geometry", each) if isinstance(each, dict) else None for each in found]
    boxes = (box for shape in shapes if (box := box_of_geometry(shape)) is not None)
    return Footer(path, "GeoJSON", len(found), union(boxes))
