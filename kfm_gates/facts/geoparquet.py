"""Reading Parquet and GeoParquet 1.x (https://geoparquet.org) artifacts, batch by batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from kfm_gates.facts.data_formats import (
    CantVerify,
    Flaw,
    bbox_off_the_grid,
    data_extra,
    off_the_grid,
    off_the_grid_among,
    reading,
)
from kfm_gates.facts.data_shape import DataShape
from kfm_gates.facts.parquet_shape import parquet_shape
from kfm_gates.facts.times import is_cut

BATCH = 65_536
"""Rows that are looked at together."""


class ParquetReader:
    """One Parquet file, opened by its footer."""

    def __init__(self, file: BinaryIO) -> None:
        with data_extra("pyarrow"):
            import pyarrow.parquet
        self.format = "Parquet"
        with reading(self.format):
            self._file = pyarrow.parquet.ParquetFile(file)
            self._leaves = [self._file.schema.column(i) for i in range(len(self._file.schema))]
            self._geo = self._geo_metadata()
        if self._geo is not None:
            self.format = "GeoParquet"

    def _geo_metadata(self) -> dict[str, Any] | None:
        metadata = self._file.metadata.metadata or {}
        if b"geo" not in metadata:
            return None
        geo = json.loads(metadata[b"geo"])
        if not isinstance(geo, dict) or not isinstance(geo.get("columns"), dict) or not geo["columns"]:
            raise ValueError("its `geo` metadata names no column")
        return geo

    def shape(self) -> DataShape:
        """See DataReader."""
        with reading(self.format):
            return parquet_shape(self._file, self._geo)

    def records(self, columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
        """See DataReader."""
        for name in columns:
            if not any(leaf.path == name for leaf in self._leaves):
                raise CantVerify(f"it has no column {name}")
        batches = self._file.iter_batches(batch_size=BATCH, columns=list(columns))
        while True:
            with reading(self.format):
                batch = next(batches, None)
                rows = [] if batch is None else [batch.column(name).to_pylist() for name in columns]
            if batch is None:
                return
            yield from zip(*rows, strict=True)

    def fields(self) -> Iterator[Flaw]:
        """See DataReader: every column, and every field within one."""
        for leaf in self._leaves:
            for name in sorted({leaf.path, *leaf.path.split(".")}):
                yield Flaw(f"column {leaf.path}", name)

    def names(self) -> Iterator[Flaw]:
        """See DataReader: a table has no layers, and the path of a field is none of its names."""
        for leaf in self._leaves:
            for name in leaf.path.split("."):
                yield Flaw(f"column {leaf.path}", name)

    def off_grid(self, step: float) -> Iterator[Flaw]:
        """See DataReader: the geometry columns, and the boxes around them."""
        if self._geo is None:
            raise CantVerify("without GeoParquet metadata nobody knows which columns hold places")
        columns = self._geo["columns"]
        for leaf in self._leaves:
            textual = leaf.logical_type.type in ("STRING", "JSON", "ENUM")
            if leaf.physical_type.endswith("BYTE_ARRAY") and not textual and leaf.path not in columns:
                raise CantVerify(f"the column {leaf.path} holds bytes that the metadata does not explain")
        seen = 0
        for name, about in columns.items():
            if not isinstance(about, dict) or about.get("encoding") != "WKB":
                raise CantVerify(f"the geometry column {name} is not in WKB")
            if "bbox" in about:
                yield from bbox_off_the_grid(f"bbox of column {name}", about["bbox"], step)
            yield from self._covering(about.get("covering"), step)
            for number, rows in enumerate(self._batches(name)):
                points, stray = _rows_off_grid(rows, step)
                seen += points
                if len(stray):
                    row = int(stray[0]) + number * BATCH
                    yield Flaw(f"column {name}", f"{len(stray)} of {points} vertices, the first in row {row}")
                    break
        if seen == 0:
            raise CantVerify("it holds no coordinates")

    def _covering(self, covering: object, step: float) -> Iterator[Flaw]:
        """The box per row that GeoParquet 1.1 lets a file carry in a column of its own."""
        with reading(self.format, AttributeError):
            paths = [] if covering is None else [".".join(p) for p in covering["bbox"].values()]  # type: ignore[index]
        for path in paths:
            for rows in self._plain(path):
                with reading(self.format):
                    values = rows.to_numpy(zero_copy_only=False).astype("float64")
                if off_the_grid(values, step).any():
                    yield Flaw(f"column {path}", "an edge off the grid")
                    break

    def numbers_off_grid(self, step: float, is_place: Callable[[str], bool]) -> Iterator[Flaw]:
        """See DataReader: columns, and fields within them."""
        for leaf in self._leaves:
            if any(map(is_place, leaf.path.split("."))):
                for rows in self._plain(leaf.path):
                    if off_the_grid_among(f"the column {leaf.path}", rows.to_pylist(), step):
                        yield Flaw(f"column {leaf.path}", "a number off the grid")
                        break

    def _plain(self, path: str) -> Iterator[Any]:
        """The values of a column that are not null, out of the lists and structures that hold them."""
        import pyarrow

        for rows in self._batches(path):
            with reading(self.format):
                while rows.type.num_fields:
                    rows = rows.flatten()[0] if pyarrow.types.is_struct(rows.type) else rows.flatten()
                plain = rows.drop_null()
            yield plain

    def _batches(self, column: str) -> Iterator[Any]:
        """The values of one column, as Arrow arrays."""
        if not any(leaf.path == column or leaf.path.startswith(f"{column}.") for leaf in self._leaves):
            raise CantVerify(f"it has no column {column}")
        batches = self._file.iter_batches(batch_size=BATCH, columns=[column])
        while True:
            with reading(self.format):
                batch = next(batches, None)
            if batch is None:
                return
            yield batch.column(0)

    def fewer_than(self, field: str, minimum: float) -> Iterator[Flaw]:
        """See DataReader. A null is a count that is not shown."""
        for rows in self._batches(field):
            for value in rows.drop_null().to_pylist():
                if isinstance(value, bool) or not isinstance(value, int | float) or not value >= minimum:
                    yield Flaw(f"column {field}", "a smaller number")
                    break

    def finer_than(self, unit: str, fields: Iterable[str]) -> Iterator[Flaw]:
        """See DataReader: all columns of a time type, and those that the spec calls times."""
        typed = [
            leaf.path
            for leaf in self._leaves
            if leaf.logical_type.type in ("DATE", "TIMESTAMP", "TIME") or leaf.physical_type == "INT96"
        ]
        names = sorted(
            {*typed, *(name for name in fields if any(name == leaf.path for leaf in self._leaves))}
        )
        if not names:
            raise CantVerify("it holds no time")
        for name in names:
            for rows in self._batches(name):
                with reading(self.format):
                    finer = _has_finer(rows, unit)
                if finer:
                    yield Flaw(f"column {name}", "a finer time")
                    break

    def attribution(self) -> str | None:
        """See DataReader: Parquet has no place for one."""
        return None


def _rows_off_grid(rows: Any, step: float) -> tuple[int, Any]:
    """How many vertices there are, and the row of each one off the grid."""
    with data_extra("shapely"):
        import shapely
    with reading("GeoParquet", shapely.errors.ShapelyError):
        shapes = shapely.from_wkb(rows.to_numpy(zero_copy_only=False))
        points, row = shapely.get_coordinates(shapes, return_index=True)
    return len(points), row[off_the_grid(points, step).any(axis=1)]


def _has_finer(rows: Any, unit: str) -> bool:
    """Whether a time is not cut to whole units."""
    import pyarrow
    import pyarrow.compute

    present = rows.drop_null()
    if pyarrow.types.is_string(present.type) or pyarrow.types.is_large_string(present.type):
        return not all(is_cut(text, unit) for text in present.to_pylist())
    if pyarrow.types.is_timestamp(present.type):
        present = present.cast(pyarrow.timestamp(present.type.unit))
    elif not pyarrow.types.is_date(present.type):
        raise ValueError(f"a column of type {present.type} holds no date")
    cut = pyarrow.compute.floor_temporal(present, unit=unit)
    return bool(pyarrow.compute.any(pyarrow.compute.not_equal(present, cut)).as_py())
