"""Reading the files that the configuration names as waivers, and saying where in them something is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.positions import locate
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.facts.given import WaiverFile
from kfm_gates.model.base import form_findings
from kfm_gates.model.finding import Finding, Json, Place, finding
from kfm_gates.model.waiver import Waiver


@dataclass(frozen=True)
class ReadWaiver:
    """A waiver with the file that holds it."""

    file: WaiverFile
    waiver: Waiver

    def finding(self, pointer: str, message: str, *, found: str, expected: str, hint: str) -> Finding:
        """A finding about a place in this waiver."""
        said = f"the waiver {self.waiver.id} {message}"
        return finding(at(self.file, pointer), said, found=found, expected=expected, hint=hint)


@dataclass(frozen=True)
class Unreadable:
    """A file that holds no waiver: why, and the version that it would be for, if it says so."""

    flaws: tuple[Finding, ...]
    subject: str | None


def read_waiver(file: WaiverFile) -> ReadWaiver | Unreadable:
    """The waiver in a file."""
    raw, flaws = _parsed(file)
    if flaws:
        return Unreadable(tuple(flaws), None)
    waiver, found = form_findings(Waiver, raw, file.name)
    if waiver is None:
        return Unreadable(tuple(_told(file, each) for each in found), _named(raw))
    return ReadWaiver(file, waiver)


def _parsed(file: WaiverFile) -> tuple[Json, list[Finding]]:
    hint = "mend it, or take it out of `waivers` in the configuration"
    expected = "a waiver as docs/waivers.md describes it"
    try:
        if not file.problem:
            return parse_json(file.data), []
        place, problem = Place(file.name), file.problem
    except Malformed as error:
        place, problem = Place(file.name, error.pointer or "", error.line or 0), f"is malformed: {error}"
    return None, [finding(place, f"the waiver {file.name} {problem}", found="", expected=expected, hint=hint)]


def _named(raw: Json) -> str | None:
    subject = raw.get("subject") if isinstance(raw, dict) else None
    named = subject.get("id") if isinstance(subject, dict) else None
    return named if isinstance(named, str) and named.count("/") == 1 else None


def _told(file: WaiverFile, each: Finding) -> Finding:
    """A finding about the form, with its line."""
    said = f"the waiver {file.name} is malformed: {each.message}"
    return finding(
        at(file, each.place.pointer), said, found=each.found, expected=each.expected, hint=each.hint
    )


def at(file: WaiverFile, pointer: str) -> Place:
    """The place of a pointer in a waiver, with its line: the evidence that lines are looked up in lacks it."""
    return Place(file.name, pointer, locate(file.data, pointer) or 0)
