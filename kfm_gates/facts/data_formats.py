"""What readers of artifacts have in common: what they find, and how they say that they can't tell.

What is found is told by its place and number, never by its value: a report that repeats the coordinate that
should have been generalised would publish it.
"""

from __future__ import annotations

import contextlib
import math
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from kfm_gates.errors import EngineError
from kfm_gates.facts.data_shape import DataShape

ON_GRID = 1e-9
"""How far a coordinate may be off its grid, relative to its size: what binary floating point needs."""


_BROKEN: tuple[type[Exception], ...] = (
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    EOFError,
    OSError,
    RuntimeError,
    zlib.error,
)
"""What libraries raise on bytes that they do not understand."""


@dataclass(frozen=True)
class Flaw:
    """One thing in the bytes that an obligation forbids: where, and what was found there."""

    where: str
    found: str


class CantVerify(Exception):
    """The format, or this file, does not let anyone tell; the message is the reason, as a clause."""


class DataReader(Protocol):
    """One artifact, opened. Every method reads the bytes and raises CantVerify when they can't tell."""

    format: str
    """The name of the format, for a person."""

    def shape(self) -> DataShape:
        """What the header or footer claims."""

    def records(self, columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
        """The values of these columns, record by record; CantVerify when one of them is not there."""

    def fields(self) -> Iterator[Flaw]:
        """Every name of a column, attribute or property: `found` is the name."""

    def names(self) -> Iterator[Flaw]:
        """The same, and every name of a layer or collection."""

    def off_grid(self, step: float) -> Iterator[Flaw]:
        """Coordinates that do not lie on the grid of `step` degrees."""

    def numbers_off_grid(self, step: float, is_place: Callable[[str], bool]) -> Iterator[Flaw]:
        """Numbers that do not lie on the grid, of all fields whose name is one for coordinates."""

    def fewer_than(self, field: str, minimum: float) -> Iterator[Flaw]:
        """Values of a field below `minimum`."""

    def finer_than(self, unit: str, fields: Iterable[str]) -> Iterator[Flaw]:
        """Times that are not cut to whole units; `fields` are those that the spec calls times."""

    def attribution(self) -> str | None:
        """The attribution that the file itself carries, or None where it carries none."""


@contextlib.contextmanager
def data_extra(library: str) -> Iterator[None]:
    """Turn a missing library of the extra `data` into an EngineError that says how to install it."""
    try:
        yield
    except ImportError as error:
        raise EngineError(
            f"{library} is needed to look into artifacts; install it: pip install 'kfm-gates[data]'"
        ) from error


@contextlib.contextmanager
def reading(format: str, *more: type[Exception]) -> Iterator[None]:
    """Turn what a library raises on broken bytes into CantVerify."""
    try:
        yield
    except (*_BROKEN, *more) as error:
        reason = str(error).partition("\n")[0][:120] or type(error).__name__
        raise CantVerify(f"it can't be read as {format}: {reason}") from error


def off_the_grid(values: Any, step: float, tolerance: float = 0.0) -> Any:
    """Which numbers of a numpy array are no multiple of `step`; NaN is none."""
    import numpy

    nearest = numpy.round(values / step) * step
    allowed = numpy.maximum(numpy.maximum(numpy.abs(values), step) * ON_GRID, tolerance)
    return ~(numpy.abs(values - nearest) <= allowed)


def off_the_grid_among(field: str, values: Iterable[Any], step: float) -> bool:
    """Whether one of the degrees in a field, numbers or texts, is off the grid; CantVerify for what is no degree."""
    import numpy

    try:
        degrees = numpy.array([float(each) for each in values if not isinstance(each, bool)], dtype="float64")
    except (TypeError, ValueError):
        raise CantVerify(f"{field} holds what is no number") from None
    if not (numpy.abs(degrees) <= 180).all():
        raise CantVerify(f"{field} holds numbers that are no degrees")
    return bool(off_the_grid(degrees, step).any())


def bbox_off_the_grid(where: str, bbox: object, step: float, tolerance: float = 0.0) -> Iterator[Flaw]:
    """A flaw when a bounding box (4 or 6 numbers) has a horizontal edge off the grid, or is none."""
    numbers = isinstance(bbox, list) and all(
        isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each) for each in bbox
    )
    if not isinstance(bbox, list) or not numbers or len(bbox) not in (4, 6):
        raise CantVerify(f"{where} is no bounding box")
    import numpy

    half = len(bbox) // 2
    edges = numpy.array([*bbox[:2], *bbox[half : half + 2]], dtype="float64")
    if off_the_grid(edges, step, tolerance).any():
        yield Flaw(where, "an edge off the grid")


def read_exactly(file: BinaryIO, offset: int, length: int) -> bytes:
    """Bytes of a file; EOFError when it ends before."""
    file.seek(offset)
    data = file.read(length)
    if len(data) != length:
        raise EOFError("the file ends too early")
    return data
