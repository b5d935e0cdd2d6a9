"""A PMTiles archive of counties from a GeoParquet file. It knows nothing of gates, and needs not to."""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import mapbox_vector_tile
import numpy
import pyarrow.parquet
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

EXTENT = 4096
ZOOMS = range(4, 8)
FIELDS = {"geoid": "String", "name": "String", "area_km2": "Number"}


def archive(parquet: BinaryIO) -> bytes:
    """The archive, the same bytes for the same file and the same versions of the libraries."""
    rows = pyarrow.parquet.read_table(parquet).to_pylist()
    shapes = [shapely.from_wkb(row["geometry"]) for row in rows]
    west, south, east, north = shapely.total_bounds(shapes)
    out = io.BytesIO()
    writer = Writer(out)
    for tile_id, zoom, x, y in sorted(_covering((west, south, east, north))):
        if tile := _tile(rows, shapes, zoom, x, y):
            writer.write_tile(tile_id, tile)
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": round(west * 1e7),
        "min_lat_e7": round(south * 1e7),
        "max_lon_e7": round(east * 1e7),
        "max_lat_e7": round(north * 1e7),
        "center_zoom": ZOOMS[0],
        "center_lon_e7": round((west + east) * 5e6),
        "center_lat_e7": round((south + north) * 5e6),
    }
    layer = {"id": "counties", "minzoom": ZOOMS[0], "maxzoom": ZOOMS[-1], "fields": FIELDS}
    writer.finalize(header, {"name": "Kansas counties", "vector_layers": [layer]})
    return out.getvalue()


def _covering(box: tuple[float, float, float, float]) -> Iterator[tuple[int, int, int, int]]:
    for zoom in ZOOMS:
        left, top = _position(box[0], box[3], zoom)
        right, bottom = _position(box[2], box[1], zoom)
        for x in range(int(left // EXTENT), int(right // EXTENT) + 1):
            for y in range(int(top // EXTENT), int(bottom // EXTENT) + 1):
                yield zxy_to_tileid(zoom, x, y), zoom, x, y


def _position(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Spherical Mercator, in tile units from the north-west corner of the world."""
    world, sine = EXTENT * 2.0**zoom, math.sin(math.radians(lat))
    return (lon / 360 + 0.5) * world, (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * world


def _tile(rows: list[dict[str, Any]], shapes: list[Any], zoom: int, x: int, y: int) -> bytes | None:
    def place(points: Any) -> Any:
        return numpy.array([_position(*point, zoom) for point in points]) - (x * EXTENT, y * EXTENT)

    features = []
    for row, shape in zip(rows, shapes, strict=True):
        cut = shapely.intersection(shapely.transform(shape, place), shapely.box(0, 0, EXTENT, EXTENT))
        whole = shapely.set_precision(cut, 1.0)
        if whole.geom_type in ("Polygon", "MultiPolygon") and not whole.is_empty:
            properties = {field: row[field] for field in FIELDS}
            features.append({"geometry": shapely.normalize(whole), "properties": properties})
    if not features:
        return None
    options = {"extents": EXTENT, "y_coord_down": True}
    return _packed(
        mapbox_vector_tile.encode([{"name": "counties", "features": features}], default_options=options)
    )


def _packed(data: bytes) -> bytes:
    """gzip without a time in it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()
