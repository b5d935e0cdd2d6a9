"""Strict JSON: one value for all readers, or a refusal with line, pointer and way out.

Refused beyond RFC 8259: a byte-order mark, bytes that are not UTF-8, duplicate keys, NaN and Infinity,
numbers that a double can't hold exactly as written, more than 64 levels, lone surrogates, and strings or
keys that are not in Unicode form NFC. A quick pass only finds out *that* something is wrong; the place is
looked for afterwards.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, NoReturn

from kfm_gates.evidence.json_tokens import STRING, Token, line_at, tokens, unquote
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.pointers import join
from kfm_gates.evidence.scalar_rules import (
    JSON_NUMBER,
    MAX_DEPTH,
    check_string,
    read_float,
    read_integer,
    short,
)

if TYPE_CHECKING:
    from kfm_gates.model.finding import Json


BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe", b"\x00\x00\xfe\xff")

_STRINGS = re.compile(STRING.encode(), re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_BRACES_TO_BRACKETS = bytes.maketrans(b"{}", b"[]")
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789.E", b"0000000000e")


def parse_json(data: bytes) -> Json:
    """The value of a JSON document (objects as dict, arrays as list); Malformed when it is refused."""
    text = decode(data)
    if not text.strip(" \t\r\n"):
        raise Malformed("the file is empty; write one JSON value into it")
    structure = _STRINGS.sub(b"", data)
    if _too_deep(structure):
        _explain(text)
    decoder = _EXACT if _has_doubtful_number(structure) else _PLAIN
    try:
        value: Json = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise Malformed(
            f"this is not JSON: {_lower(error.msg)} in column {error.colno}; correct the syntax there",
            line=error.lineno,
            pointer=_pointer_before(text, error.pos),
        ) from None
    except (ValueError, RecursionError):
        _explain(text)
    # Each string of a text in NFC is in NFC, unless it is spelled with escapes.
    if (not text.isascii() and not unicodedata.is_normalized("NFC", text)) or "\\u" in text:
        _check_strings(value, text)
    return value


def decode(data: bytes) -> str:
    """The text of UTF-8 bytes without byte-order mark; Malformed otherwise. Also for YAML."""
    if data.startswith(BYTE_ORDER_MARKS):
        raise Malformed("the file begins with a byte-order mark; save it as UTF-8 without one")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise Malformed(f"the byte 0x{byte:02x} is not UTF-8; save the file as UTF-8", line=line) from None


def _too_deep(structure: bytes) -> bool:
    """Whether brackets nest deeper than MAX_DEPTH before the text stops being JSON."""
    brackets = structure.translate(_BRACES_TO_BRACKETS, _NOT_BRACKETS)
    if brackets.count(b"[") <= MAX_DEPTH:
        return False
    rest = brackets
    for _ in range(MAX_DEPTH):  # each round takes the innermost level away
        rest = rest.replace(b"[]", b"")
    if not rest:
        return False
    depth = 0
    for bracket in brackets:  # too deep, or unbalanced and no JSON anyway
        depth += 1 if bracket == 0x5B else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _has_doubtful_number(structure: bytes) -> bool:
    """Whether a number is longer than the 15 digits that always survive as a double, or has an exponent."""
    digits = structure.translate(_DIGITS_TO_ZERO)
    return b"0" * 16 in digits or b"0e" in digits


class _Refused(ValueError):
    """Something is wrong; `_explain` finds out what and where."""


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Refused
    return members


def _constant(name: str) -> NoReturn:
    raise _Refused(name)


_PLAIN = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
_EXACT = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=read_integer, parse_float=read_float
)


def _check_strings(value: Json, text: str) -> None:
    pending = [value]
    while pending:
        node = pending.pop()
        try:
            if isinstance(node, str):
                check_string(node)
            elif isinstance(node, dict):
                for key in node:
                    check_string(key)
                pending.extend(node.values())
            elif isinstance(node, list):
                pending.extend(node)
        except ValueError:
            _explain(text)


def _explain(text: str) -> NoReturn:
    """Raise Malformed for the first thing in the text that the quick pass refused."""
    seen: list[set[str]] = []
    for token in tokens(text):
        try:
            _check(token, seen)
        except ValueError as error:
            raise Malformed(str(error), line=line_at(text, token.offset), pointer=join(*token.path)) from None
    raise Malformed("the document can't be read as strict JSON; write it anew with a JSON library")


def _check(token: Token, seen: list[set[str]]) -> None:
    if token.kind == "open":
        if token.depth >= MAX_DEPTH:
            raise ValueError(f"arrays and objects nest deeper than {MAX_DEPTH} levels; flatten the document")
        seen.append(set())
    elif token.kind == "close":
        del seen[token.depth :]
    elif token.kind == "word":
        if token.raw in ("NaN", "Infinity", "-Infinity"):
            raise ValueError(f"{token.raw} is not JSON; write null or leave the member out")
        if JSON_NUMBER.fullmatch(token.raw):
            (read_integer if token.raw.lstrip("-").isdigit() else read_float)(token.raw)
    else:
        string = unquote(token.raw)
        check_string(string)
        if token.kind == "key":
            if string in seen[-1]:
                raise ValueError(
                    f"the key {short(string)} appears twice in one object; remove one of the two"
                )
            seen[-1].add(string)


def _pointer_before(text: str, offset: int) -> str:
    """The pointer of the last key or value that begins at or before an offset."""
    path: tuple[str | int, ...] = ()
    for token in tokens(text):
        if token.offset > offset:
            break
        path = tuple(token.path)
    return join(*path)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
