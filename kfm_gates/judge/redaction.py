"""What a decision says of data that is not for everyone: where and why, never the value that stands there.

`found` and `expected` are where a check puts values, so they are replaced, unless they are the path or the
digest of a file. A message, a hint and the words of an engine name fields and files; what looks like a value in
them (numbers with a fraction, long numbers, places on a map, what is quoted, what `found` repeats) is cut out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.container import Facts
from kfm_gates.facts.disclosure import Disclosure
from kfm_gates.facts.given import WaiverPolicy
from kfm_gates.model.finding import Finding, Status

_CUT = "[redacted]"
_VALUE = re.compile(
    r"""
    (?P<kept>(?<!\w)\d{4}(?:-\d\d){0,2}\.[0-9a-f]{8}(?:\.[0-9a-f]{8})?(?![0-9a-f]))   # a version id
    | "[^"]*(?:"|\Z)
    | (?<!\w)'[^']*(?:'(?!\w)|\Z)
    | \d+(?:[.,]\d+)?\s*[°º](?:\s*\d+(?:[.,]\d+)?\s*['"\u2019\u2032\u2033]*)*\s*[NSEWnsew]?
    | (?<![\d.])[-+]?\d+[.,]\d+(?:[eE][-+]?\d+)?\s?[NSEW]?(?!\.?\w)
    | (?<![\w./-])[-+]?\d{6,}(?!\.?\w)
    | (?<![\w/])\d+/\d+/\d+(?![\w/])                                                  # a tile
    """,
    re.VERBOSE,
)
_OWN_CRASH = re.compile(
    r"(?P<kept>[^:]*: (?:[A-Za-z_]*(?:Error|Exception|Exit|Group|Panic)|[A-Z]\w+)): .*", re.DOTALL
)
_LABELS = re.compile(r"[\"A-Za-z_ ,-]*")
_DIGEST = re.compile("sha256:[0-9a-f]{64}")
_PLAIN = ("", "nothing", "null", "none", "true", "false")
_SHORT = 4
"""From this length on, a value that a message repeats is cut out of it; shorter ones are parts of words."""

_LONGEST = 2000
"""Characters of a sentence that are looked through; the rest is left out, since looking takes time and more."""


@dataclass(frozen=True)
class Redaction:
    """How one subject's findings are recorded; `withheld` says why values are not, None that they are."""

    withheld: str | None
    layout: Layout
    waivers: frozenset[str] = frozenset()
    """The files of waivers: what they say is policy, and no value of the data."""

    @classmethod
    def of(cls, facts: Facts, statuses: Iterable[Status]) -> Redaction:
        """That of the subject of these facts; what passed says nothing of values, so nobody need look."""
        passed = all(each is Status.PASS for each in statuses)
        return cls(None, facts.get(Layout)) if passed else cls.withholding(facts)

    @classmethod
    def withholding(cls, facts: Facts) -> Redaction:
        """That of a subject of which something is denied."""
        policy = facts.given.get(WaiverPolicy)
        names = (each.name for each in policy.files) if isinstance(policy, WaiverPolicy) else ()
        return cls(facts.get(Disclosure).withheld, facts.get(Layout), frozenset(names))

    def finding(self, finding: Finding) -> Finding:
        """The finding without values. Its place stays: who may read the data finds the value there."""
        if self.withheld is None or finding.place.file in self.waivers:
            return finding
        found, expected = finding.found, finding.expected
        if not _is_label(finding):
            found, expected = self._mark(found), self._mark(expected)
        pairs = ((finding.found, found), (finding.expected, expected))
        values = tuple(value for value, shown in pairs if value != shown)
        message, hint = _without(finding.message, values), _without(finding.hint, values)
        return replace(finding, message=message, hint=hint, found=found, expected=expected)

    def cause(self, text: str) -> str:
        """Why a check could not judge; of an unforeseen crash only its kind, since its words may be anything."""
        if self.withheld is None:
            return text
        crash = _OWN_CRASH.fullmatch(text[:_LONGEST])
        return f"{crash['kept']}: {_CUT}" if crash else _without(text, ())

    def _mark(self, value: str) -> str:
        """The value's stand-in. What names a file says no more than the finding's place does."""
        names_a_file = _DIGEST.fullmatch(value) is not None or self.layout.match(value) is not None
        return value if value in _PLAIN or names_a_file else f"[redacted: {self.withheld}]"


def _is_label(finding: Finding) -> bool:
    """Whether the values are policy labels: they say how secret the data are, not what they are."""
    texts = finding.found + finding.expected
    return finding.place.pointer.endswith("policy_label") and _LABELS.fullmatch(texts) is not None


def _without(text: str, values: tuple[str, ...]) -> str:
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    for value in sorted((each.strip('"') for each in values), key=len, reverse=True):
        if value.endswith("…"):  # cut short: what follows in the text is more of it
            text = re.sub(re.escape(value[:-1]) + ".*", _CUT, text, flags=re.DOTALL)
        elif len(value) >= _SHORT and value not in _PLAIN:
            text = text.replace(value, _CUT)
    return _VALUE.sub(lambda match: match["kept"] or _CUT, text)
