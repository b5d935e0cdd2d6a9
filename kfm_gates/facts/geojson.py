"""Reading GeoJSON (RFC 7946) artifacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.pointers import walk
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.facts.data_formats import (
    CantVerify,
    Flaw,
    bbox_off_the_grid,
    off_the_grid,
    off_the_grid_among,
    reading,
)
from kfm_gates.facts.data_shape import CRS84, DataColumn, DataShape, box_of
from kfm_gates.facts.times import is_cut
from kfm_gates.model.finding import Json

GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)
# RFC 7946, and what its predecessor and GDAL write.
_MEMBERS = frozenset(
    {"type", "features", "id", "geometry", "geometries", "properties", "coordinates", "bbox", "crs", "name"}
)
LARGEST = 64 << 20
"""GeoJSON is read as a whole; more bytes than this are not."""


class GeoJsonReader:
    """One GeoJSON file, parsed."""

    format = "GeoJSON"

    def __init__(self, file: BinaryIO) -> None:
        data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise CantVerify(f"it is larger than {LARGEST >> 20} MiB, the most that is read of GeoJSON")
        try:
            self._document: Json = parse_json(data)
        except Malformed as error:
            raise CantVerify(f"it can't be read as GeoJSON: {error}") from error
        kind = self._document.get("type") if isinstance(self._document, dict) else None
        if kind not in GEOMETRIES | {"Feature", "FeatureCollection"}:
            raise CantVerify("it is JSON, but not GeoJSON")

    def shape(self) -> DataShape:
        """See DataReader: GeoJSON has no header, so properties are collected from all features."""
        properties = [found for found in self._properties() if found is not None]
        names = sorted({name for each in properties for name in each})
        return DataShape(
            "table",
            columns=(*(DataColumn(name, None) for name in names), DataColumn("geometry", None)),
            rows=sum(1 for _ in self._properties()),
            box=box_of(self._document.get("bbox")),
            crs=CRS84,
            geographic=True,
        )

    def records(self, columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
        """See DataReader."""
        found = [properties or {} for properties in self._properties()]
        for name in columns:
            if not any(name in each for each in found):
                raise CantVerify(f"it has no property {name}")
        yield from (tuple(each.get(name) for name in columns) for each in found)

    def _properties(self) -> Iterator[dict[str, Json] | None]:
        """The properties of each feature."""
        document = self._document
        features = document.get("features", []) if document["type"] == "FeatureCollection" else [document]
        for feature in features if isinstance(features, list) else []:
            properties = feature.get("properties") if isinstance(feature, dict) else None
            yield properties if isinstance(properties, dict) else None

    def fields(self) -> Iterator[Flaw]:
        """See DataReader: properties, also within one another, and members that GeoJSON does not define."""
        for pointer, value in walk(self._document):
            if isinstance(value, dict):
                for name in sorted(value.keys() - (frozenset() if "/properties" in pointer else _MEMBERS)):
                    yield Flaw(pointer or "the document", name)

    def names(self) -> Iterator[Flaw]:
        """See DataReader: the name of the collection as well, which GDAL writes."""
        name = self._document.get("name")
        if isinstance(name, str):
            yield Flaw("/name", name)
        yield from self.fields()

    def off_grid(self, step: float) -> Iterator[Flaw]:
        """See DataReader: all coordinates and bounding boxes, wherever they stand."""
        import numpy

        seen = 0
        for pointer, value in walk(self._document):
            if not isinstance(value, dict):
                continue
            if "bbox" in value:
                yield from bbox_off_the_grid(f"{pointer}/bbox", value["bbox"], step)
            positions = list(_positions(value.get("coordinates", [])))
            seen += len(positions)
            if positions:
                with reading(self.format):
                    points = numpy.array(positions, dtype="float64")
                stray = off_the_grid(points, step).any(axis=1)
                if stray.any():
                    yield Flaw(pointer or "the document", f"{int(stray.sum())} of {len(points)} vertices")
        if seen == 0:
            raise CantVerify("it holds no coordinates")

    def numbers_off_grid(self, step: float, is_place: Callable[[str], bool]) -> Iterator[Flaw]:
        """See DataReader: properties, also within one another."""
        for pointer, value in walk(self._document):
            if not isinstance(value, dict):
                continue
            for name in sorted(value.keys() - _MEMBERS):
                found = [
                    each
                    for _, each in walk(value[name])
                    if each is not None and not isinstance(each, dict | list)
                ]
                if is_place(name) and off_the_grid_among(f"{pointer}/{name}", found, step):
                    yield Flaw(f"{pointer}/{name}", "a number off the grid")

    def fewer_than(self, field: str, minimum: float) -> Iterator[Flaw]:
        """See DataReader. A null is a count that is not shown."""
        for pointer, value in self._values(field):
            if isinstance(value, bool) or not isinstance(value, int | float) or value < minimum:
                yield Flaw(pointer, "a smaller number")

    def finer_than(self, unit: str, fields: Iterable[str]) -> Iterator[Flaw]:
        """See DataReader: the properties that the spec calls times."""
        seen = 0
        for name in sorted(self._names().intersection(fields)):
            for pointer, value in self._values(name):
                seen += 1
                with reading(self.format):
                    if not is_cut(value, unit):
                        yield Flaw(pointer, "a finer time")
        if seen == 0:
            raise CantVerify("it holds no time")

    def _names(self) -> set[str]:
        return {flaw.found for flaw in self.fields()}

    def _values(self, field: str) -> Iterator[tuple[str, Json]]:
        """The values of a property that are not null."""
        if field not in self._names():
            raise CantVerify(f"it has no property {field}")
        for pointer, value in walk(self._document):
            if isinstance(value, dict) and value.get(field) is not None:
                yield f"{pointer}/{field}", value[field]

    def attribution(self) -> str | None:
        """See DataReader: GeoJSON has no place for one."""
        return None


def _positions(coordinates: Json) -> Iterator[list[Json]]:
    """Longitude and latitude of every position in nested coordinates."""
    if not isinstance(coordinates, list):
        raise CantVerify("its coordinates are no lists")
    if coordinates and not isinstance(coordinates[0], list):
        if len(coordinates) < 2:
            raise CantVerify("a position has fewer than two numbers")
        yield coordinates[:2]
        return
    for each in coordinates:
        yield from _positions(each)
