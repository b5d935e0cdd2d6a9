"""What the footer of a Parquet file claims, and whether its `geo` metadata is GeoParquet (https://geoparquet.org)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from kfm_gates.facts.data_shape import CRS84, Box, DataColumn, DataShape, around, box_of

_VERSION = re.compile(r"[12]\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
_TYPE = re.compile(
    "(Point|LineString|Polygon|MultiPoint|MultiLineString|MultiPolygon|GeometryCollection)( Z| M| ZM)?"
)
_NATIVE = frozenset({"point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"})
_EDGES = frozenset({"planar", "spherical", "vincenty", "thomas", "andoyer", "karney"})
_TIMES = ("DATE", "TIMESTAMP")


def parquet_shape(file: Any, geo: dict[str, Any] | None) -> DataShape:
    """The shape of a `pyarrow.parquet.ParquetFile` with this `geo` metadata."""
    schema = file.schema_arrow
    columns = tuple(DataColumn(field.name, str(field.type)) for field in schema)
    primary = _primary(geo)
    crs, geographic = _crs(primary) if geo is not None else (None, False)
    types = primary.get("geometry_types")
    return DataShape(
        "table",
        tuple(_problems(file, geo)),
        columns,
        rows=file.metadata.num_rows,
        box=_box(geo),
        crs=crs,
        placeless=primary.get("crs", CRS84) is None,
        geographic=geographic,
        areal=isinstance(types, list)
        and bool(types)
        and all(str(each).startswith(("Polygon", "MultiPolygon")) for each in types),
        times=tuple(_times(file)),
        extra=_covering(geo),
    )


def _primary(geo: dict[str, Any] | None) -> dict[str, Any]:
    columns = geo["columns"] if geo is not None else {}
    found = columns.get(geo.get("primary_column")) if geo is not None else None
    return found if isinstance(found, dict) else {}


def _box(geo: dict[str, Any] | None) -> Box | None:
    """Around the boxes of the geometry columns that have the system of the primary one."""
    primary = _primary(geo)
    columns = geo["columns"].values() if geo is not None else ()
    alike = [each for each in columns if isinstance(each, dict) and _crs(each) == _crs(primary)]
    return around(box for each in alike if (box := box_of(each.get("bbox"))) is not None)


def _crs(column: dict[str, Any]) -> tuple[str | None, bool]:
    """The name of the system, and whether it is in degrees. Absent means OGC:CRS84, null an unknown one."""
    if "crs" not in column:
        return CRS84, True
    crs = column["crs"]
    if not isinstance(crs, dict):
        return None, False
    named = crs.get("id")
    known = isinstance(named, dict) and {"authority", "code"} <= named.keys()
    name = f"{named['authority']}:{named['code']}" if isinstance(named, dict) and known else None
    return name, crs.get("type") == "GeographicCRS"


def _covering(geo: dict[str, Any] | None) -> frozenset[str]:
    """The columns that hold a box per row: writers add them by themselves."""
    found = set()
    for column in geo["columns"].values() if geo is not None else ():
        for path in _covering_paths(column):
            found.add(path.partition(".")[0])
    return frozenset(found)


def _covering_paths(column: object) -> list[str]:
    covering = column.get("covering") if isinstance(column, dict) else None
    bbox = covering.get("bbox") if isinstance(covering, dict) else None
    paths = bbox.values() if isinstance(bbox, dict) else ()
    return [".".join(map(str, path)) for path in paths if isinstance(path, list)]


def _problems(file: Any, geo: dict[str, Any] | None) -> Iterator[str]:
    """Why it is no GeoParquet, each as a clause."""
    names = file.schema_arrow.names
    if len(names) != len(set(names)):
        yield "it has two columns of one name"
    if geo is None:
        yield "it has no `geo` metadata, so nobody knows which column holds places"
        return
    version = geo.get("version")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        yield f"its `geo` metadata has the version {str(version)[:20]!r}, which is none of GeoParquet 1 or 2"
    if geo.get("primary_column") not in geo["columns"]:
        yield "its `primary_column` is none of the geometry columns"
    leaves = {file.schema.column(number).path for number in range(len(file.schema))}
    for name, column in geo["columns"].items():
        yield from _wrong_column(name, column, set(names), leaves)


def _wrong_column(name: str, column: object, names: set[str], leaves: set[str]) -> Iterator[str]:
    if not isinstance(column, dict):
        yield f"its metadata of the column {name} is no object"
        return
    encoding, types = column.get("encoding"), column.get("geometry_types")
    if name not in names:
        yield f"its metadata names the column {name}, and there is none"
    elif encoding == "WKB" and name not in leaves:
        yield f"its column {name} is to hold WKB, but is no column of bytes"
    if encoding != "WKB" and encoding not in _NATIVE:
        yield f"its column {name} has no known encoding"
    if not isinstance(types, list) or not all(isinstance(t, str) and _TYPE.fullmatch(t) for t in types):
        yield f"its column {name} has no list of known geometry types"
    if not isinstance(column.get("crs", {}), dict | None):
        yield f"its column {name} has a `crs` that is no PROJJSON"
    if column.get("edges", "planar") not in _EDGES:
        yield f"its column {name} has edges of no known kind"
    if column.get("orientation", "counterclockwise") != "counterclockwise":
        yield f"its column {name} has an orientation other than counterclockwise"
    if "bbox" in column and box_of(column["bbox"]) is None:
        yield f"its column {name} has a `bbox` that is none"
    if "covering" in column and (len(_covering_paths(column)) < 4 or set(_covering_paths(column)) - leaves):
        yield f"its column {name} has a `covering` by columns that are not there"


def _times(file: Any) -> Iterator[tuple[str, str, str]]:
    """By the statistics of row groups, where the writer kept any."""
    for number in range(len(file.schema)):
        column = file.schema.column(number)
        if column.logical_type.type not in _TIMES:
            continue
        found: list[str] = []
        for group in range(file.metadata.num_row_groups):
            statistics = file.metadata.row_group(group).column(number).statistics
            if statistics is not None and statistics.has_min_max:
                found += [_text(statistics.min), _text(statistics.max)]
        if found:
            yield column.path, min(found), max(found)


def _text(value: Any) -> str:
    """A date or time as RFC 3339 text in UTC; one without a zone is taken for UTC."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    elif isinstance(value, date):
        moment = datetime.combine(value, time(), UTC)
    else:
        raise ValueError("a column of times has statistics that are none")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
