"""Reading the directories of TIFF 6.0 and BigTIFF files: what the images of a file are, never their pixels."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from kfm_gates.facts.data_formats import read_exactly

MOST_IMAGES = 256
"""No file has more directories than this; overviews halve the size, so 64 bits need fewer."""
LARGEST = 16 << 20
"""No tag has more bytes of values than this: room for four million tiles."""

# Tag type -> the character by which `struct` reads it, and how many of them make one value.
_TYPES = {1: ("B", 1), 2: ("s", 1), 3: ("H", 1), 4: ("I", 1), 5: ("I", 2), 6: ("b", 1), 7: ("s", 1), 8: ("h", 1),
          9: ("i", 1), 10: ("i", 2), 11: ("f", 1), 12: ("d", 1), 13: ("I", 1), 16: ("Q", 1), 17: ("q", 1),
          18: ("Q", 1)}  # fmt: skip


@dataclass(frozen=True)
class Image:
    """One directory: where it stands, and its tags, numbers to values."""

    offset: int
    tags: Mapping[int, Any]

    def number(self, tag: int, default: int = 0) -> int:
        """The first value of a tag of whole numbers."""
        return int(self.numbers(tag)[0]) if tag in self.tags else default

    def numbers(self, tag: int) -> tuple[Any, ...]:
        """The values of a tag; ValueError when it has none or is a text."""
        values = self.tags.get(tag, ())
        if not isinstance(values, tuple) or (tag in self.tags and not values):
            raise ValueError(f"its tag {tag} holds no numbers")
        return values


def is_tiff(head: bytes) -> bool:
    """Whether a file that begins so is TIFF or BigTIFF."""
    return head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read_images(file: BinaryIO, wanted: frozenset[int]) -> tuple[Image, ...]:
    """The directories of the main chain, in its order, with those of their tags that are wanted.

    Raises ValueError, EOFError or struct.error for a file that is broken.
    """
    order = "<" if read_exactly(file, 0, 2) == b"II" else ">"
    big = struct.unpack(f"{order}H", read_exactly(file, 2, 2))[0] == 43
    if big and struct.unpack(f"{order}HH", read_exactly(file, 4, 4)) != (8, 0):
        raise ValueError("its BigTIFF header is none")
    form = _Form(order, big)
    (offset,) = form.read(file, 8 if big else 4, form.pointer)
    images: list[Image] = []
    while offset:
        if any(offset == image.offset for image in images) or len(images) == MOST_IMAGES:
            raise ValueError("its directories form a circle, or are too many")
        (count,) = form.read(file, offset, "Q" if big else "H")
        start = offset + (8 if big else 2)
        if not 0 < count <= 4096:
            raise ValueError(f"a directory has {count} entries")
        images.append(Image(offset, dict(_tags(file, form, start, count, wanted))))
        (offset,) = form.read(file, start + count * form.entry, form.pointer)
    if not images:
        raise ValueError("it holds no image")
    return tuple(images)


@dataclass(frozen=True)
class _Form:
    """How numbers are written: the byte order, and whether offsets have 64 bits."""

    order: str
    big: bool

    @property
    def pointer(self) -> str:
        return "Q" if self.big else "I"

    @property
    def entry(self) -> int:
        return 20 if self.big else 12

    def read(self, file: BinaryIO, offset: int, form: str) -> tuple[Any, ...]:
        size = struct.calcsize(f"{self.order}{form}")
        return struct.unpack(f"{self.order}{form}", read_exactly(file, offset, size))


def _tags(
    file: BinaryIO, form: _Form, start: int, count: int, wanted: frozenset[int]
) -> Iterator[tuple[int, Any]]:
    for number in range(count):
        at = start + number * form.entry
        tag, kind, length = form.read(file, at, f"HH{form.pointer}")
        if tag not in wanted:
            continue
        if kind not in _TYPES:
            raise ValueError(f"its tag {tag} has the unknown type {kind}")
        letter, each = _TYPES[kind]
        numbers = f"{length * each}{letter}"
        size = length * each * struct.calcsize(f"{form.order}{letter}")
        if size > LARGEST:
            raise ValueError(f"its tag {tag} is larger than {LARGEST >> 20} MiB")
        place, room = (at + 12, 8) if form.big else (at + 8, 4)
        if size > room:
            (place,) = form.read(file, place, form.pointer)
        values = form.read(file, place, numbers)
        yield tag, values[0] if letter == "s" else values
