"""Reading PMTiles 3 archives (https://github.com/protomaps/PMTiles) of Mapbox Vector Tiles, tile by tile."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from kfm_gates.evidence.pointers import walk
from kfm_gates.facts.data_formats import (
    CantVerify,
    Flaw,
    bbox_off_the_grid,
    data_extra,
    off_the_grid_among,
    read_exactly,
    reading,
)
from kfm_gates.facts.data_shape import DataShape
from kfm_gates.facts.pmtiles_shape import E7, pmtiles_shape
from kfm_gates.facts.times import is_cut
from kfm_gates.facts.vector_tiles import attributes, decoded, features, off_grid_in_tile

LARGEST = 64 << 20
"""No directory, metadata or tile may unpack to more bytes than this."""
DEEPEST = 3
"""Directories below the root; the specification says that one level is enough."""


@dataclass(frozen=True)
class Span:
    """Tiles that share the same bytes: `length` tile ids from `first` on, and the decoded tile."""

    first: int
    length: int
    tile: Any


class PmtilesReader:
    """One archive, opened by its header."""

    format = "PMTiles"

    def __init__(self, file: BinaryIO) -> None:
        with data_extra("pmtiles"):
            import pmtiles.tile as library
        self._file, self._library = file, library
        with reading(self.format, library.SpecVersionUnsupported, library.MagicNumberNotFound):
            self._header: Any = library.deserialize_header(read_exactly(file, 0, 127))
        with reading(self.format, RecursionError):
            span = (self._header["metadata_offset"], self._header["metadata_length"])
            self._metadata = json.loads(self._unpacked(span, self._header["internal_compression"]))
            if not isinstance(self._metadata, dict):
                raise ValueError("its metadata is no object")

    def shape(self) -> DataShape:
        """See DataReader."""
        with reading(self.format):
            root = self._directory(self._header["root_offset"], self._header["root_length"])
            return pmtiles_shape(self._header, self._metadata, self._file.seek(0, 2), root)

    def records(self, columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
        """See DataReader: one per feature and tile."""
        seen: set[str] = set()
        for span in self._spans():
            for layer in span.tile.layers:
                seen.update(layer.keys)
                with reading(self.format):
                    found = list(features(layer, columns))
                yield from found
        if missing := [name for name in columns if name not in seen]:
            raise CantVerify(f"no tile has the attribute {missing[0]}")

    def fields(self) -> Iterator[Flaw]:
        """See DataReader: what the metadata names, and the attributes of every tile."""
        for name in sorted(_names(self._metadata)):
            yield Flaw("metadata", name)
        for span in self._spans():
            for layer in span.tile.layers:
                for key in layer.keys:
                    yield Flaw(self._where(span.first, layer.name), key)

    def names(self) -> Iterator[Flaw]:
        """See DataReader: what the metadata names, and the layers and attributes of every tile."""
        for name in sorted(_names(self._metadata) | _layers(self._metadata)):
            yield Flaw("metadata", name)
        for span in self._spans():
            for layer in span.tile.layers:
                for name in (layer.name, *layer.keys):
                    yield Flaw(self._where(span.first, layer.name), name)

    def off_grid(self, step: float) -> Iterator[Flaw]:
        """See DataReader: every vertex that is not of a cut at the tile's edge, within one tile unit."""
        header = self._header
        box = [header[name] * E7 for name in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")]
        yield from bbox_off_the_grid("bounds in the header", box, step, E7)
        seen = 0
        for span in self._spans():
            for layer in span.tile.layers:
                for tile_id in range(span.first, span.first + span.length):
                    with reading(self.format):
                        z, x, y = self._library.tileid_to_zxy(tile_id)
                        judged, stray = off_grid_in_tile(layer, z, x, y, step)
                    seen += judged
                    if stray:
                        found = f"{stray} of {judged} vertices"
                        yield Flaw(self._where(tile_id, layer.name), found)
                    if stray or not judged:
                        break  # the same bytes show nothing at other places, or are denied already
        if seen == 0:
            raise CantVerify("it holds no vertex within a tile")

    def numbers_off_grid(self, step: float, is_place: Callable[[str], bool]) -> Iterator[Flaw]:
        """See DataReader: the attributes of features."""
        for span in self._spans():
            for layer in span.tile.layers:
                for name in sorted(set(filter(is_place, layer.keys))):
                    with reading(self.format):
                        values = list(attributes(layer, name))
                    if off_the_grid_among(f"the attribute {name}", values, step):
                        yield Flaw(self._where(span.first, layer.name), "a number off the grid")

    def fewer_than(self, field: str, minimum: float) -> Iterator[Flaw]:
        """See DataReader. A feature without the attribute is a count that is not shown."""
        for where, value in self._values(field):
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= minimum:
                yield Flaw(where, "a smaller number")

    def finer_than(self, unit: str, fields: Iterable[str]) -> Iterator[Flaw]:
        """See DataReader: the attributes that the spec calls times."""
        there = {flaw.found for flaw in self.fields()}
        names = sorted(there.intersection(fields))
        if not names:
            raise CantVerify("it holds no time")
        for name in names:
            for where, value in self._values(name):
                with reading(self.format):
                    if not is_cut(value, unit):
                        yield Flaw(where, "a finer time")

    def attribution(self) -> str | None:
        """See DataReader."""
        stated = self._metadata.get("attribution")
        return stated if isinstance(stated, str) else None

    def _values(self, field: str) -> Iterator[tuple[str, Any]]:
        seen = False
        for span in self._spans():
            for layer in span.tile.layers:
                with reading(self.format):
                    values = list(attributes(layer, field))
                seen = seen or bool(values)
                for value in values:
                    yield self._where(span.first, layer.name), value
        if not seen:
            raise CantVerify(f"no tile has the attribute {field}")

    def _where(self, tile_id: int, layer: str) -> str:
        z, x, y = self._library.tileid_to_zxy(tile_id)
        return f"tile {z}/{x}/{y}, layer {layer}"

    def _spans(self) -> Iterator[Span]:
        """All tiles, in the order of the directories; raises CantVerify for what can't be decoded."""
        if self._header["tile_type"] is not self._library.TileType.MVT:
            raise CantVerify(f"its tiles are {self._header['tile_type'].name}, not vector tiles")
        start, base = self._header["root_offset"], self._header["tile_data_offset"]
        for entry in self._entries(start, self._header["root_length"], 0):
            with reading(self.format):
                self._library.tileid_to_zxy(entry.tile_id)
                packed = (base + entry.offset, entry.length)
                data = self._unpacked(packed, self._header["tile_compression"])
            yield Span(entry.tile_id, entry.run_length, decoded(data))

    def _entries(self, offset: int, length: int, depth: int) -> Iterator[Any]:
        if depth > DEEPEST:
            raise CantVerify("its directories are nested too deeply")
        with reading(self.format):
            entries = self._directory(offset, length)
        for entry in entries:
            if entry.run_length:
                yield entry
            else:
                leaf = self._header["leaf_directory_offset"] + entry.offset
                yield from self._entries(leaf, entry.length, depth + 1)

    def _directory(self, offset: int, length: int) -> list[Any]:
        """The entries of one directory. The library unpacks by itself, without a limit: it gets what was unpacked here."""
        data = self._unpacked((offset, length), self._header["internal_compression"])
        return list(self._library.deserialize_directory(gzip.compress(data, 0)))

    def _unpacked(self, span: tuple[int, int], compression: Any) -> bytes:
        offset, length = span
        if length > LARGEST:
            raise ValueError(f"a part of it is larger than {LARGEST >> 20} MiB")
        data = read_exactly(self._file, offset, length)
        if compression is self._library.Compression.NONE:
            return data
        if compression is not self._library.Compression.GZIP:
            raise ValueError(f"it is packed with {compression.name.lower()}, which is not read here")
        unpacker = zlib.decompressobj(31)
        unpacked = unpacker.decompress(data, LARGEST)
        if not unpacker.eof:
            raise ValueError("a packed part of it does not end, or is too large")
        return unpacked


def _names(metadata: dict[str, Any]) -> set[str]:
    """The fields of `vector_layers`, and the attributes in the statistics that tippecanoe adds."""
    layers = metadata.get("vector_layers")
    fields = (
        [each.get("fields") for each in layers if isinstance(each, dict)] if isinstance(layers, list) else []
    )
    found = {name for each in fields if isinstance(each, dict) for name in each}
    for _, value in walk(metadata):
        if isinstance(value, dict) and isinstance(value.get("attribute"), str):
            found.add(value["attribute"])
    return found


def _layers(metadata: dict[str, Any]) -> set[str]:
    """The ids of `vector_layers`, and the name of the tileset."""
    layers = metadata.get("vector_layers")
    found = [each.get("id") for each in layers if isinstance(each, dict)] if isinstance(layers, list) else []
    return {name for name in (*found, metadata.get("name")) if isinstance(name, str)}
