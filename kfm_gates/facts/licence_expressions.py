"""What a licence expression says: whether SPDX knows it, how SPDX spells it, and what a user may choose from it.

`packaging` knows the identifiers of SPDX and their spelling; `license-expression` reads the structure, without
its own index of licences, which would only cost time. Both are loaded when the first expression is read.
Source: SPDX 2.3, annex D (licence expressions).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from typing import Any

LONGEST = 1000
"""Characters; nobody reads a longer expression, and reading it would take ever longer."""
MOST_ALTERNATIVES = 64


@dataclass(frozen=True)
class Term:
    """One licence: `text` as it stands (`Apache-2.0 WITH LLVM-exception`), `licence` without `+` and exception."""

    text: str
    licence: str
    exception: str | None = None


Alternative = tuple[Term, ...]
"""Licences that hold together."""


@dataclass(frozen=True)
class Expression:
    """A licence expression that SPDX knows.

    `canonical` is the text in SPDX' spelling; `well_spelled` whether it was written so. A user may choose one of
    the `alternatives` and must then keep to all licences in it. `normal` is the same for expressions that mean
    the same: alternatives and licences are sorted in it.
    """

    canonical: str
    well_spelled: bool
    alternatives: tuple[Alternative, ...]
    normal: str


class NoExpression(ValueError):
    """The text is no licence expression of SPDX; the message says why."""


@lru_cache(maxsize=256)
def read_expression(text: str) -> Expression:
    """Read an expression; raises NoExpression."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    if len(text) > LONGEST:
        raise NoExpression(f"it is longer than {LONGEST} characters")
    try:
        canonical = str(canonicalize_license_expression(text))
    except InvalidLicenseExpression as error:
        raise NoExpression(_reason(str(error))) from None
    except (RecursionError, MemoryError, SyntaxError, ValueError):
        raise NoExpression("it is nested too deeply") from None
    alternatives = _alternatives(_parsed(canonical))
    normal = " OR ".join(sorted({" AND ".join(term.text for term in each) for each in alternatives}))
    return Expression(canonical, _spaced(text) == canonical, alternatives, normal)


def _reason(message: str) -> str:
    kind, _, named = message.partition(": ")
    if kind == "Unknown license":
        return f"SPDX has no licence {named}"
    if kind == "Unknown license exception":
        return f"SPDX has no exception {named}"
    return "it is not built as SPDX says: identifiers, WITH, AND, OR and parentheses"


def _spaced(text: str) -> str:
    """The text with the spaces that SPDX' spelling has."""
    tokens = text.replace("(", " ( ").replace(")", " ) ").split()
    return " ".join(tokens).replace("( ", "(").replace(" )", ")")


@cache
def _licensing() -> Any:
    from license_expression import Licensing

    return Licensing()


def _parsed(canonical: str) -> Any:
    from license_expression import ExpressionError

    try:
        return _licensing().parse(canonical)
    except (ExpressionError, RecursionError):
        raise NoExpression("its structure can't be read") from None


def _alternatives(node: Any) -> tuple[Alternative, ...]:
    """The disjunctive normal form: OR joins alternatives, AND combines each with each."""
    from license_expression import LicenseWithExceptionSymbol

    if node.isliteral:
        if isinstance(node, LicenseWithExceptionSymbol):
            return ((_term(node.license_symbol.key, node.exception_symbol.key),),)
        return ((_term(node.key, None),),)
    parts = [_alternatives(part) for part in node.args]
    if isinstance(node, _licensing().OR):
        return _distinct(each for part in parts for each in part)
    # Two at a time, so that what is the same falls away before it multiplies.
    return reduce(lambda left, right: _distinct(_together(left, right)), parts)


def _together(left: tuple[Alternative, ...], right: tuple[Alternative, ...]) -> Iterator[Alternative]:
    for one in left:
        for other in right:
            yield tuple(sorted({*one, *other}, key=lambda term: term.text))


def _distinct(alternatives: Iterable[Alternative]) -> tuple[Alternative, ...]:
    found = tuple(dict.fromkeys(alternatives))
    if len(found) > MOST_ALTERNATIVES:
        raise NoExpression(f"it has more than {MOST_ALTERNATIVES} alternatives")
    return found


def _term(licence: str, exception: str | None) -> Term:
    text = licence if exception is None else f"{licence} WITH {exception}"
    return Term(text, licence.removesuffix("+"), exception)
