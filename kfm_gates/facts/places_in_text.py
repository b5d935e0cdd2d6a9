"""Places in texts: well-known text, GeoJSON, pairs of decimal degrees, and degrees with minutes.

Map grid references, plus codes, geohashes and the names of places are not recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json

# Gaps are bounded, so that no text makes a search slow.
_GAP = r"\s{0,3}"
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_WELL_KNOWN = re.compile(
    r"\b(?:MULTI)?(?:POINT|LINESTRING|LINEARRING|POLYGON|CURVE|SURFACE|TRIANGLE|CIRCULARSTRING|BOX|ENVELOPE)"
    rf"{_GAP}(?:ZM|Z|M|2D|3D)?{_GAP}(\([^A-DF-Za-df-z]*\))",
    re.IGNORECASE,
)
_DECIMALS = re.compile(r"\d\.\d{3}")
_FINE = rf"(?<![\w.])([+-]?\d{{1,3}}\.\d{{3,30}}){_GAP}°?{_GAP}(?:[NSEW]\b)?"
_NAMED = rf"""["']?(?:lat|lon|lng|long|latitude|longitude)["']?{_GAP}[:=]?{_GAP}"""
_PAIR = re.compile(
    rf"""{_FINE}["']?(?:{_GAP}[,;/|&]{_GAP}|\s{{1,3}})(?:{_NAMED})?["']?(?:[NSEW]{_GAP})?{_FINE}(?![\w.]*\d)""",
    re.IGNORECASE,
)
_MINUTES = re.compile(
    rf"(?<![\w.])(\d{{1,3}}){_GAP}[°º]{_GAP}(\d{{1,2}}(?:\.\d{{1,30}})?){_GAP}['′’]"  # noqa: RUF001  (as typed)
    rf"{_GAP}(?:(\d{{1,2}}(?:\.\d{{1,30}})?){_GAP}(?:[\"″”]|''){_GAP})?[NSEW]\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Box:
    """West, south, east and north of where the data lies, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, one: float, other: float) -> bool:
        """Whether two numbers, in either order and with or without sign, may be a place within a degree of it."""
        return self._near(one, other) or self._near(other, one)

    def _near(self, lon: float, lat: float) -> bool:
        return any(
            self.west - 1 <= sign * lon <= self.east + 1 and self.south - 1 <= tilt * lat <= self.north + 1
            for sign in (1, -1)
            for tilt in (1, -1)
        )


WORLD = Box(-180, -90, 180, 90)


def written(text: str) -> tuple[float, ...] | None:
    """The coordinates of a text that is a geometry, as well-known text or GeoJSON; None when it is neither."""
    found = tuple(_well_known(text))
    if found:
        return found
    if text.lstrip().startswith("{"):
        try:
            return tuple(geometry(parse_json(text.encode("utf-8", "surrogatepass")))) or None
        except (Malformed, ValueError):
            return None
    return None


def mentioned(text: str, near: Box) -> Iterator[float]:
    """Coordinates in a text for people: geometries, pairs of at least three decimals near the data, minutes."""
    if "(" in text or "{" in text:
        yield from written(text) or ()
    if _DECIMALS.search(text):
        for match in _PAIR.finditer(text):
            one, other = float(match[1]), float(match[2])
            if near.holds(one, other):
                yield from (one, other)
    if "°" in text or "º" in text:
        for match in _MINUTES.finditer(text):
            yield float(match[1]) + float(match[2]) / 60 + float(match[3] or 0) / 3600


def geometry(value: Json) -> Iterator[float]:
    """Longitudes and latitudes of all positions in nested GeoJSON; ValueError for what is no position."""
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            pending += [
                node[key] for key in ("coordinates", "geometry", "geometries", "features") if node.get(key)
            ]
        elif isinstance(node, list) and node and not isinstance(node[0], list | dict):
            if len(node) < 2 or not all(is_number(each) for each in node):
                raise ValueError("a position is no list of at least two numbers")
            yield from (float(each) for each in node[:2])
        elif isinstance(node, list):
            pending += node
        else:
            raise ValueError("coordinates are no lists")


def is_number(value: Json) -> bool:
    """Whether a JSON value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _well_known(text: str) -> Iterator[float]:
    for match in _WELL_KNOWN.finditer(text):
        for position in match[1].split(","):
            yield from (float(each) for each in _NUMBER.findall(position)[:2])
