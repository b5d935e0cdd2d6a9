"""Numbers and strings that every reader sees alike."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.evidence.scalar_rules import check_string, read_float, read_integer, short


@pytest.mark.parametrize("text", ["0", "-0", "9007199254740991", "-9007199254740991"])
def test_integers_that_a_double_holds(text: str) -> None:
    assert read_integer(text) == int(text)


@pytest.mark.parametrize("text", ["9007199254740992", "-9007199254740992", "1" * 30, "1" * 5000])
def test_integers_beyond_a_double(text: str) -> None:
    with pytest.raises(ValueError, match="beyond"):
        read_integer(text)


@pytest.mark.parametrize(
    "text",
    [
        "0.1",
        "1.0",
        "1e0",
        "-0.0",
        "0e999",
        "1.50",
        "2e-3",
        "1E30",
        "5e-324",
        "1.7976931348623157e308",
        "1e21",
    ],
)
def test_numbers_that_survive(text: str) -> None:
    assert read_float(text) == float(text)


@pytest.mark.parametrize(
    "text",
    [
        "9007199254740993.0",  # would silently be ...992
        "9007199254740992.0",  # canonical JSON writes it as an integer that is refused
        "1e16",
        "123456789012345678e3",
        "1e400",
        "-1e400",
        "1e-400",
        "4e-324",
        "0.1000000000000000055",
        "333333333.33333329",
        "1e-99999999999999999999",
        "0." + "1" * 5000,
    ],
)
def test_numbers_that_do_not_survive(text: str) -> None:
    with pytest.raises(ValueError, match=r"the (whole )?number .*; write "):
        read_float(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**8), max_value=10**8))
def test_fifteen_digits_always_survive(number: Decimal) -> None:
    assert Decimal(repr(read_float(f"{number:f}"))) == number


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not 2**53 <= abs(x) < 1e21))
def test_the_shortest_text_of_each_double_survives(number: float) -> None:
    assert math.copysign(1, read_float(repr(number))) == math.copysign(1, number)
    assert read_float(repr(number)) == number


@pytest.mark.parametrize("text", ["", "plain", "café", "日本", "😂", "\u0000"])
def test_strings_in_nfc(text: str) -> None:
    check_string(text)


@pytest.mark.parametrize("text", ["e\u0301", "\u212b", "\ufb33", "\ud800", "a\udfff"])
def test_strings_that_readers_differ_on(text: str) -> None:
    with pytest.raises(ValueError, match=r"NFC|surrogate"):
        check_string(text)


def test_long_values_are_cut_in_messages() -> None:
    assert len(short("x" * 1000)) < 80
    assert short("\ud800") == "'\\ud800'"
