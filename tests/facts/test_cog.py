"""The reader of Cloud Optimized GeoTIFF, on files that GDAL 3.10 wrote (tests/facts/data) and on broken ones."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from kfm_gates.facts.cog import CogReader
from kfm_gates.facts.data_formats import CantVerify
from kfm_gates.facts.data_shape import DataColumn, DataShape
from kfm_gates.facts.tiff import is_tiff, read_images

FILES = Path(__file__).parent / "data"
Tags = list[tuple[int, str, tuple[float, ...]]]
_TYPES = {"H": 3, "I": 4, "d": 12, "Q": 16, "s": 2}


def bytes_of(name: str) -> bytes:
    return (FILES / f"{name}.tif").read_bytes()


def shape(data: bytes) -> DataShape:
    return CogReader(io.BytesIO(data)).shape()


def tiff(*images: Tags, order: str = "<", big: bool = False, behind: bool = False) -> bytes:
    """A file of directories without pixels; `behind` puts the directories after four bytes that stand for data."""
    pointer, head = ("Q", 16) if big else ("I", 8)
    first = head + (64 if behind else 0)
    magic = b"II" if order == "<" else b"MM"
    data = magic + struct.pack(f"{order}H", 43 if big else 42)
    data += struct.pack(f"{order}HHQ", 8, 0, first) if big else struct.pack(f"{order}I", first)
    data += bytes(first - len(data))
    for number, tags in enumerate(images):
        data += _directory(tags, len(data), number + 1 < len(images), order, big, pointer)
    return data + bytes(64)


def _directory(tags: Tags, start: int, more: bool, order: str, big: bool, pointer: str) -> bytes:
    size = (8 + 20 * len(tags) + 8) if big else (2 + 12 * len(tags) + 4)
    entries, extra = b"", b""
    for tag, kind, values in sorted(tags):
        packed = struct.pack(f"{order}{len(values)}{kind}", *values)
        room = 8 if big else 4
        if len(packed) > room:
            place = struct.pack(f"{order}{pointer}", start + size + len(extra))
            extra += packed
        else:
            place = packed.ljust(room, b"\0")
        entries += struct.pack(f"{order}HH{pointer}", tag, _TYPES[kind], len(values)) + place
    following = start + size + len(extra) if more else 0
    count = struct.pack(f"{order}{'Q' if big else 'H'}", len(tags))
    return count + entries + struct.pack(f"{order}{pointer}", following) + extra


def image(
    width: int = 256, height: int = 256, tile: int = 256, **more: tuple[str, tuple[float, ...]]
) -> Tags:
    """The tags of one tiled image in degrees; `t<number>` adds or replaces a tag, an empty tuple removes one."""
    tiles = -(-width // tile) * -(-height // tile)
    tags: dict[int, tuple[str, tuple[float, ...]]] = {
        256: ("I", (width,)),
        257: ("I", (height,)),
        258: ("H", (8,)),
        277: ("H", (1,)),
        322: ("H", (tile,)),
        323: ("H", (tile,)),
        324: ("I", (0,) * tiles),
        325: ("I", (0,) * tiles),
        33550: ("d", (0.01, 0.01, 0.0)),
        33922: ("d", (0.0, 0.0, 0.0, -102.0, 40.0, 0.0)),
        34735: ("H", (1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326)),
    }
    tags |= {int(name[1:]): value for name, value in more.items()}
    return [(tag, kind, values) for tag, (kind, values) in tags.items() if values]


class TestFilesOfGdal:
    @pytest.mark.parametrize(
        ("name", "types", "crs"),
        [
            ("cog-4326-uint8", ["uint8"], "EPSG:4326"),
            ("cog-big", ["int16"], "EPSG:4326"),
            ("cog-mask", ["uint8", "uint8", "uint8"], "EPSG:4326"),
            ("cog-small-no-overview", ["uint16"], "EPSG:26914"),
            ("tiled-no-overviews", ["uint8"], "EPSG:4326"),
        ],
    )
    def test_valid_ones(self, name: str, types: list[str], crs: str) -> None:
        found = shape(bytes_of(name))
        assert found.problems == ()
        assert [column.type for column in found.columns] == types
        assert (found.crs, found.geographic) == (crs, crs == "EPSG:4326")
        assert CogReader(io.BytesIO(bytes_of(name))).format == "COG"

    def test_the_box(self) -> None:
        assert shape(bytes_of("cog-4326-uint8")).box == pytest.approx((-102.06, 37.01, -95.06, 40.01))
        assert shape(bytes_of("cog-small-no-overview")).box == (300000, 4397000, 306000, 4400000)

    @pytest.mark.parametrize(
        ("name", "problem"),
        [
            ("striped", "not tiled"),
            ("cog-without-place", "no GeoKeys"),
            ("overviews-at-the-end", "a directory stands behind image data"),
        ],
    )
    def test_others(self, name: str, problem: str) -> None:
        assert any(problem in each for each in shape(bytes_of(name)).problems)
        assert CogReader(io.BytesIO(bytes_of(name))).format == "TIFF"

    def test_a_file_that_was_cut_off(self) -> None:
        data = bytes_of("cog-4326-uint8")
        assert any("beyond the end" in each for each in shape(data[:-200]).problems)

    @pytest.mark.parametrize("size", [0, 1, 4, 7, 8, 20, 100, 300])
    def test_a_file_that_ends_within_its_directories(self, size: int) -> None:
        with pytest.raises(CantVerify):
            shape(bytes_of("cog-big")[:size])

    def test_no_byte_of_the_directories_makes_it_crash(self) -> None:
        data = bytes_of("cog-small-no-overview")
        for at in range(600):
            broken = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
            try:
                shape(broken)
            except CantVerify:
                continue


class TestMadeHere:
    @pytest.mark.parametrize("order", ["<", ">"])
    @pytest.mark.parametrize("big", [True, False])
    def test_every_form_is_read_alike(self, order: str, big: bool) -> None:
        found = shape(tiff(image(), order=order, big=big))
        assert found == DataShape(
            "raster",
            columns=(DataColumn(None, "uint8"),),
            box=(-102.0, 37.44, -99.44, 40.0),
            crs="EPSG:4326",
            geographic=True,
        )

    def test_overviews_get_smaller(self) -> None:
        small, smaller = image(512, 512, t254=("I", (1,))), image(256, 256, t254=("I", (1,)))
        assert shape(tiff(image(1024, 1024), small, smaller)).problems == ()
        for wrong in ((smaller, small), (small, small), (image(2048, 2048, t254=("I", (1,))),)):
            assert any("smaller" in each for each in shape(tiff(image(1024, 1024), *wrong)).problems)

    def test_masks_are_no_overviews(self) -> None:
        mask, reduced = image(1024, 1024, t254=("I", (4,))), image(512, 512, t254=("I", (1,)))
        assert shape(tiff(image(1024, 1024), mask, reduced, image(512, 512, t254=("I", (5,))))).problems == ()

    def test_a_rotated_image(self) -> None:
        turned = (0.0, 0.01, 0.0, -102.0, 0.01, 0.0, 0.0, 40.0) + (0.0,) * 8
        assert shape(tiff(image(t34264=("d", turned)))).box == pytest.approx((-102.0, 40.0, -99.44, 42.56))

    def test_a_system_without_a_code(self) -> None:
        keys = (1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32767)
        found = shape(tiff(image(t34735=("H", keys))))
        assert (found.problems, found.crs, found.geographic) == ((), None, False)

    def test_bands_that_only_say_how_opaque_a_pixel_is(self) -> None:
        found = shape(
            tiff(image(t277=("H", (2,)), t258=("H", (32, 8)), t339=("H", (3, 1)), t338=("H", (2,))))
        )
        assert [column.type for column in found.columns] == ["float32"]

    @pytest.mark.parametrize(
        ("tags", "problem"),
        [
            (image(0), "is empty"),
            (image(t322=("H", ())), "without a size"),
            (image(t324=("I", (0, 0))), "needs 1 tiles"),
            (image(t324=("I", (9999,))), "beyond the end"),
            (image(t33550=("d", ())), "no transformation"),
            (image(t34735=("H", (1, 1, 0, 1, 1024, 0, 1, 3))), "neither a projected nor a geographic"),
            (image(600, t324=("I", ()), t273=("I", (200,))), "not tiled"),
            (image(t324=("I", ()), t325=("I", ())), "has no data"),
            (image(t254=("I", (1,))), "first image is an overview"),
        ],
    )
    def test_what_is_wrong_is_named(self, tags: Tags, problem: str) -> None:
        found = shape(tiff(tags)).problems
        assert any(problem in each for each in found), found

    def test_data_before_the_directories(self) -> None:
        data = tiff(image(t324=("I", (16,)), t325=("I", (4,))), behind=True)
        assert any("behind image data" in each for each in shape(data).problems)

    @pytest.mark.parametrize(
        "tags",
        [
            image(t34735=("H", (1, 1, 0, 9, 1024, 0, 1, 2))),
            image(t34735=("H", (1,))),
            image(t34264=("d", (1.0, 2.0))),
            image(t33922=("d", (0.0,))),
            image(t256=("s", (b"wide",))),  # type: ignore[dict-item]
        ],
    )
    def test_values_of_another_form_are_refused(self, tags: Tags) -> None:
        with pytest.raises(CantVerify):
            shape(tiff(tags))

    def test_directories_in_a_circle_end(self) -> None:
        data = bytearray(tiff(image()))
        end = 8 + 2 + 12 * len(image())
        data[end : end + 4] = struct.pack("<I", 8)
        with pytest.raises(ValueError, match="circle"):
            read_images(io.BytesIO(bytes(data)), frozenset())

    def test_a_tag_that_claims_too_much_is_not_read(self) -> None:
        data = tiff(image(t325=("I", (0,))))
        claim = struct.pack("<HHI", 325, 4, 1)
        huge = data.replace(claim, struct.pack("<HHI", 325, 4, 1 << 30))
        assert huge != data
        with pytest.raises(CantVerify, match="larger than"):
            shape(huge)


def test_what_a_raster_can_not_show() -> None:
    reader = CogReader(io.BytesIO(bytes_of("cog-4326-uint8")))
    for ask in (
        reader.fields,
        lambda: reader.off_grid(0.1),
        lambda: reader.fewer_than("a", 1),
        lambda: reader.finer_than("day", []),
        lambda: reader.records(("a",)),
    ):
        with pytest.raises(CantVerify):
            list(ask())
    assert reader.attribution() is None


def test_what_begins_as_tiff() -> None:
    assert all(is_tiff(head + b"...") for head in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))
    assert not any(is_tiff(head) for head in (b"", b"II", b"II*", b"PAR1", b"MMXX"))
