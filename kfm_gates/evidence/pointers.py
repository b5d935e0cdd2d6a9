"""JSON pointers (RFC 6901): the addresses of values inside documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kfm_gates.model.finding import Json


_INDEX = re.compile(r"0|[1-9][0-9]*")
_BAD_ESCAPE = re.compile(r"~(?![01])")


def escape(token: str | int) -> str:
    """One reference token as it stands in a pointer: "a/b" becomes "a~1b", 3 becomes "3"."""
    return str(token).replace("~", "~0").replace("/", "~1")


def join(*tokens: str | int) -> str:
    """The pointer of a path of keys and indexes: join("a/b", 0) is "/a~1b/0", join() is "" (all of it)."""
    return "".join("/" + escape(token) for token in tokens)


def split(pointer: str) -> tuple[str, ...]:
    """The unescaped tokens of a pointer; LookupError for a text that is no pointer."""
    if pointer == "":
        return ()
    if not pointer.startswith("/") or _BAD_ESCAPE.search(pointer):
        raise LookupError(f"{pointer!r} is no JSON pointer; write it as /key/0 with ~0 for ~ and ~1 for /")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def index_of(token: str) -> int | None:
    """The array index that a token names; None for a key, "-" and forms such as "01"."""
    return int(token) if len(token) < 16 and token.isascii() and _INDEX.fullmatch(token) else None


def resolve(value: Json, pointer: str) -> Json:
    """The value that a pointer names; LookupError where there is none."""
    for token in split(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and (index := index_of(token)) is not None and index < len(value):
            value = value[index]
        else:
            raise LookupError(f"nothing at {pointer!r}: the document has no {token!r} there")
    return value


def walk(value: Json) -> Iterator[tuple[str, Json]]:
    """Every node with its pointer, parents first, in document order; deep documents are no trouble."""
    pending: list[tuple[str, Json]] = [("", value)]
    while pending:
        pointer, node = pending.pop()
        yield pointer, node
        if isinstance(node, dict):
            pending.extend((f"{pointer}/{escape(key)}", node[key]) for key in reversed(node))
        elif isinstance(node, list):
            last = len(node) - 1
            pending.extend((f"{pointer}/{last - i}", child) for i, child in enumerate(reversed(node)))
