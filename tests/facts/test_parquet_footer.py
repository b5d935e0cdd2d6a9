"""The footer reader against pyarrow: whatever pyarrow writes, both read the same of it."""

from __future__ import annotations

import io
from typing import Any

import pytest

from kfm_gates.facts.data_formats import CantVerify
from kfm_gates.facts.parquet_footer import read_footer
from tests.facts.catalog_trees import artifact
from tests.support.judging import kansas

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

FILES: dict[str, dict[str, Any]] = {
    "plain": {},
    "many row groups": {"row_group_size": 7},
    "format 1.0 without statistics": {"version": "1.0", "write_statistics": False},
    "page index and bloom filters": {"write_page_index": True},
    "uncompressed with crc": {"compression": "none", "write_page_checksum": True},
}


def written(rows: int, metadata: dict[bytes, bytes], **options: Any) -> bytes:
    table = pa.table(
        {
            "id": pa.array(range(rows), pa.int64()),
            "name": pa.array([f"n{i}" for i in range(rows)]),
            "tags": pa.array([["a", "b"] for _ in range(rows)], pa.list_(pa.string())),
            "at": pa.array([{"x": 1.0, "y": None} for _ in range(rows)], pa.struct([("x", pa.float64()), ("y", pa.int8())])),
            "flag": pa.array([i % 2 == 0 for i in range(rows)]),
        }
    ).replace_schema_metadata(metadata)  # fmt: skip
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


@pytest.mark.parametrize("rows", [0, 1, 105, 1000])
@pytest.mark.parametrize("options", FILES.values(), ids=FILES)
def test_rows_and_metadata_are_those_that_pyarrow_reads(options: dict[str, Any], rows: int) -> None:
    data = written(rows, {b"geo": b"{}", b"long": b"x" * 70_000, b"": b""}, **options)
    expected = pq.ParquetFile(io.BytesIO(data)).metadata
    footer = read_footer(io.BytesIO(data))
    assert (footer.rows, footer.metadata) == (expected.num_rows, expected.metadata)


def test_the_example() -> None:
    data = kansas()[artifact("parquet")]
    footer = read_footer(io.BytesIO(data))
    assert (footer.rows, list(footer.metadata)) == (105, [b"geo"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-1],
        lambda data: data[:-8],
        lambda data: data[:6],
        lambda data: b"",
        lambda data: b"PARE" + data[4:],
        lambda data: data[:-4] + b"PARE",
        lambda data: data[:-8] + b"\xff\xff\xff\x7f" + data[-4:],
        lambda data: data[:-8] + b"\x01\x00\x00\x00" + data[-4:],
        lambda data: b"PAR1" + b"\x19\xfc\xff\xff\xff\xff\x0f" + b"\x07\x00\x00\x00PAR1",
        lambda data: b"PAR1" + b"\x19" * 4000 + b"\xa0\x0f\x00\x00PAR1",
        lambda data: b"PAR1" + b"\x00" + b"\x01\x00\x00\x00PAR1",
    ],
)
def test_what_is_no_whole_parquet_file_is_said_to_be_none(spoil: Any) -> None:
    with pytest.raises(CantVerify, match="can't be read as Parquet"):
        read_footer(io.BytesIO(spoil(kansas()[artifact("parquet")])))


def test_no_change_of_the_footer_makes_the_reader_fail_otherwise() -> None:
    data = bytearray(kansas()[artifact("parquet")])
    length = int.from_bytes(data[-8:-4], "little")
    for offset in range(len(data) - 8 - length, len(data)):
        for bit in (0, 3, 7):
            changed = bytearray(data)
            changed[offset] ^= 1 << bit
            try:
                read_footer(io.BytesIO(bytes(changed)))
            except CantVerify:
                continue
