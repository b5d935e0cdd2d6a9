"""What artifacts say of themselves in their footers and headers."""

from __future__ import annotations

import json
import struct
from typing import Any, cast

import pytest

from kfm_gates.facts.boxes import Box
from kfm_gates.facts.container import Unmet
from kfm_gates.facts.footers import Footer
from tests.support.judging import kansas

from .catalog_trees import artifact
from .on_trees import facts

KANSAS = Box(-102.052894, 36.992751, -94.60152, 40.002896)


def footer(data: bytes | None = None, name: str = "parquet") -> Footer:
    tree = kansas() if data is None else {**kansas(), artifact(name): data}
    found = cast("tuple[Footer, ...]", facts(tree).resolve(tuple[Footer, ...]))
    assert [each.path for each in found] == sorted(artifact(each) for each in ("parquet", "pmtiles"))
    return next(each for each in found if each.path == artifact(name))


def geoparquet(geo: Any) -> bytes:
    """An empty Parquet file with this `geo` metadata, its footer written by hand."""

    def text(value: bytes) -> bytes:
        length, packed = len(value), b""
        while length >= 0x80:
            packed, length = packed + bytes([length & 0x7F | 0x80]), length >> 7
        return packed + bytes([length]) + value

    pair = b"\x18" + text(b"geo") + b"\x18" + text(json.dumps(geo).encode()) + b"\x00"
    body = b"\x15\x02\x19\x0c\x16\x0e\x19\x0c\x19\x1c" + pair + b"\x00"
    return b"PAR1" + body + struct.pack("<I", len(body)) + b"PAR1"


def column(**about: Any) -> Any:
    return {"primary_column": "g", "columns": {"g": {"encoding": "WKB", **about}}}


def test_the_example() -> None:
    assert footer() == Footer(artifact("parquet"), "GeoParquet", 105, KANSAS)
    tiles = footer(name="pmtiles")
    assert (tiles.format, tiles.count, tiles.problem, tiles.silent) == ("PMTiles", None, None, False)
    assert tiles.box is not None and tiles.box.same(KANSAS, 1e-6)
    assert tiles.slack is not None and 0 < tiles.slack <= 360


@pytest.mark.parametrize(
    ("about", "box"),
    [
        ({"bbox": [1, 2, 3, 4]}, Box(1, 2, 3, 4)),
        ({"bbox": [1, 2, 0, 3, 4, 9]}, Box(1, 2, 3, 4)),
        ({"bbox": [177, -19, -179, -16]}, Box(177, -19, -179, -16)),
        ({"bbox": [1, 2, 3, 4], "crs": {"id": {"authority": "EPSG", "code": 4326}}}, Box(1, 2, 3, 4)),
        ({"bbox": [1, 2, 3, 4], "crs": {"id": {"authority": "EPSG", "code": 26914}}}, None),
        ({"bbox": [1, 2, 3, 4], "crs": {"name": "no id"}}, None),
        ({"bbox": [1, 2, 3, 4], "crs": None}, None),
        ({"bbox": [1, 2, 3, 4], "crs": "GEOGCRS[…]"}, None),
        ({}, None),
    ],
)
def test_a_column_says_where_it_is_if_it_does_in_degrees(about: Any, box: Box | None) -> None:
    found = footer(geoparquet(column(**about)))
    assert (found.problem, found.format, found.count) == (None, "GeoParquet", 7)
    assert (found.box, found.silent) == (box, box is None)


@pytest.mark.parametrize(
    "geo",
    [
        column(bbox=None),
        column(bbox=[1, 2]),
        column(bbox=["1", 2, 3, 4]),
        {},
        [],
        None,
        {"primary_column": "g"},
    ],
)
def test_geo_metadata_that_can_not_be_read_is_a_problem(geo: Any) -> None:
    assert "can't be read as GeoParquet" in (footer(geoparquet(geo)).problem or "")


def test_parquet_without_geometry_has_rows_and_no_place_to_be_silent_about() -> None:
    body = b"\x15\x02\x19\x0c\x16\x0e\x19\x0c\x00"
    found = footer(b"PAR1" + body + struct.pack("<I", len(body)) + b"PAR1")
    assert found == Footer(artifact("parquet"), "Parquet", 7)


@pytest.mark.parametrize(
    ("document", "count", "box"),
    [
        ({"type": "FeatureCollection", "features": []}, 0, None),
        ({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}, 1, Box(1, 2, 1, 2)),
        ({"type": "Point", "coordinates": [1, 2]}, 1, Box(1, 2, 1, 2)),
        ({"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}},
            {"type": "Feature", "geometry": None},
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [3, 0]}}]}, 3, Box(1, 0, 3, 2)),
    ],
)  # fmt: skip
def test_geojson_is_counted_and_measured(document: Any, count: int, box: Box | None) -> None:
    assert footer(json.dumps(document).encode()) == Footer(artifact("parquet"), "GeoJSON", count, box)


@pytest.mark.parametrize(
    "data",
    [b"name,area\n", b"II*\0", b"\x1f\x8b", b"", b'{"a": 1}', b'{"type":"Feature"}\n{"type":"Feature"}\n'],
)
def test_formats_without_a_footer_are_silent(data: bytes) -> None:
    assert footer(data) == Footer(artifact("parquet"), silent=True)


@pytest.mark.parametrize(
    "data", [b"PAR1", b"PMTiles\3", b"PMTiles\2" + bytes(200), b'{"type": "Feature", "type": "Feature"}']
)
def test_broken_files_are_a_problem(data: bytes) -> None:
    found = footer(data)
    assert found.silent and "can't be read as" in (found.problem or "")


def test_a_version_without_artifacts_is_denied_as_absent() -> None:
    tree = {path: data for path, data in kansas().items() if "/artifacts/counties.p" not in path}
    with pytest.raises(Unmet, match=r"evidence\.present"):
        facts(tree).resolve(tuple[Footer, ...])
