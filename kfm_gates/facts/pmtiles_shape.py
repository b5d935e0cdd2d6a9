"""What the header of a PMTiles archive claims, and whether its parts are where it says (specification, version 3)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kfm_gates.facts.data_shape import CRS84, DataColumn, DataShape

E7 = 1e-7
"""The header gives degrees in units of this size."""
_HEADER = 127
_ROOT = 16_384
"""Header and root directory lie within so many bytes, so that one request gets them."""
_SECTIONS = ("root", "metadata", "leaf_directory", "tile_data")
_DEEPEST_ZOOM = 31


def pmtiles_shape(
    header: Mapping[str, Any], metadata: Mapping[str, Any], size: int, root: Sequence[Any]
) -> DataShape:
    """The shape of an archive of `size` bytes with these entries in its root directory."""
    west, south, east, north = (
        header[name] * E7 for name in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
    )
    problems = (
        *_sections(header, size),
        *_zooms(header),
        *_entries(header, root),
        *_layers(header, metadata),
    )
    return DataShape(
        "tiles",
        problems,
        tuple(DataColumn(name, None) for name in _fields(metadata)),
        box=(west, south, east, north),
        crs=CRS84,
        geographic=True,
    )


def _sections(header: Mapping[str, Any], size: int) -> Iterator[str]:
    spans = {name: (header[f"{name}_offset"], header[f"{name}_length"]) for name in _SECTIONS}
    for name, (offset, length) in spans.items():
        if length and (offset < _HEADER or offset + length > size):
            yield f"its section {name.replace('_', ' ')} does not lie within the file"
    if sum(spans["root"]) > _ROOT:
        yield f"its root directory does not lie within the first {_ROOT} bytes"
    used = sorted(span for span in spans.values() if span[1])
    if any(one[0] + one[1] > two[0] for one, two in itertools.pairwise(used)):
        yield "its sections overlap"


def _zooms(header: Mapping[str, Any]) -> Iterator[str]:
    if not header["min_zoom"] <= header["max_zoom"] <= _DEEPEST_ZOOM:
        yield f"its zoom levels are {header['min_zoom']} to {header['max_zoom']}"


def _entries(header: Mapping[str, Any], root: Sequence[Any]) -> Iterator[str]:
    if not root:
        yield "it holds no tile"
    if any(one.tile_id >= two.tile_id for one, two in itertools.pairwise(root)):
        yield "the tiles in its root directory are not in order, or there twice"
    for entry in root:
        within = header["tile_data_length"] if entry.run_length else header["leaf_directory_length"]
        if entry.length < 1 or entry.offset < 0 or entry.offset + entry.length > within:
            yield "an entry of its root directory leads beyond its section"
            break
    addressed, listed, contents = (
        header[f"{name}_count"] for name in ("addressed_tiles", "tile_entries", "tile_contents")
    )
    if addressed and listed and contents and not addressed >= listed >= contents:
        yield "it counts more contents than entries, or more entries than tiles"


def _layers(header: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[str]:
    kind = header["tile_type"].name
    if kind == "UNKNOWN":
        yield "it does not say what its tiles are"
    if kind == "MVT" and not _vector_layers(metadata):
        yield "its tiles are vector tiles, and its metadata has no `vector_layers`"


def _vector_layers(metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    layers = metadata.get("vector_layers")
    return [each for each in layers if isinstance(each, dict)] if isinstance(layers, list) else []


def _fields(metadata: Mapping[str, Any]) -> list[str]:
    fields = [layer.get("fields") for layer in _vector_layers(metadata)]
    return sorted({name for each in fields if isinstance(each, dict) for name in each})
