"""Writes YAML that the strict parser reads back to the same value.

Block style, keys in the order of the dict, strings unquoted only where no YAML reader can take them for
anything else.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.scalar_rules import MAX_DEPTH, check_string, read_float, read_integer

if TYPE_CHECKING:
    from kfm_gates.model.finding import Json


# Begins with a letter, holds no indicator, and is no word that YAML 1.1 reads as a constant.
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./+()'-]|,? (?=[A-Za-z0-9(])|:(?=[A-Za-z0-9/]))*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "infinity"})
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

# PyYAML wants the ":" within 1024 characters of the beginning of a key on one line.
_LONGEST_SIMPLE_KEY = 1000


def dump_yaml(value: Json) -> bytes:
    """The value as one YAML document in UTF-8; EvidenceError for what the strict parser would refuse."""
    try:
        return ("\n".join(_block(value, 0)) + "\n").encode()
    except ValueError as error:
        raise EvidenceError(f"this can't be written as strict YAML: {error}") from error


def _block(value: Json, depth: int) -> Iterator[str]:
    """The lines of a value, without indent."""
    if depth >= MAX_DEPTH and isinstance(value, dict | list):
        raise ValueError(f"it nests deeper than {MAX_DEPTH} levels; flatten it")
    if isinstance(value, dict) and value:
        for key, member in value.items():
            if not isinstance(key, str):
                raise ValueError(f"the key {key!r} is no string; make it one")
            yield from _entry(_string(key), member, depth)
    elif isinstance(value, list) and value:
        for item in value:
            for number, line in enumerate(_block(item, depth + 1)):
                yield ("  " if number else "- ") + line
    else:
        yield _inline(value)


def _entry(key: str, member: Json, depth: int) -> Iterator[str]:
    """The lines of one key and its value."""
    if len(key) > _LONGEST_SIMPLE_KEY:
        yield f"? {key}"
        key = ""
    if isinstance(member, dict | list) and member:
        yield f"{key}:"
        for line in _block(member, depth + 1):
            yield f"  {line}"
    else:
        yield f"{key}: {next(_block(member, depth + 1))}"


def _inline(value: Json) -> str:
    """A scalar, or an empty collection."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        read_integer(text := int.__repr__(value))
        return text
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"the number {value!r} is not finite; use null")
        read_float(text := float.__repr__(value))
        return text
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    raise ValueError(f"a {type(value).__name__} is no JSON value; convert it first")


def _string(text: str) -> str:
    check_string(text)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS and len(text) < _LONGEST_SIMPLE_KEY:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)
