"""What the header or footer of an artifact claims: its columns, its rows, where it lies, and what is wrong with it.

These are the writer's claims. They are read without the data, so they are cheap; whether the data bears them
out is for checks that read every byte.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Box = tuple[float, float, float, float]
"""West, south, east, north (or the smallest x and y, the largest x and y, of a projected system)."""
CRS84 = "OGC:CRS84"
DEGREES = frozenset({CRS84, "EPSG:4326"})
"""Longitude and latitude on WGS 84. GeoParquet and PMTiles always give the longitude first."""


@dataclass(frozen=True)
class DataColumn:
    """One column, attribute or band. `type` is as the library spells it, None where the format has none."""

    name: str | None
    type: str | None


@dataclass(frozen=True)
class DataShape:
    """One artifact by its header or footer.

    `kind` is `table` when it must hold every column, `tiles` when it may leave some out, `raster` when columns
    are bands. `problems` are clauses that say why it is no valid file of its format. `areal` says that
    all its features are polygons, around which no box is without an area. `times` are the first and the last time in
    columns of times, as RFC 3339 text in UTC.
    """

    kind: Literal["table", "tiles", "raster"]
    problems: tuple[str, ...] = ()
    columns: tuple[DataColumn, ...] = ()
    rows: int | None = None
    box: Box | None = None
    crs: str | None = None
    """`AUTHORITY:CODE`, None when the system has no such name."""
    placeless: bool = False
    """Whether the file says that its system is unknown."""
    geographic: bool = False
    """Whether the box is in degrees."""
    areal: bool = False
    times: tuple[tuple[str, str, str], ...] = ()
    """Column, first, last."""
    extra: frozenset[str] = frozenset()
    """Columns that a writer adds by itself, so that no specification lists them."""


def box_of(values: object) -> Box | None:
    """A box from a list of 4 or 6 numbers, heights left out; None when it is none."""
    if not isinstance(values, list | tuple) or len(values) not in (4, 6):
        return None
    numbers = [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(numbers) != len(values) or not all(math.isfinite(each) for each in numbers):
        return None
    half = len(numbers) // 2
    west, south, east, north = (float(each) for each in (*numbers[:2], *numbers[half : half + 2]))
    return west, south, east, north


def around(boxes: Iterable[Box]) -> Box | None:
    """The smallest box around all; None without any."""
    found = list(boxes)
    if not found:
        return None
    west, south, east, north = zip(*found, strict=True)
    return min(west), min(south), max(east), max(north)
