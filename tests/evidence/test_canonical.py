"""Canonical JSON: the published vectors, and an EvidenceError for everything that has no form."""

import datetime
import hashlib
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.canonical import digest_of, jcs
from kfm_gates.evidence.strict_json import parse_json

VECTORS = ("arrays", "french", "structures", "unicode", "values", "weird")


@pytest.mark.parametrize("name", VECTORS)
def test_published_vectors(name: str) -> None:
    folder = os.environ.get("KFM_GATES_CONFORMANCE_DATA")
    if folder is None:
        pytest.skip("KFM_GATES_CONFORMANCE_DATA does not name the folder with jcs/testdata")
    data = Path(folder, "jcs", "testdata")
    # json.loads, since the vectors hold numbers and strings that strict JSON refuses on purpose.
    assert jcs(json.loads((data / "input" / f"{name}.json").read_bytes())) == (
        data / "output" / f"{name}.json"
    ).read_bytes().rstrip(b"\n")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        # RFC 8785 appendix B
        (0.0, b"0"),
        (-0.0, b"0"),
        (5e-324, b"5e-324"),
        (-5e-324, b"-5e-324"),
        (1.7976931348623157e308, b"1.7976931348623157e+308"),
        (9007199254740992.0, b"9007199254740992"),
        (295147905179352830000.0, b"295147905179352830000"),
        (9.999999999999997e22, b"9.999999999999997e+22"),
        (1e23, b"1e+23"),
        (1.0000000000000001e23, b"1.0000000000000001e+23"),
        (999999999999999700000.0, b"999999999999999700000"),
        (1e21, b"1e+21"),
        (9.999999999999997e-7, b"9.999999999999997e-7"),
        (0.000001, b"0.000001"),
        (333333333.3333332, b"333333333.3333332"),
        (-0.0000033333333333333333, b"-0.0000033333333333333333"),
        (1424953923781206.2, b"1424953923781206.2"),
    ],
)
def test_numbers_of_the_rfc(number: float, text: bytes) -> None:
    assert jcs(number) == text


def test_keys_are_ordered_by_utf_16() -> None:
    assert jcs({"\ufb01": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\ufb01":1}'.encode()


@pytest.mark.parametrize("text", ["1", "1.0", "1e0", "10e-1"])
def test_one_value_has_one_digest(text: str) -> None:
    assert digest_of(parse_json(text.encode())) == "sha256:" + hashlib.sha256(b"1").hexdigest()


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        "\ud800",
        {"\ud800": 1},
        {1: "a"},
        {None: "a"},
        datetime.date(2026, 1, 1),
        Decimal("1"),
        {1, 2},
        b"bytes",
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_canonical_form(value: object) -> None:
    with pytest.raises(EvidenceError, match=r";"):
        jcs({"value": [value]})


def test_what_is_too_deep_has_no_canonical_form() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(EvidenceError, match="too deeply"):
        jcs(deep)
    while deep:  # taken apart by hand: freeing it at once would recurse
        deep = deep.pop()  # type: ignore[assignment]


numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda x: not 2**53 <= abs(x) < 1e21
)
strings = st.text(st.characters(codec="utf-8", max_codepoint=0x2FF), max_size=5)
documents = st.recursive(
    st.none() | st.booleans() | numbers | strings,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(strings, inner, max_size=4),
    max_leaves=15,
)


@given(documents)
def test_canonical_bytes_are_strict_json_and_canonical_again(document: object) -> None:
    once = jcs(document)
    assert parse_json(once) == document
    assert jcs(parse_json(once)) == once
