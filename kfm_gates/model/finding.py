"""Verdicts: what one check says of one item, and why.

A verdict is explicit. `OK` is the only value that passes; a check that returns nothing, raises, or
returns anything else is an error of the check, never a pass.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict with string keys."""


class Status(enum.IntEnum):
    """How a docket entry ended. Only PASS and WAIVED open; a higher value is worse."""

    PASS = 0
    WAIVED = 1
    ABSTAIN = 2
    DENY = 3
    ERROR = 4

    @property
    def opens(self) -> bool:
        """Whether this status lets an operation go ahead."""
        return self in (Status.PASS, Status.WAIVED)


@dataclass(frozen=True, order=True)
class Place:
    """Where in the evidence: a path relative to the root, and a JSON pointer (RFC 6901) into it.

    `line` is given where a pointer can't be followed, as in a document that does not parse; 0 is unknown.
    """

    file: str
    pointer: str = ""
    line: int = 0


@dataclass(frozen=True)
class Finding:
    """One reason for denial. `found` and `expected` are short texts for a person.

    Values from the evidence belong there and nowhere else: they are withheld when the data are not for
    everyone. `message` and `hint` name fields, files and counts.
    """

    place: Place
    message: str
    found: str
    expected: str
    hint: str

    def fingerprint(self, check: str) -> str:
        """A digest that stays the same while the same thing is wrong at the same place."""
        parts = "\0".join((check, self.place.file, self.place.pointer, self.message))
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Ok:
    """The item is as it must be."""


@dataclass(frozen=True)
class Denied:
    """The item is not as it must be; at least one finding says why."""

    findings: tuple[Finding, ...]

    def __post_init__(self) -> None:
        if not self.findings:
            raise ValueError("a denial needs at least one finding")


Verdict = Ok | Denied
OK = Ok()


def finding(place: Place, message: str, *, found: object, expected: object, hint: str) -> Finding:
    """A finding, with `found` and `expected` cut to lengths that a person can read."""
    return Finding(place, message, _short(found), _short(expected), hint)


def deny(place: Place, message: str, *, found: object, expected: object, hint: str) -> Denied:
    """Deny one item for one reason: `message` is a sentence, `hint` the way out."""
    return Denied((finding(place, message, found=found, expected=expected, hint=hint),))


def verdict(findings: Iterable[Finding]) -> Verdict:
    """OK when there is no finding, else a denial with all of them."""
    collected = tuple(findings)
    return Denied(collected) if collected else OK


def _short(value: object, limit: int = 200) -> str:
    text = value if isinstance(value, str) else "nothing" if value is None else str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
