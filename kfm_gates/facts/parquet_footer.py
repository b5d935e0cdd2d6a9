"""The footer of a Parquet file, read without a library: how many rows there are, and the key-value metadata.

A footer is a struct in Thrift's compact protocol between the column chunks and the last eight bytes
(https://parquet.apache.org/docs/file-format/). Reading it here keeps a library of a fifth of a second out of
every run; what the rows hold is read with pyarrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from kfm_gates.facts.data_formats import read_exactly, reading

MAGIC = b"PAR1"
LARGEST = 64 << 20
"""No footer may be larger (bytes)."""
DEEPEST = 32
_NUM_ROWS, _KEY_VALUES = 3, 5
"""Field numbers in Thrift's FileMetaData; in KeyValue 1 is the key and 2 the value."""


@dataclass(frozen=True)
class ParquetFooter:
    """Number of rows, and key-value metadata."""

    rows: int
    metadata: dict[bytes, bytes]


def read_footer(file: BinaryIO) -> ParquetFooter:
    """Raises CantVerify for what is no Parquet file, is cut off, or has an encrypted footer."""
    with reading("Parquet"):
        size = file.seek(0, 2)
        tail = read_exactly(file, max(size - 8, 0), 8)
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != MAGIC or size < 12 + length or read_exactly(file, 0, 4) != MAGIC:
            raise ValueError("it does not end with a footer in the clear")
        if length > LARGEST:
            raise ValueError(f"its footer is larger than {LARGEST >> 20} MiB")
        fields = _Compact(read_exactly(file, size - 8 - length, length)).struct(0)
        rows, pairs = fields.get(_NUM_ROWS), fields.get(_KEY_VALUES, [])
        if not isinstance(rows, int) or rows < 0 or not isinstance(pairs, list):
            raise ValueError("its footer does not say how many rows there are")
        return ParquetFooter(rows, dict(_texts(pair) for pair in pairs))


def _texts(pair: Any) -> tuple[bytes, bytes]:
    """A key and its value; Thrift leaves out a value that is not set."""
    key, value = (pair.get(1), pair.get(2, b"")) if isinstance(pair, dict) else (None, None)
    if not isinstance(key, bytes) or not isinstance(value, bytes):
        raise ValueError("its footer has metadata that is no text")
    return key, value


class _Compact:
    """Thrift's compact protocol: values by field number, texts as bytes, what is not asked for as it comes."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def struct(self, depth: int) -> dict[int, Any]:
        fields: dict[int, Any] = {}
        number = 0
        while kind := self._byte():
            delta, kind = kind >> 4, kind & 0x0F
            number = number + delta if delta else self._zigzag()
            fields[number] = (kind == 1) if kind in (1, 2) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if depth > DEEPEST:
            raise ValueError("its footer is nested too deeply")
        match kind:
            case 1 | 2 | 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._zigzag()
            case 7:
                return self._take(8)
            case 8:
                return self._take(self._varint())
            case 9 | 10:
                return self._list(depth)
            case 11:
                return self._map(depth)
            case 12:
                return self.struct(depth + 1)
        raise ValueError("its footer has a value of an unknown type")

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        count, kind = head >> 4, head & 0x0F
        if count == 15:
            count = self._varint()
        self._refuse_more_than_there_is(count)
        return [self._value(kind, depth + 1) for _ in range(count)]

    def _map(self, depth: int) -> list[Any]:
        count = self._varint()
        self._refuse_more_than_there_is(count)
        kinds = self._byte() if count else 0
        return [
            (self._value(kinds >> 4, depth + 1), self._value(kinds & 0x0F, depth + 1)) for _ in range(count)
        ]

    def _refuse_more_than_there_is(self, count: int) -> None:
        if count > len(self._data) - self._at:
            raise EOFError("its footer ends too early")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise ValueError("its footer has a number that is too long")

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        self._at += count
        if len(taken) != count:
            raise EOFError("its footer ends too early")
        return taken
