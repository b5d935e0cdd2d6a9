"""GitHub's expressions, as far as this repository's action and example workflows use them, and no further.

Source: "Evaluate expressions in workflows and actions" (docs.github.com). What is absent is null, comparing is
loose, text is compared without regard to case, `&&` and `||` give one of their operands.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

Functions = Mapping[str, Callable[..., Any]]

STATUS = ("success", "failure", "always", "cancelled")

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[!()<>\[\].,]))"
)
_HOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def evaluate(expression: str, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """The value of what stands between `${{` and `}}`."""
    reader = _Reader(_tokens(expression), contexts, functions)
    value = reader.either()
    if reader.rest:
        raise SyntaxError(f"unexpected {reader.rest[0][1]!r} in {expression!r}")
    return value


def fill(text: object, contexts: Mapping[str, Any], functions: Functions) -> str:
    """Text with every `${{ … }}` replaced by its value."""
    return _HOLE.sub(lambda hole: as_text(evaluate(hole[1], contexts, functions)), as_text(text))


def condition(text: object, contexts: Mapping[str, Any], functions: Functions) -> bool:
    """The value of an `if:`; without a status function it is `success() && (…)`."""
    if text is None:
        return truth(functions["success"]())
    whole = _HOLE.fullmatch(as_text(text).strip())
    inner = whole[1] if whole else as_text(text)
    names = {value for kind, value in _tokens(inner) if kind == "name"}
    value = evaluate(inner, contexts, functions)
    return truth(value) and (bool(names & set(STATUS)) or truth(functions["success"]()))


def truth(value: Any) -> bool:
    """Whether a value counts as true."""
    return not (value is None or value is False or value == "" or value == 0 or value != value)


def as_text(value: Any) -> str:
    """A value where text is wanted."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list):
        raise TypeError("an object or list where text is wanted; use toJSON")
    return str(value)


def to_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while expression[at:].strip():
        match = _TOKEN.match(expression, at)
        if match is None or match.lastgroup is None:
            raise SyntaxError(f"can't read {expression[at:]!r}")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


def _number(value: Any) -> float:
    if value is None:
        return 0.0
    if isinstance(value, bool | int | float):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value) if value.strip() else 0.0
        except ValueError:
            return math.nan
    return math.nan


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if type(left) is type(right):
        return bool(left == right)
    return _number(left) == _number(right)


class _Reader:
    """A recursive descent over tokens; both sides are always read, as they have no effects."""

    def __init__(
        self, tokens: list[tuple[str, str]], contexts: Mapping[str, Any], functions: Functions
    ) -> None:
        self.rest = tokens
        self.contexts = contexts
        self.functions = {name.lower(): function for name, function in functions.items()}

    def take(self, *signs: str) -> str | None:
        if self.rest and self.rest[0][0] == "sign" and self.rest[0][1] in signs:
            return self.rest.pop(0)[1]
        return None

    def demand(self, sign: str) -> None:
        if not self.take(sign):
            raise SyntaxError(f"{sign!r} is missing")

    def either(self) -> Any:
        value = self.both()
        while self.take("||"):
            other = self.both()
            value = value if truth(value) else other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self.take("&&"):
            other = self.compared()
            value = other if truth(value) else value
        return value

    def compared(self) -> Any:
        value = self.unary()
        while sign := self.take("==", "!=", "<", "<=", ">", ">="):
            other = self.unary()
            left, right = _number(value), _number(other)
            ordered = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
            value = ordered[sign] if sign in ordered else _equal(value, other) == (sign == "==")
        return value

    def unary(self) -> Any:
        if self.take("!"):
            return not truth(self.unary())
        return self.path()

    def path(self) -> Any:
        value = self.primary()
        while sign := self.take(".", "["):
            if sign == ".":
                key: Any = self.rest.pop(0)[1]
            else:
                key = self.either()
                self.demand("]")
            value = _member(value, key)
        return value

    def primary(self) -> Any:
        if self.take("("):
            value = self.either()
            self.demand(")")
            return value
        if not self.rest:
            raise SyntaxError("the expression ends early")
        kind, word = self.rest.pop(0)
        if kind == "number":
            return float(word) if "." in word else int(word)
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "sign":
            raise SyntaxError(f"unexpected {word!r}")
        if word in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[word]
        if self.take("("):
            given = []
            while not self.take(")"):
                given.append(self.either())
                self.take(",")
            return self.functions[word.lower()](*given)
        if word not in self.contexts:
            raise SyntaxError(f"unrecognised context {word!r}")
        return self.contexts[word]


def _member(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping):
        return next((each for name, each in value.items() if name.lower() == as_text(key).lower()), None)
    return None
