"""Bounding boxes in degrees, as catalogs and files state them, and how two of them compare.

A box whose west is greater than its east crosses the antimeridian (RFC 7946 §5.2). A program that only takes
the smallest and the largest longitude writes the same extent as one box around the earth; the two are the
same when the wide one is what the smallest and largest longitude of the crossing one's two halves can be.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kfm_gates.model.finding import Json

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_WKT = re.compile(
    r"\s*(?:<(?P<crs>[^>]*)>\s*)?(?P<kind>[A-Za-z]+)\s*(?:[Zz]\s*)?(?P<body>\([\s\d.,eE()+-]*\))\s*"
)
_POINT = re.compile(rf"({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER})?")


@dataclass(frozen=True)
class Box:
    """West, south, east, north in degrees; heights are left out."""

    west: float
    south: float
    east: float
    north: float

    def __str__(self) -> str:
        return f"[{self.west:.9g}, {self.south:.9g}, {self.east:.9g}, {self.north:.9g}]"

    @property
    def crosses(self) -> bool:
        """Whether it crosses the antimeridian."""
        return self.west > self.east

    def same(self, other: Box, tolerance: float) -> bool:
        """Whether no edge differs by more than the tolerance (degrees)."""
        near = _near(self.south, other.south, tolerance) and _near(self.north, other.north, tolerance)
        if self.crosses == other.crosses:
            return (
                near and _near(self.west, other.west, tolerance) and _near(self.east, other.east, tolerance)
            )
        crossing, wide = (self, other) if self.crosses else (other, self)
        return near and _covers_both_halves(wide, crossing, tolerance)

    def covers(self, other: Box, tolerance: float) -> bool:
        """Whether the other box lies within this one, give or take the tolerance (degrees)."""
        if not (self.south - tolerance <= other.south and other.north <= self.north + tolerance):
            return False
        if self.crosses and not other.crosses:
            in_one_half = other.west >= self.west - tolerance or other.east <= self.east + tolerance
            return in_one_half or _covers_both_halves(other, self, tolerance)
        if other.crosses and not self.crosses:
            return _covers_both_halves(self, other, tolerance)
        return self.west - tolerance <= other.west and other.east <= self.east + tolerance

    def grown(self, degrees: float) -> Box:
        """The box with each edge moved outwards; a box that crosses the antimeridian takes in all longitudes."""
        south, north = self.south - degrees, self.north + degrees
        if self.crosses:
            return Box(-180.0 - degrees, south, 180.0 + degrees, north)
        return Box(self.west - degrees, south, self.east + degrees, north)


def box_of(value: Json) -> Box | None:
    """A box of four or six numbers (with heights), or None when the value is none."""
    if not isinstance(value, list | tuple) or len(value) not in (4, 6) or not all(map(_is_number, value)):
        return None
    half = len(value) // 2
    return wrapped(*map(float, value[:2]), *map(float, value[half : half + 2]))


def box_of_geometry(geometry: Json) -> Box | None:
    """The smallest box around all positions of a GeoJSON geometry, or None when it has none."""
    return _around(_positions(geometry))


def box_of_wkt(text: str) -> Box | None:
    """The box of a WKT literal: a geometry of any kind, or `ENVELOPE(west, east, north, south)`.

    Longitude comes first, as in CRS84, unless the literal names EPSG:4326, whose axes are the other way
    round (GeoSPARQL 1.1 §8.5). None for another reference system, and for what is no WKT.
    """
    found = _WKT.fullmatch(text)
    if found is None or found["crs"] not in (None, CRS84, EPSG4326):
        return None
    if found["kind"].upper() == "ENVELOPE":
        numbers = [float(number) for number in re.findall(_NUMBER, found["body"])]
        return wrapped(numbers[0], numbers[3], numbers[1], numbers[2]) if len(numbers) == 4 else None
    points = [(float(x), float(y)) for x, y in _POINT.findall(found["body"])]
    return _around((y, x) if found["crs"] == EPSG4326 else (x, y) for x, y in points)


def union(boxes: Iterable[Box]) -> Box | None:
    """The smallest box around others, or None when there is none; one around the earth if any crosses."""
    found = list(boxes)
    if not found:
        return None
    south, north = min(box.south for box in found), max(box.north for box in found)
    if len(found) > 1 and any(box.crosses for box in found):
        return Box(-180.0, south, 180.0, north)
    west, east = (
        (found[0].west, found[0].east)
        if len(found) == 1
        else (min(box.west for box in found), max(box.east for box in found))
    )
    return Box(west, south, east, north)


def _around(points: Iterable[tuple[float, float]]) -> Box | None:
    longitudes, latitudes = [], []
    for longitude, latitude in points:
        longitudes.append(longitude)
        latitudes.append(latitude)
    if not longitudes:
        return None
    return wrapped(min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def wrapped(west: float, south: float, east: float, north: float) -> Box:
    """Longitudes from 0 to 360, or beyond the antimeridian on either side, as RFC 7946 has them."""
    if east - west >= 360.0:
        return Box(-180.0, south, 180.0, north)
    if east > 180.0:
        west, east = (west - 360.0 if west >= 180.0 else west), east - 360.0
    elif west < -180.0:
        west = west + 360.0
    return Box(west, south, east, north)


def _positions(geometry: Json) -> Iterator[tuple[float, float]]:
    """Longitude and latitude of every position of a geometry, or of a collection of geometries."""
    pending = [geometry]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending += [value.get("coordinates"), value.get("geometries")]
        elif isinstance(value, list):
            if len(value) >= 2 and _is_number(value[0]) and _is_number(value[1]):
                yield float(value[0]), float(value[1])
            else:
                pending += value


def _covers_both_halves(wide: Box, crossing: Box, tolerance: float) -> bool:
    """Whether a box from a small to a large longitude takes in both sides of the antimeridian."""
    left, right = crossing.east, crossing.west
    return wide.west <= left + tolerance and wide.east >= right - tolerance


def _near(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) <= tolerance


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
