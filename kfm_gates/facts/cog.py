"""Reading Cloud Optimized GeoTIFF (OGC 21-026) artifacts by their directories."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from kfm_gates.facts.data_formats import CantVerify, Flaw, reading
from kfm_gates.facts.data_shape import Box, DataColumn, DataShape
from kfm_gates.facts.tiff import Image, read_images

KIND, WIDTH, HEIGHT, BITS, SAMPLES, FORMAT = 254, 256, 257, 258, 277, 339
TILE_WIDTH, TILE_HEIGHT, OFFSETS, COUNTS, EXTRA = 322, 323, 324, 325, 338
STRIP_OFFSETS, PLANAR = 273, 284
SCALE, TIEPOINT, TRANSFORM, KEYS = 33550, 33922, 34264, 34735
_WANTED = frozenset(
    {KIND, WIDTH, HEIGHT, BITS, SAMPLES, FORMAT, TILE_WIDTH, TILE_HEIGHT, OFFSETS, COUNTS, EXTRA}
    | {STRIP_OFFSETS, PLANAR, SCALE, TIEPOINT, TRANSFORM, KEYS}
)
SMALL = 512
"""An image up to this size (pixels) needs no tiles."""
_MODEL, _GEODETIC, _PROJECTED = 1024, 2048, 3072
_PROJECTED_MODEL, _GEOGRAPHIC_MODEL = 1, 2
_UNKNOWN = 32767
_LETTERS = {1: "uint", 2: "int", 3: "float"}
_NUMBERS = "it can't be looked for in a raster"


class CogReader:
    """One TIFF file, opened by its directories."""

    def __init__(self, file: BinaryIO) -> None:
        self.format = "TIFF"
        with reading(self.format, struct.error):
            images = read_images(file, _WANTED)
            self._size = file.seek(0, 2)
            reduced = [image for image in images if image.number(KIND) & 5 == 1]
            self._main, self._overviews = images[0], reduced
            self._images = images
            self._keys = _geo_keys(self._main)
            self._problems = tuple(self._wrong())
        if not self._problems:
            self.format = "COG"

    def shape(self) -> DataShape:
        """See DataReader."""
        with reading(self.format):
            model = self._keys.get(_MODEL)
            code = self._keys.get(_PROJECTED if model == _PROJECTED_MODEL else _GEODETIC, _UNKNOWN)
            return DataShape(
                "raster",
                self._problems,
                tuple(DataColumn(None, each) for each in self._bands()),
                box=self._box(),
                crs=None if code in (0, _UNKNOWN) else f"EPSG:{code}",
                geographic=model == _GEOGRAPHIC_MODEL,
            )

    def _bands(self) -> list[str]:
        """The types of the bands, those that only say how opaque a pixel is left out."""
        samples = self._main.number(SAMPLES, 1)
        bits = self._main.numbers(BITS) or (1,)
        kinds = self._main.numbers(FORMAT) or (1,)
        opaque = sum(each in (1, 2) for each in self._main.numbers(EXTRA))
        types = [
            f"{_LETTERS.get(kinds[min(n, len(kinds) - 1)], 'unknown')}{bits[min(n, len(bits) - 1)]}"
            for n in range(min(samples, 65535))
        ]
        return types[: len(types) - opaque]

    def _box(self) -> Box | None:
        """Around the corners of the image (GeoTIFF 1.1, section 7.6); heights are left out."""
        width, height = self._main.number(WIDTH), self._main.number(HEIGHT)
        if TRANSFORM in self._main.tags:
            a, b, _, x, d, e, _, y = self._main.numbers(TRANSFORM)[:8]
        elif SCALE in self._main.tags and TIEPOINT in self._main.tags:
            step_x, step_y = self._main.numbers(SCALE)[:2]
            column, row, _, left, top = self._main.numbers(TIEPOINT)[:5]
            a, b, x = step_x, 0.0, left - column * step_x
            d, e, y = 0.0, -step_y, top + row * step_y
        else:
            return None
        corners = [(a * c + b * r + x, d * c + e * r + y) for c in (0, width) for r in (0, height)]
        across, up = zip(*corners, strict=True)
        return min(across), min(up), max(across), max(up)

    def _wrong(self) -> Iterator[str]:
        """Why it is no Cloud Optimized GeoTIFF, each as a clause."""
        if not self._keys:
            yield "it has no GeoKeys, so nobody knows where it lies"
        elif self._keys.get(_MODEL) not in (_PROJECTED_MODEL, _GEOGRAPHIC_MODEL):
            yield "its GeoKeys name neither a projected nor a geographic system"
        elif self._box() is None:
            yield "it has no transformation from pixels to coordinates"
        for image in self._images:
            yield from self._wrong_image(image)
        yield from self._wrong_order()

    def _wrong_image(self, image: Image) -> Iterator[str]:
        width, height = image.number(WIDTH), image.number(HEIGHT)
        what = f"the image of {width} by {height} pixels"
        if width < 1 or height < 1:
            yield f"{what} is empty"
        elif OFFSETS not in image.tags:
            if max(width, height) > SMALL:
                yield f"{what} is not tiled"
            elif not image.numbers(STRIP_OFFSETS):
                yield f"{what} has no data"
        else:
            yield from self._wrong_tiles(image, what)

    def _wrong_tiles(self, image: Image, what: str) -> Iterator[str]:
        across, down = image.number(TILE_WIDTH), image.number(TILE_HEIGHT)
        if across < 1 or down < 1:
            yield f"{what} has tiles without a size"
            return
        planes = image.number(SAMPLES, 1) if image.number(PLANAR, 1) == 2 else 1
        tiles = -(-image.number(WIDTH) // across) * -(-image.number(HEIGHT) // down) * planes
        offsets, counts = image.numbers(OFFSETS), image.numbers(COUNTS)
        if len(offsets) != tiles or len(counts) != tiles:
            yield f"{what} needs {tiles} tiles, and {len(offsets)} are listed"
        if any(start + count > self._size for start, count in zip(offsets, counts, strict=False)):
            yield f"{what} has tiles beyond the end of the file"

    def _wrong_order(self) -> Iterator[str]:
        sizes = [(each.number(WIDTH), each.number(HEIGHT)) for each in (self._main, *self._overviews)]
        if self._main.number(KIND) & 1:
            yield "its first image is an overview"
        if any(one[0] < two[0] or one[1] < two[1] or one == two for one, two in itertools.pairwise(sizes)):
            yield "its overviews do not get smaller one after the other"
        data = [
            start
            for image in self._images
            for start in (*image.numbers(OFFSETS), *image.numbers(STRIP_OFFSETS))
            if start  # a tile without data, as of a sparse image
        ]
        if data and max(image.offset for image in self._images) > min(data):
            yield "a directory stands behind image data, so a reader can't get all of them at once"

    def fields(self) -> Iterator[Flaw]:
        """See DataReader: bands have no names that every reader shows."""
        raise CantVerify("the bands of a raster have no names")

    def names(self) -> Iterator[Flaw]:
        """See DataReader: an image has no layers, and its bands no names that every reader shows."""
        return iter(())

    def off_grid(self, step: float) -> Iterator[Flaw]:
        """See DataReader."""
        raise CantVerify(_NUMBERS)

    def numbers_off_grid(self, step: float, is_place: Callable[[str], bool]) -> Iterator[Flaw]:
        """See DataReader: cells are measurements, and no field of an image holds coordinates."""
        return iter(())

    def fewer_than(self, field: str, minimum: float) -> Iterator[Flaw]:
        """See DataReader."""
        raise CantVerify(_NUMBERS)

    def finer_than(self, unit: str, fields: Iterable[str]) -> Iterator[Flaw]:
        """See DataReader."""
        raise CantVerify(_NUMBERS)

    def attribution(self) -> str | None:
        """See DataReader: none that is read."""
        return None

    def records(self, columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
        """See DataReader."""
        raise CantVerify("a raster has no records")


def _geo_keys(image: Image) -> dict[int, int]:
    """The GeoKeys that are short numbers; those that are texts or floating numbers are not asked for."""
    directory = image.numbers(KEYS)
    if not directory:
        return {}
    if len(directory) < 4 or len(directory) < 4 + 4 * directory[3]:
        raise ValueError("its GeoKeys end too early")
    entries = [directory[at : at + 4] for at in range(4, 4 + 4 * directory[3], 4)]
    return {key: value for key, location, _, value in entries if location == 0}
