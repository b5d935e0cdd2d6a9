"""The tokens of a JSON text with the place of each, in document order and without recursion.

This is the slow second look at a document that has already been refused: it finds the line. It never
raises, so it also walks broken texts; what is no JSON comes out as a token that nobody asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

STRING = r'"(?:[^"\\]++|\\.)*+"?'
"""A JSON string as a regular expression (DOTALL); one that is never closed runs to the end."""

_TOKEN = re.compile(rf'({STRING})|([\[\]{{}},:])|([^\s\[\]{{}},:"]+)', re.DOTALL)


class Token(NamedTuple):
    """A token that says something: `path` is shared and changes with the next token.

    kind: "key" and "string" (raw has the quotes), "word" (numbers, true, NaN …), "open" and "close".
    depth: how many arrays and objects are around it.
    """

    kind: Literal["key", "string", "word", "open", "close"]
    offset: int
    raw: str
    path: list[str | int]
    depth: int


def tokens(text: str) -> Iterator[Token]:
    """All keys, scalars, and beginnings and ends of containers of a JSON text."""
    containers: list[str] = []
    path: list[str | int] = []
    at_key = False
    for match in _TOKEN.finditer(text):
        string, mark, word = match.groups()
        offset = match.start()
        if string is not None:
            if at_key:
                path[-1] = unquote(string)
                at_key = False
                yield Token("key", offset, string, path, len(containers))
            else:
                yield Token("string", offset, string, path, len(containers))
        elif word is not None:
            yield Token("word", offset, word, path, len(containers))
        elif mark in "{[":
            yield Token("open", offset, mark, path, len(containers))
            containers.append(mark)
            at_key = mark == "{"
            path.append("" if at_key else 0)
        elif mark in "}]":
            at_key = False
            if containers:
                containers.pop()
                path.pop()
            yield Token("close", offset, mark, path, len(containers))
        elif mark == "," and containers:
            at_key = containers[-1] == "{"
            last = path[-1]
            path[-1] = last + 1 if isinstance(last, int) else ""


def unquote(raw: str) -> str:
    """The value of a JSON string with its quotes; the raw text where it is none."""
    try:
        value = json.loads(raw, strict=False)
    except ValueError:
        return raw
    return value if isinstance(value, str) else raw


def line_at(text: str, offset: int) -> int:
    """The 1-based line of a character offset; only "\\n" ends a line."""
    return text.count("\n", 0, offset) + 1
