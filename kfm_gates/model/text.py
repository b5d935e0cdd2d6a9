"""The kinds of text and number that documents hold: digests, times, paths, identifiers.

A text is valid when its pattern matches as a whole and, where the pattern can't tell, its own test agrees
(a real calendar date, a path in Unicode normal form C). Patterns are written so that a JSON Schema
validator reads them the same way. Sources: RFC 3339, RFC 3986, RFC 6838, and the runbooks' templates.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from kfm_gates.model.refusal import complaint

_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_BASIC = "[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
_FRACTION = r"(\.[0-9]{1,6})?"
_SEGMENT = r"(?!\.\.?(/|$))[^/\\\u0000-\u001f\u007f-\u009f\u2028\u2029]+"
_PATH = f"{_SEGMENT}(/{_SEGMENT})*"
_SCHEME = "[A-Za-z][A-Za-z0-9+.-]*:"
_URI = "(?!https?:(?!//[^/?#]))" + _SCHEME + r"([^\s<>\"{}|\\^`%\u0000-\u0020\u007f-\u009f]|%[0-9A-Fa-f]{2})+"
_RUN = rf"kfm://run/({_DATE}T{_TIME}{_FRACTION}Z|{_BASIC}{_FRACTION}Z)\.[A-Za-z0-9][A-Za-z0-9_-]*"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TOKEN = "[!#$&^_.+A-Za-z0-9-]+"


@dataclass(frozen=True, slots=True)
class TextRule:
    """What one kind of text must look like; `flaw` finds what a pattern can't (None: nothing wrong)."""

    pattern: str
    expected: str
    flaw: Callable[[str], str | None] | None = None
    format: str | None = None

    def check(self, text: str) -> str:
        """Return `text`, or raise a complaint."""
        if not text.strip():
            raise complaint("is empty", expected=self.expected, hint=f"Write {self.expected}.")
        if not re.fullmatch(self.pattern, text):
            raise complaint(f"is not {self.expected}", expected=self.expected, hint=f"Write {self.expected}.")
        flaw = self.flaw(text) if self.flaw else None
        if flaw:
            raise complaint(flaw, expected=self.expected, hint=f"Write {self.expected}.")
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        published = handler(schema) | {"pattern": f"^({self.pattern})$", "description": self.expected}
        return published | ({"format": self.format} if self.format else {})


@dataclass(frozen=True, slots=True)
class NumberRule:
    """A finite number, whole or not, kept as it was written; true and false are not numbers."""

    above: float | None = None

    @property
    def expected(self) -> str:
        """What a person is told to write."""
        return "a number" if self.above is None else f"a number above {self.above:g}"

    def check(self, value: Any) -> int | float:
        """Return `value`, or raise a complaint."""
        wanted = self.expected
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise complaint("is not a number", expected=wanted, hint=f"Write {wanted}.")
        if self.above is not None and value <= self.above:
            raise complaint(f"is not {wanted}", expected=wanted, hint=f"Write {wanted}.")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "number"} | ({} if self.above is None else {"exclusiveMinimum": self.above})


def instant(text: str) -> datetime:
    """The moment that an RFC 3339 time with `Z` names, aware and in UTC; ValueError for anything else."""
    if not re.fullmatch(_TIMESTAMP, text):
        raise ValueError(f"{text!r} is not an RFC 3339 time with Z")
    return datetime.fromisoformat(text).astimezone(UTC)


def _unreal(text: str) -> str | None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return "is not a real date and time"
    return None


def _unreal_run(text: str) -> str | None:
    return _unreal(text.removeprefix("kfm://run/").rpartition(".")[0]) if text.startswith("kfm:") else None


def _unreal_slice(text: str) -> str | None:
    return _unreal(text) if len(text) == len("YYYY-MM-DD") else None


def _invisible(text: str) -> str | None:
    visible = any(char.isprintable() and not char.isspace() for char in text)
    return None if visible else "has no visible character"


