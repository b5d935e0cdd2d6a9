"""Reading TOML tables strictly: every key known, every value of the expected type, mistakes explained."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from kfm_gates.errors import UsageError

T = TypeVar("T")


def parse_toml(data: bytes, name: str) -> dict[str, Any]:
    """The tables of a TOML file; `name` is how a message calls it."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: is not UTF-8 (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name}: is not TOML: {error}") from error


def only_keys(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    """Refuse keys that mean nothing here: a misspelt key must not silently change what is judged."""
    for key in table:
        if key not in known:
            raise UsageError(
                f"{where}: unknown key {key!r}{did_you_mean(key, known)}; known: {', '.join(known)}"
            )


def did_you_mean(word: str, known: object) -> str:
    """` (did you mean …?)` when something known is close to `word`, else nothing."""
    names = [str(each) for each in known] if hasattr(known, "__iter__") else []
    close = get_close_matches(word, names, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def take(table: Mapping[str, Any], key: str, kind: type[T], where: str, default: T | None = None) -> T:
    """The value of a key, of the given type; without a default the key is required."""
    value = table.get(key, default)
    if value is None:
        raise UsageError(f"{where}: {key!r} is missing")
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise UsageError(f"{where}: {key!r} must be {_name(kind)}, not {value!r}")
    return value


def texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """A list of texts, empty when the key is absent."""
    value = take(table, key, list, where, [])
    for each in value:
        if not isinstance(each, str) or not each:
            raise UsageError(f"{where}: {key!r} must be a list of texts, not {each!r}")
    return tuple(value)


def _name(kind: type) -> str:
    return {str: "a text", list: "a list", dict: "a table", bool: "true or false", int: "a whole number"}.get(
        kind, kind.__name__
    )
