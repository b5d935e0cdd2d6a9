import json

import pyarrow as pa
import pytest

from kfm_gates.facts.column_types import ColumnTypes
from tests.support.judging import REPOSITORY

TYPES = ColumnTypes(json.loads((REPOSITORY / "rego" / "data" / "column_types.json").read_text())["aliases"])


@pytest.mark.parametrize(
    ("specified", "found"),
    [
        ("string", pa.string()),
        ("string", pa.large_string()),
        ("utf8", pa.string_view()),
        ("string", pa.dictionary(pa.int8(), pa.large_string())),
        ("binary", pa.large_binary()),
        ("geometry", pa.binary()),
        ("double", pa.float64()),
        ("Float64", pa.float64()),
        ("float32", pa.float32()),
        ("bigint", pa.int64()),
        ("boolean", pa.bool_()),
        ("date", pa.date32()),
        ("date32[day]", pa.date32()),
        ("timestamp", pa.timestamp("us", "UTC")),
        ("timestamp[ms]", pa.timestamp("ms")),
        ("decimal128", pa.decimal128(10, 2)),
        ("decimal128(10,2)", pa.decimal128(10, 2)),
        ("list<string>", pa.list_(pa.field("element", pa.large_string(), nullable=False))),
        ("list<item: utf8>", pa.large_list(pa.string())),
        ("list", pa.list_(pa.int8())),
        ("struct<long: int64, text: string>", pa.struct({"long": pa.int64(), "text": pa.large_string()})),
        ("map<string, int32>", pa.map_(pa.string(), pa.int32())),
    ],
)
def test_the_same(specified: str, found: pa.DataType) -> None:
    assert TYPES.same(specified, str(found))


@pytest.mark.parametrize(
    ("specified", "found"),
    [
        ("string", pa.binary()),
        ("int64", pa.int32()),
        ("int64", pa.uint64()),
        ("double", pa.float32()),
        ("timestamp[ms]", pa.timestamp("us")),
        ("timestamp[us]", pa.timestamp("us", "UTC")),
        ("date32", pa.date64()),
        ("decimal128(10,2)", pa.decimal128(10, 3)),
        ("list<string>", pa.list_(pa.int8())),
        ("list<string>", pa.string()),
        ("struct<a: int64>", pa.struct({"b": pa.int64()})),
        ("number", pa.float64()),
        ("int", pa.int64()),
        ("", pa.string()),
    ],
)
def test_not_the_same(specified: str, found: pa.DataType) -> None:
    assert not TYPES.same(specified, str(found))