def _unsafe(path: str) -> str | None:
    if path.isascii():
        return None
    if any(unicodedata.category(char) == "Cs" for char in path):
        return "is not valid Unicode"
    return None if unicodedata.is_normalized("NFC", path) else "is not in Unicode normal form C"


def _unsafe_unless_uri(text: str) -> str | None:
    return None if re.match(_SCHEME, text) else _unsafe(text)


_TIMESTAMP = f"{_DATE}T{_TIME}{_FRACTION}Z"
_A_TIME = "an RFC 3339 time in UTC such as 2026-03-02T00:00:00Z"
_A_PATH = "a relative path with forward slashes and no `..`"
_A_RUN = "kfm://run/<time>.<suffix>"

NonEmpty = Annotated[str, TextRule(r"[\s\S]*\S[\s\S]*", "a text that is not blank", _invisible)]
Sha256 = Annotated[str, TextRule("sha256:[0-9a-f]{64}", "`sha256:` and 64 lower-case hex digits")]
Hex64 = Annotated[str, TextRule("[0-9a-f]{64}", "64 lower-case hex digits")]
Nonce = Annotated[str, TextRule("[0-9a-f]{32}", "32 lower-case hex digits")]
Fingerprint = Annotated[str, TextRule("[0-9a-f]{16}", "16 lower-case hex digits")]
GitCommit = Annotated[str, TextRule("[0-9a-f]{40}", "a full git commit of 40 lower-case hex digits")]
Timestamp = Annotated[str, TextRule(_TIMESTAMP, _A_TIME, _unreal, "date-time")]
TimeSlice = Annotated[
    str,
    TextRule(
        "[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?",
        "a year, month or day such as 2026-03",
        _unreal_slice,
    ),
]
Slug = Annotated[
    str, TextRule("[a-z0-9]+(-[a-z0-9]+)*", "lower-case letters and digits joined by single hyphens")
]
DatasetId = Annotated[str, TextRule("[a-z0-9_]+", "lower-case letters, digits and underscores")]
VersionId = Annotated[
    str,
    TextRule(
        r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?\.[0-9a-f]{8}(\.[0-9a-f]{8})?",
        "a version id `<slice>.<8 hex of spec_hash>.<8 hex of inputs_digest>`",
    ),
]
RelativePath = Annotated[str, TextRule(_PATH, _A_PATH, _unsafe)]
Uri = Annotated[str, TextRule(_URI, "a URI with a scheme")]
UriOrPath = Annotated[
    str, TextRule(f"{_URI}|(?!{_SCHEME}){_PATH}", f"a URI with a scheme, or {_A_PATH}", _unsafe_unless_uri)
]
MediaType = Annotated[
    str,
    TextRule(
        rf'{_TOKEN}/{_TOKEN}( ?; ?{_TOKEN}=({_TOKEN}|"[^"\\]*"))*', "a media type such as application/json"
    ),
]
SpdxId = Annotated[
    str, TextRule("[A-Za-z0-9][A-Za-z0-9.+-]*", "an SPDX licence identifier such as CC-BY-4.0")
]
Principal = Annotated[str, TextRule(r"[^\s<>\"{}|\\^`\u0000-\u0020]+", "a principal such as svc:pipeline")]
Name = Annotated[str, TextRule("[A-Za-z0-9][A-Za-z0-9._-]*", "letters, digits, `.`, `_` and `-`")]
Word = Annotated[str, TextRule("[a-z][a-z0-9_-]*", "a lower-case word")]
DecisionId = Annotated[
    str, TextRule("kfm://policy_decision/[A-Za-z0-9][A-Za-z0-9._-]*", "kfm://policy_decision/<id>")
]
RunId = Annotated[str, TextRule(_RUN, _A_RUN, _unreal_run)]
RunIdOrUuid = Annotated[str, TextRule(f"{_UUID}|{_RUN}", f"{_A_RUN}, or a lower-case UUID", _unreal_run)]
Number = Annotated[int | float, NumberRule()]
PositiveNumber = Annotated[int | float, NumberRule(above=0)]
