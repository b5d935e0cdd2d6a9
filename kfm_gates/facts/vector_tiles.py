"""What Mapbox Vector Tiles (specification 2.1) show: attributes, and vertices in degrees.

The protocol buffer is read as it is, not through a decoder of features: such decoders leave out rings without
an area and keys that no feature uses, and both are in the bytes for anyone to read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from kfm_gates.facts.data_formats import data_extra, reading

MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7
POINT, LINE, POLYGON = 1, 2, 3
TOLERANCE = 1.0
"""In tile units: a vertex is rounded to whole units, and cutting may round a second time."""


def decoded(data: bytes) -> Any:
    """The tile message; raises CantVerify for bytes that are none."""
    with data_extra("mapbox-vector-tile"):
        from google.protobuf.message import DecodeError
        from mapbox_vector_tile.Mapbox import vector_tile_pb2
    tile = vector_tile_pb2.tile()
    with reading("a vector tile", DecodeError):
        tile.ParseFromString(data)
    return tile


def attributes(layer: Any, key: str) -> Iterator[Any]:
    """The values that the features of a layer have for one attribute."""
    numbers = {number for number, name in enumerate(layer.keys) if name == key}
    for feature in layer.features if numbers else ():
        tags = feature.tags
        for name, value in zip(tags[::2], tags[1::2], strict=True):
            if name in numbers:
                yield _plain(layer.values[value])


def features(layer: Any, keys: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """The values that each feature of a layer has for these attributes, None where it has none."""
    for feature in layer.features:
        tags = {
            layer.keys[name]: value for name, value in zip(feature.tags[::2], feature.tags[1::2], strict=True)
        }
        yield tuple(_plain(layer.values[tags[key]]) if key in tags else None for key in keys)


def _plain(value: Any) -> object:
    ((_, plain),) = value.ListFields()
    return plain


def off_grid_in_tile(layer: Any, z: int, x: int, y: int, step: float) -> tuple[int, int]:
    """How many vertices could be judged, and how many of them are near no point of the grid.

    Where a line or polygon is cut at the edge of the tile, or of the buffer around it, vertices arise that
    are none of the data's; those are not judged. Points are all judged.
    """
    import numpy

    points = _judged(layer)
    if not len(points):
        return 0, 0
    world = layer.extent * 2.0**z
    units = points + numpy.array([x, y], dtype="float64") * layer.extent
    lon = units[:, 0] / world * 360 - 180
    lat = numpy.degrees(numpy.arctan(numpy.sinh(math.pi * (1 - 2 * units[:, 1] / world))))
    sine = numpy.sin(numpy.radians(numpy.clip(numpy.round(lat / step) * step, -89.9, 89.9)))
    near_x = (numpy.round(lon / step) * step / 360 + 0.5) * world
    near_y = (0.5 - numpy.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * world
    away = numpy.maximum(numpy.abs(near_x - units[:, 0]), numpy.abs(near_y - units[:, 1]))
    return len(points), int((~(away <= TOLERANCE + 1e-6)).sum())


def _judged(layer: Any) -> Any:
    """The vertices of a layer, in units of the tile, that are the data's own."""
    import numpy

    lines: list[Any] = []
    points: list[Any] = []
    for feature in layer.features:
        (lines if feature.type in (LINE, POLYGON) else points).append(_vertices(feature.geometry))
    kept = [each for each in points if len(each)]
    lines = [each for each in lines if len(each)]
    if lines:
        drawn = numpy.concatenate(lines)
        # The buffer is not on record: its edge is the outermost coordinate beyond the tile.
        edges = [0, layer.extent, min(0, int(drawn.min())), max(layer.extent, int(drawn.max()))]
        kept.append(drawn[~numpy.isin(drawn, edges).any(axis=1)])
    return numpy.concatenate(kept).astype("float64") if kept else numpy.empty((0, 2))


def _vertices(commands: Any) -> Any:
    """The vertices of a geometry (section 4.3 of the specification), closing points left out."""
    import numpy

    numbers = numpy.array(commands, dtype="int64")
    moves, at = [], 0
    while at < len(numbers):
        command, count = int(numbers[at]) & 7, int(numbers[at]) >> 3
        at += 1
        if command in (MOVE_TO, LINE_TO):
            if at + 2 * count > len(numbers):
                raise ValueError("a geometry ends too early")
            moves.append(numbers[at : at + 2 * count])
            at += 2 * count
        elif command != CLOSE_PATH:
            raise ValueError(f"a geometry has the unknown command {command}")
    if not moves:
        return numpy.empty((0, 2), dtype="int64")
    zigzag = numpy.concatenate(moves)
    return ((zigzag >> 1) ^ -(zigzag & 1)).reshape(-1, 2).cumsum(axis=0)
