"""What a number and a string must be so that every reader of the document sees the same value.

The strict JSON and YAML parsers and the YAML writer share these rules. Each function raises ValueError
with one clause and the way out; the caller knows the line. Sources: RFC 7493 (I-JSON), RFC 8785.
"""

from __future__ import annotations

import re
import unicodedata

MAX_DEPTH = 64
"""How many arrays and objects may be nested."""
MAX_INTEGER = 2**53 - 1
"""The largest integer that every reader of JSON holds exactly."""

JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")

# RFC 8785 writes a whole number below this without an exponent, so it would be read back as an integer.
_EXPONENT_FORM = 1e21
# A double written out without exponent needs at most 326 characters; longer texts only cost time.
_LONGEST_NUMBER = 400


def read_integer(text: str) -> int:
    """The integer of a JSON number without fraction and exponent; ValueError beyond ±(2^53-1)."""
    value = int(text) if len(text) <= 17 else MAX_INTEGER + 1
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise ValueError(f"the integer {short(text)} is beyond ±(2^53-1); write it as a string")
    return value


def read_float(text: str) -> float:
    """The double of a JSON number with fraction or exponent; ValueError where the text does not survive.

    A text survives when the shortest text of its double has the same decimal value: 0.1 and 1.50 do,
    9007199254740993.0 and 0.1000000000000000055 do not.
    """
    value = float(text)
    if -MAX_INTEGER <= value <= MAX_INTEGER and repr(value) == text:
        return value
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"the number {short(text)} is too long; write it with an exponent or as a string")
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {short(text)} is too large for a double; write it as a string")
    if MAX_INTEGER < abs(value) < _EXPONENT_FORM:
        raise ValueError(f"the whole number {short(text)} is beyond ±(2^53-1); write it as a string")
    if not _same_decimal(text, repr(value)):
        raise ValueError(f"the number {short(text)} would be read as {value!r}; write that, or a string")
    return value


def check_string(text: str) -> None:
    """ValueError for a string with a lone surrogate, or not in Unicode form NFC."""
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        message = f"the string {short(text)} has half a surrogate pair; write the whole character"
        raise ValueError(message) from None
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError(f"the string {short(text)} is not in Unicode form NFC; normalise it to NFC")


def short(text: str, limit: int = 60) -> str:
    """The text in quotes, printable and cut to a length that a person can read."""
    return ascii(text if len(text) <= limit else text[:limit] + "...")


def _same_decimal(left: str, right: str) -> bool:
    from decimal import Decimal

    try:
        return Decimal(left) == Decimal(right)
    except ArithmeticError:  # an exponent beyond what Decimal holds is also beyond every double
        return False
