"""Which regular expressions Python's engine can be made to spend hours on.

Python's `re`, which pySHACL uses, backtracks: `^(a+)+$` needs seconds for 26 characters and years for 60. A
repetition inside a repetition is refused, unless each round of the outer one begins with a character that the
inner ones can't take, as in `^[a-z]+(-[a-z]+)*$`: then there is only one way to match.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

_MANY = 16
"""A repetition of up to so many rounds is bounded well enough."""


def pattern_problem(pattern: str) -> str | None:
    """Why this pattern is refused, or None. Never raises."""
    try:
        # The module under `re` is private, but the only parser that agrees with `re` by construction.
        parsed = import_module("re._parser").parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"the pattern is not a regular expression ({error})"
    except ImportError:
        return "patterns can't be examined in this Python"
    if any(operation == "GROUPREF" for operation, _ in _operations(parsed)):
        return "the pattern uses a back reference, which can take very long"
    if any(_ambiguous(body) for body in _repeated(parsed)):
        return "the pattern repeats a repetition, which can take very long on bad input"
    return None


def _operations(parsed: Any) -> Iterator[tuple[str, Any]]:
    """Every operation in the tree, outermost first, as (name, argument)."""
    for operation, argument in parsed:
        yield str(operation), argument
        for inner in _subpatterns(str(operation), argument):
            yield from _operations(inner)


def _subpatterns(name: str, argument: Any) -> list[Any]:
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return [argument[2]]
    if name == "SUBPATTERN":
        return [argument[3]]
    if name == "BRANCH":
        return list(argument[1])
    if name in ("ASSERT", "ASSERT_NOT"):
        return [argument[1]]
    if name == "ATOMIC_GROUP":
        return [argument]
    if name == "GROUPREF_EXISTS":
        return [part for part in argument[1:] if part is not None]
    return []


def _repeated(parsed: Any) -> Iterator[Any]:
    """The bodies of all repetitions with many rounds."""
    for name, argument in _operations(parsed):
        if name in ("MAX_REPEAT", "MIN_REPEAT") and int(argument[1]) > _MANY:
            yield argument[2]


def _ambiguous(body: Any) -> bool:
    """Whether a repeated body could match the same text in many ways."""
    inner = [argument[2] for name, argument in _operations(body) if _varies(name, argument)]
    branches = [argument[1] for name, argument in _operations(body) if name == "BRANCH"]
    if not inner and not branches:
        return False
    first = _first_literal(body)
    if first is None or not all(map(_distinct, branches)):
        return True
    return any(_can_match(part, first) for part in [*inner, *(one for many in branches for one in many)])


def _distinct(alternatives: Any) -> bool:
    """Whether the first character tells which alternative is meant; one of them may be empty."""
    begins = [_first_literal(one) if list(one) else -1 for one in alternatives]
    return None not in begins and len(set(begins)) == len(begins)


def _varies(name: str, argument: Any) -> bool:
    return name in ("MAX_REPEAT", "MIN_REPEAT") and argument[0] != argument[1]


def _first_literal(body: Any) -> int | None:
    """The code point that each round must begin with, or None when that is open."""
    items = list(body)
    while items and str(items[0][0]) == "SUBPATTERN":
        items = [*items[0][1][3], *items[1:]]
    if items and str(items[0][0]) == "LITERAL":
        return int(items[0][1])
    return None


def _can_match(part: Any, code: int) -> bool:
    """Whether any single-character step in `part` takes this code point; unknown steps do."""
    for name, argument in _operations(part):
        if name == "LITERAL" and argument == code:
            return True
        if name == "NOT_LITERAL" and argument != code:
            return True
        if name == "IN" and _in_set(argument, code):
            return True
        if name in ("ANY", "GROUPREF", "CATEGORY"):
            return True
    return False


def _in_set(items: Any, code: int) -> bool:
    negated = any(str(name) == "NEGATE" for name, _ in items)
    hit = False
    for operation, argument in items:
        name = str(operation)
        hit = hit or (name == "LITERAL" and argument == code)
        hit = hit or (name == "RANGE" and argument[0] <= code <= argument[1])
        if name == "CATEGORY":
            return True  # a class such as \w is not looked into
    return hit is not negated
