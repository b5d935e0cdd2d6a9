"""Boxes: as they are written in GeoJSON, STAC and WKT, and how two of them compare, also at the antimeridian."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.facts.boxes import Box, box_of, box_of_geometry, box_of_wkt, union

KANSAS = Box(-102.05, 36.99, -94.6, 40.0)
FIJI = Box(177.0, -19.0, -179.0, -16.0)
"""Crosses the antimeridian."""
AROUND = Box(-179.9, -19.0, 179.8, -16.0)
"""Fiji, as the smallest and the largest longitude have it."""


@pytest.mark.parametrize(
    ("value", "box"),
    [
        ([-102.05, 36.99, -94.6, 40], KANSAS),
        ((-102.05, 36.99, 206.0, -94.6, 40.0, 1232.0), KANSAS),
        ([177, -19, -179, -16], FIJI),
        ([177, -19, 181, -16], FIJI),
        ([-183, -19, -179, -16], FIJI),
        ([257.95, 36.99, 265.4, 40.0], Box(257.95 - 360, 36.99, 265.4 - 360, 40.0)),
        ([0, -90, 360, 90], Box(-180.0, -90.0, 180.0, 90.0)),
        ([1, 2, 1, 2], Box(1.0, 2.0, 1.0, 2.0)),
    ],
)
def test_boxes_that_are_read(value: Any, box: Box) -> None:
    assert box_of(value) == box


@pytest.mark.parametrize(
    "value",
    [None, "", "1,2,3,4", [], [1, 2, 3], [1, 2, 3, "4"], [1, 2, 3, True], [1, 2, 3, float("nan")], {}],
)
def test_what_is_no_box(value: Any) -> None:
    assert box_of(value) is None


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("POLYGON((1 2, 3 2, 3 4, 1 4, 1 2))", Box(1, 2, 3, 4)),
        (" polygon Z ((1 2 9, 3 2 9, 3 4 9, 1 2 9)) ", Box(1, 2, 3, 4)),
        ("POINT(-1.5e1 2)", Box(-15, 2, -15, 2)),
        ("MULTIPOLYGON(((177 -19, 180 -16, 177 -19)), ((-180 -19, -179 -16, -180 -19)))", Box(-180, -19, 180, -16)),
        ("ENVELOPE(1, 3, 4, 2)", Box(1, 2, 3, 4)),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(1 2)", Box(1, 2, 1, 2)),
        ("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(1 2)", Box(2, 1, 2, 1)),
        ("<http://www.opengis.net/def/crs/EPSG/0/3857> POINT(1 2)", None),
        ("POLYGON EMPTY", None),
        ("ENVELOPE(1, 3, 4)", None),
        ("1, 2, 3, 4", None),
        ("", None),
    ],
)  # fmt: skip
def test_wkt(text: str, box: Box | None) -> None:
    assert box_of_wkt(text) == box


@pytest.mark.parametrize(
    ("geometry", "box"),
    [
        ({"type": "Point", "coordinates": [1, 2, 3]}, Box(1, 2, 1, 2)),
        ({"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 2]]]}, Box(1, 2, 3, 4)),
        ({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]}, Box(1, 2, 1, 2)),
        ({"type": "Point", "coordinates": [1, 2], "bbox": [0, 0, 9, 9]}, Box(1, 2, 1, 2)),
        ({"type": "Point", "coordinates": []}, None),
        ({"type": "Point", "coordinates": ["1", "2"]}, None),
        (None, None),
        ("POINT(1 2)", None),
    ],
)  # fmt: skip
def test_geometries(geometry: Any, box: Box | None) -> None:
    assert box_of_geometry(geometry) == box


def test_edges_may_differ_by_the_tolerance_and_no_more() -> None:
    near = Box(-102.0501, 36.9899, -94.6, 40.0)
    assert KANSAS.same(near, 0.00011)
    assert not KANSAS.same(near, 0.00009)
    assert not KANSAS.same(Box(-102.05, 36.99, -94.6, 40.1), 0.01)


def test_a_crossing_box_is_the_same_as_one_from_its_smallest_to_its_largest_longitude() -> None:
    assert FIJI.same(AROUND, 0.0001) and AROUND.same(FIJI, 0.0001)
    assert not FIJI.same(Box(-170.0, -19.0, 170.0, -16.0), 0.0001), "it leaves out the antimeridian"
    assert not FIJI.same(Box(177.0, -19.0, 179.0, -16.0), 0.0001), "it has one side only"
    assert not FIJI.same(Box(177.0, -19.0, -178.0, -16.0), 0.0001)


def test_what_lies_within_what() -> None:
    assert KANSAS.grown(0.1).covers(KANSAS, 0.0)
    assert not KANSAS.covers(KANSAS.grown(0.1), 0.0001)
    assert FIJI.covers(Box(178.0, -18.0, 180.0, -17.0), 0.0)
    assert FIJI.covers(Box(-180.0, -18.0, -179.5, -17.0), 0.0)
    assert not FIJI.covers(Box(0.0, -18.0, 1.0, -17.0), 0.0)
    assert not FIJI.covers(Box(176.0, -18.0, 180.0, -17.0), 0.0)
    assert AROUND.covers(FIJI, 0.0) and FIJI.covers(AROUND, 0.0)
    assert not KANSAS.covers(FIJI, 0.0) and not FIJI.covers(KANSAS, 0.0)


def test_unions() -> None:
    assert union([]) is None
    assert union([FIJI]) == FIJI
    assert union([Box(1, 2, 3, 4), Box(2, 1, 5, 3)]) == Box(1, 1, 5, 4)
    assert union([FIJI, Box(170.0, -20.0, 175.0, -18.0)]) == Box(-180.0, -20.0, 180.0, -16.0)
