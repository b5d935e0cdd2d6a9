"""Strict YAML: YAML 1.2 read by its JSON schema, with nothing that readers differ on.

Only `true`, `false`, `null` and JSON numbers are no strings: `no`, `off`, `010`, `22:22:22` and
`2026-01-01` are what they look like. Refused: anchors, aliases, tags, merge keys, directives, several
documents, duplicate keys and keys that are no strings, empty values, `~`, `.nan` and `.inf`, unquoted
numbers with a trailing zero such as `1.10` (`1.0` is a number), tabs, line breaks that only YAML 1.1 knows,
more than 64 levels, more than 1 MiB, and what strict JSON refuses in numbers, strings and bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from kfm_gates.evidence.json_tokens import line_at
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
from kfm_gates.evidence.strict_json import decode
from kfm_gates.evidence.yaml_writer import dump_yaml

if TYPE_CHECKING:
    from yaml.events import ScalarEvent

    from kfm_gates.evidence.yaml_events import Place
    from kfm_gates.model.finding import Json

__all__ = ["MAX_SIZE", "dump_yaml", "parse_yaml", "plain_value"]

MAX_SIZE = 1 << 20
"""The largest YAML document in bytes: the parser is slow, and larger data belongs into JSON."""

CONSTANTS = {"true": True, "false": False, "null": None}

_FORBIDDEN = re.compile("[\t\x85\u2028\u2029]|\r(?!\n)")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)|[-+]?Infinity|NaN")
_TRAILING_ZERO = re.compile(r"-?[0-9]+\.[0-9]+0(?:[eE].*)?")


def parse_yaml(data: bytes) -> Json:
    """The value of one YAML document (mappings as dict, sequences as list); Malformed when refused."""
    if len(data) > MAX_SIZE:
        raise Malformed(f"the file has {len(data)} bytes, more than {MAX_SIZE}; write such data as JSON")
    text = decode(data)
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        raise Malformed(_forbidden(forbidden.group()), line=line_at(text, forbidden.start()))
    from yaml import YAMLError

    builder = _Builder()
    try:
        _read(text, builder)
    except (YAMLError, ValueError, OverflowError) as error:  # the last two for escapes such as \U00110000
        offset = _offset_of(error)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "a bad escape"
        raise Malformed(
            f"this is not YAML: {reason}; correct the syntax there",
            line=line_at(text, builder.offset if offset is None else offset),
            pointer=builder.pointer,
        ) from None
    if not builder.done:
        raise Malformed("the file has no value; write one YAML document into it")
    return builder.value


def plain_value(text: str) -> Json:
    """What an unquoted scalar means; ValueError for one that readers differ on."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text == "":
        raise ValueError('there is no value here; write one, or null, or ""')
    if text == "~":
        raise ValueError('an unquoted ~ is null to some readers; write null, or "~" for the character')
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is no JSON number; write null or leave the entry out, or quote the text")
    if not JSON_NUMBER.fullmatch(text):
        check_string(text)
        return text
    if text.lstrip("-").isdigit():
        return read_integer(text)
    value = read_float(text)
    if _TRAILING_ZERO.fullmatch(text):
        raise ValueError(f'the unquoted {text} would lose its last zero; write "{text}" or {value!r}')
    return value


class _Builder:
    """Puts values together as the events come in."""

    def __init__(self) -> None:
        self.done = False
        self.value: Json = None
        self.offset = 0
        self.pointer = ""
        self._open: list[dict[str, Json] | list[Json]] = []
        self._keys: list[str] = []

    def key(self, name: str) -> None:
        mapping = self._open[-1]
        if name in mapping:
            raise ValueError(f"the key {short(name)} appears twice in one mapping; remove one of the two")
        self._keys.append(name)

    def add(self, value: Json) -> None:
        if not self._open:
            self.value, self.done = value, True
            return
        parent = self._open[-1]
        if isinstance(parent, dict):
            parent[self._keys.pop()] = value
        else:
            parent.append(value)

    def begin(self, collection: dict[str, Json] | list[Json]) -> None:
        self.add(collection)
        self._open.append(collection)

    def end(self) -> None:
        self._open.pop()


def _read(text: str, builder: _Builder) -> None:
    from kfm_gates.evidence.yaml_events import places

    handlers = _handlers()
    for place in places(text):
        builder.offset = place.offset
        handler = handlers.get(type(place.event))
        if handler is None:
            continue
        try:
            handler(place, builder)
        except ValueError as error:
            pointer = join(*place.path)
            raise Malformed(str(error), line=line_at(text, place.offset), pointer=pointer) from None
        if place.is_key:
            builder.pointer = join(*place.path)


def _handlers() -> dict[type, Callable[[Place, _Builder], None]]:
    from yaml import events

    def document(place: Place, builder: _Builder) -> None:
        if builder.done:
            raise ValueError("a second document begins here; keep one document in one file")
        event = place.event
        if getattr(event, "version", None) or getattr(event, "tags", None):
            raise ValueError("a % directive changes how the file is read; remove it")

    def alias(place: Place, builder: _Builder) -> None:
        raise ValueError("aliases (*name) are not allowed; write the value out")

    def mapping(place: Place, builder: _Builder) -> None:
        _check_node(place, collection=True)
        builder.begin({})

    def sequence(place: Place, builder: _Builder) -> None:
        _check_node(place, collection=True)
        builder.begin([])

    def end(place: Place, builder: _Builder) -> None:
        builder.end()

    return {
        events.DocumentStartEvent: document,
        events.AliasEvent: alias,
        events.ScalarEvent: _scalar,
        events.MappingStartEvent: mapping,
        events.SequenceStartEvent: sequence,
        events.MappingEndEvent: end,
        events.SequenceEndEvent: end,
    }


def _scalar(place: Place, builder: _Builder) -> None:
    _check_node(place, collection=False)
    event = cast("ScalarEvent", place.event)
    text: str = event.value
    plain = event.style is None
    if plain and place.is_key and text == "<<":
        raise ValueError("merge keys (<<) are not allowed; write the entries out")
    if plain:
        value = plain_value(text)
    else:
        check_string(text)
        value = text
    if not place.is_key:
        builder.add(value)
    elif isinstance(value, str):
        builder.key(value)
    else:
        raise ValueError(f'the key {text} is no string; write it as "{text}"')


def _check_node(place: Place, *, collection: bool) -> None:
    event = place.event
    if getattr(event, "anchor", None) is not None:
        raise ValueError("anchors (&name) are not allowed; remove the anchor and write values out")
    if getattr(event, "tag", None) is not None:
        raise ValueError("tags (!name) are not allowed; remove the tag, and quote the value if it is text")
    if collection and place.is_key:
        raise ValueError("a mapping or sequence can't be a key; write the key as a string")
    if collection and place.depth >= MAX_DEPTH:
        raise ValueError(f"mappings and sequences nest deeper than {MAX_DEPTH} levels; flatten the document")


def _forbidden(character: str) -> str:
    if character == "\t":
        return 'tabs are not allowed in YAML here; use spaces, or \\t inside "double quotes"'
    return f"the line break U+{ord(character):04X} means different things to different readers; use \\n"


def _offset_of(error: Exception) -> int | None:
    """The character at which PyYAML stopped, when the error knows."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    offset = getattr(error, "position", None) if mark is None else mark.index
    return offset if isinstance(offset, int) else None
