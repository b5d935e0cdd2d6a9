"""From a JSON pointer to the line of the file, so that a finding names a place that a person can open.

Lines are 1-based and end with "\\n". These functions never raise on a document: a place that does not
exist has the line of its nearest existing ancestor, and a broken document is read as far as it goes.
"""

from __future__ import annotations

import re

from kfm_gates.evidence.json_tokens import STRING, line_at, unquote
from kfm_gates.evidence.pointers import index_of, split

_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_STRING = re.compile(STRING, re.DOTALL)
_SCALAR = re.compile(rf"{STRING}|[^ \t\r\n,\]}}]*", re.DOTALL)
_BRACKET = re.compile(rf"{STRING}|([\[{{])|[\]}}]", re.DOTALL)


_DOCUMENTS = (".json", ".jsonld", ".jsonl", ".yaml", ".yml", "/checkpoint")


def has_lines(path: str) -> bool:
    """Whether a file is, by its name, a document in which a place has a line."""
    return path.endswith(_DOCUMENTS)


def line_in(path: str, data: bytes, pointer: str) -> int | None:
    """The line of a place in a document, which is read as what its name says it is."""
    if path.endswith(".jsonl"):
        return locate_jsonl(data, pointer)
    return locate(data, pointer, yaml=path.endswith((".yaml", ".yml")))


def locate(data: bytes, pointer: str, *, yaml: bool = False) -> int | None:
    """The line on which the value at a pointer (RFC 6901) begins; of an object member, the line of its key.

    None when the text is no pointer or the document has no value at all.
    """
    try:
        path = split(pointer)
    except LookupError:
        return None
    text = data.decode("utf-8", "replace")
    offset = _locate_yaml(text, path) if yaml else _locate_json(text, path)
    return None if offset is None else line_at(text, offset)


def locate_jsonl(data: bytes, pointer: str) -> int | None:
    """The same in JSON Lines: the first token of the pointer is the 0-based number of the line."""
    try:
        path = split(pointer)
    except LookupError:
        return None
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    if not data.strip():
        return None
    number = index_of(path[0]) if path else None
    return number + 1 if number is not None and number < lines else 1


def line_of_byte(data: bytes, offset: int) -> int:
    """The line of a byte offset; offsets outside the data count as its beginning or end."""
    return data.count(b"\n", 0, max(offset, 0)) + 1


def _locate_json(text: str, path: tuple[str, ...]) -> int | None:
    """The character offset of the place, found by stepping over the values before it."""
    here = value = _skip(_SPACE, text, 0)
    if here == len(text):
        return None
    for token in path:
        opening = text[value : value + 1]
        found = None
        if opening == "{":
            found = _member(text, value + 1, token)
        elif opening == "[":
            found = _element(text, value + 1, index_of(token))
        if found is None:
            return here
        here, value = found
    return here


def _member(text: str, at: int, key: str) -> tuple[int, int] | None:
    """The offsets of a key and of its value in the object whose first member is at `at`."""
    while True:
        at = _skip(_SPACE, text, at)
        name = _STRING.match(text, at)
        if name is None:
            return None
        colon = _skip(_SPACE, text, name.end())
        if text[colon : colon + 1] != ":":
            return None
        value = _skip(_SPACE, text, colon + 1)
        raw = name.group()
        if raw[1:-1] == key if "\\" not in raw else unquote(raw) == key:
            return at, value
        at = _skip(_SPACE, text, _value_end(text, value))
        if text[at : at + 1] != ",":
            return None
        at += 1


def _element(text: str, at: int, index: int | None) -> tuple[int, int] | None:
    """The offset (twice) of an element in the array whose first element is at `at`."""
    while index is not None:
        at = _skip(_SPACE, text, at)
        if text[at : at + 1] in ("", "]"):
            return None
        if index == 0:
            return at, at
        at = _skip(_SPACE, text, _value_end(text, at))
        if text[at : at + 1] != ",":
            return None
        at += 1
        index -= 1
    return None


def _value_end(text: str, at: int) -> int:
    """The offset behind the value that begins at `at`."""
    if text[at : at + 1] not in ("{", "["):
        return _skip(_SCALAR, text, at)
    depth = 0
    for match in _BRACKET.finditer(text, at):
        if match.group(1):
            depth += 1
        elif text[match.start()] != '"':
            depth -= 1
            if depth == 0:
                return match.end()
    return len(text)


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return at if match is None else match.end()


def _locate_yaml(text: str, path: tuple[str, ...]) -> int | None:
    """The same for YAML, by the events of its parser."""
    from yaml import YAMLError
    from yaml.events import NodeEvent

    from kfm_gates.evidence.yaml_events import places

    here: int | None = None
    depth = -1  # how many tokens of the path the value at `here` has
    try:
        for place in places(text):
            if not isinstance(place.event, NodeEvent):
                continue
            reached = len(place.path)
            if reached == depth + 1 and list(map(str, place.path)) == list(path[:reached]):
                here, depth = place.offset, reached
            if depth == len(path):
                break
    except (YAMLError, ValueError, OverflowError):
        pass  # what comes after the fault has no place
    return here
