"""The places that the catalogs of a version show: in STAC, DCAT and PROV, and in the figures of the QA report."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.pointers import split, walk
from kfm_gates.facts.container import provides
from kfm_gates.facts.place_names import PlaceNames
from kfm_gates.facts.places_in_text import WORLD, Box, geometry, is_number, mentioned, written
from kfm_gates.facts.statements import DcatStatements, ProvStatements, Statements
from kfm_gates.facts.words import words
from kfm_gates.model.base import EvidenceModel
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.jsonld import Dcat, Prov
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.stac import StacCollection, StacDocument, StacItem

GEOMETRIES = frozenset(
    {
        "http://www.w3.org/ns/dcat#bbox",
        "http://www.w3.org/ns/dcat#centroid",
        "http://www.w3.org/ns/locn#geometry",
    }
    | {f"http://www.opengis.net/ont/geosparql#{name}" for name in ("asWKT", "asGeoJSON", "asGML", "asKML")}
)
"""Predicates whose literals are geometries."""
COMPASS = frozenset({"west", "south", "east", "north"})
EDGES = COMPASS | {"bbox", "extent", "bounds", "edge", "min", "max", "data", "deg", "degrees"}
_FINE = re.compile(r"(?<![\w.])-?\d{1,3}\.\d{3,30}(?![\w.]*\d)")


@dataclass(frozen=True)
class ShownPlace:
    """One place that a document shows, in longitudes and latitudes; None where nobody can read it as numbers."""

    place: Place
    what: str
    degrees: tuple[float, ...] | None


@dataclass(frozen=True)
class ShownPlaces:
    """All places that one document shows."""

    path: str
    places: tuple[ShownPlace, ...]


@provides
def shown_places(
    collection: StacCollection,
    items: tuple[StacItem, ...],
    dcat: Dcat,
    dcat_said: DcatStatements,
    prov: Prov,
    prov_said: ProvStatements,
    report: QaReport,
    names: PlaceNames,
) -> tuple[ShownPlaces, ...]:
    """One entry per document, with or without places."""
    near = _extent(collection)
    stac: tuple[StacDocument, ...] = (collection, *items)
    return (
        *(ShownPlaces(each.path, (*_values(each, names), *_texts(each, near))) for each in stac),
        ShownPlaces(dcat.path, tuple(_said(dcat_said, near, names))),
        ShownPlaces(prov.path, tuple(_said(prov_said, near, names))),
        ShownPlaces(report.path, (*_figures(report, names), *_texts(report, near))),
    )


def _extent(collection: StacCollection) -> Box:
    """Where the data lies, as the catalog says; the world when it doesn't."""
    spatial = (collection.extent or {}).get("spatial")
    boxes = spatial.get("bbox") if isinstance(spatial, dict) else None
    found = [_box(each) for each in boxes] if isinstance(boxes, list) else []
    known = [each for each in found if each is not None]
    if not known or len(known) != len(found):
        return WORLD
    west, south, east, north = (list(side) for side in zip(*known, strict=True))
    return Box(min(west), min(south), max(east), max(north)) if min(west) <= max(east) else WORLD


def _box(value: Json) -> tuple[float, ...] | None:
    """West, south, east and north of a box of 4 or 6 numbers."""
    if not isinstance(value, list) or len(value) not in (4, 6) or not all(is_number(each) for each in value):
        return None
    half = len(value) // 2
    return (*value[:2], *value[half : half + 2])


def _values(document: EvidenceModel, names: PlaceNames) -> Iterator[ShownPlace]:
    """Boxes, geometries, the origin of a raster, and numbers under names for coordinates."""
    for pointer, value in walk(document.raw):
        key = pointer.rpartition("/")[2]
        if isinstance(value, list):
            yield from _list(document.at(pointer), key, value)
        elif (is_number(value) or isinstance(value, str)) and "/coordinates/" not in pointer:
            keys = split(pointer)
            if any(map(names.names_a_place, keys)) and not any(map(names.names_another, keys)):
                yield from _named(document.at(pointer), key, value)


def _list(place: Place, key: str, value: list[Json]) -> Iterator[ShownPlace]:
    if words(key)[-1:] in (("bbox",), ("bounds",)):
        boxes = [_box(each) for each in (value if value and isinstance(value[0], list) else [value])]
        degrees = (
            None if None in boxes else tuple(itertools.chain.from_iterable(each or () for each in boxes))
        )
        yield ShownPlace(place, f"`{key}`", degrees)
    elif key == "coordinates":
        yield ShownPlace(place, "the geometry", _positions(value))
    elif key == "proj:transform":
        origin = tuple(value[2:6:3])
        whole = len(origin) == 2 and all(map(is_number, origin))
        yield ShownPlace(place, "the origin of the raster", origin if whole else None)


def _positions(value: Json) -> tuple[float, ...] | None:
    try:
        return tuple(geometry(value))
    except ValueError:
        return None


def _named(place: Place, key: str, value: float | str) -> Iterator[ShownPlace]:
    """A number, or a text that is one. Other texts are read as texts."""
    try:
        yield ShownPlace(place, f"the number under `{key}`", (float(value),))
    except ValueError:
        return


def _texts(document: EvidenceModel, near: Box) -> Iterator[ShownPlace]:
    for pointer, value in walk(document.raw):
        if isinstance(value, str) and (found := tuple(mentioned(value, near))):
            yield ShownPlace(document.at(pointer), "a text", found)


def _said(statements: Statements, near: Box, names: PlaceNames) -> Iterator[ShownPlace]:
    for row in statements.rows:
        name = row.predicate.rpartition("#")[2].rpartition("/")[2]
        if row.predicate in GEOMETRIES and not row.is_iri:
            yield ShownPlace(row.place, f"`{name}`", written(row.value))
            continue
        if names.names_a_place(name) and not row.is_iri:
            yield from _named(row.place, name, row.value)
        if found := tuple(mentioned(row.value, near)):
            yield ShownPlace(row.place, "a text", found)


def _figures(report: QaReport, names: PlaceNames) -> Iterator[ShownPlace]:
    """The box of the summary, and what was measured of edges and coordinates.

    Bounds are the specification's, so they are none of the data's places, here and in messages.
    """
    yield ShownPlace(report.at("/summary/bbox"), "`bbox`", tuple(report.summary.bbox))
    for number, check in enumerate(report.checks):
        found = set(words(check.metric))
        if names.names_a_place(check.metric) or (found <= EDGES and not COMPASS.isdisjoint(found)):
            place = report.at(f"/checks/{number}/value")
            yield ShownPlace(place, f"the metric {check.metric}", (check.value,))
            said = {float(text) for text in _FINE.findall(check.message)} - {check.min, check.max}
            place = report.at(f"/checks/{number}/message")
            yield ShownPlace(place, "the message", tuple(sorted(said)))
