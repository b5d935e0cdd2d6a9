"""The `# METADATA` block of a policy or a shape file: what the rule is called, reads, serves and can be set.

    # METADATA
    # title: License is on the allow list
    # description: Deny a version whose license is not …
    # custom:
    #   evidence: [spec, manifest]
    #   settings: {minimum_m: {default: 500, stricter: higher}}
    #   needs: [rights.attribution]
    #   serves: [R-133]
    #   severity: high
    #   remediation: Put an SPDX id …
    #   owner: rights-stewards
    #   effective_on: 2027-01-01

`serves` are the requirements that the rule serves; `effective_on` the day (UTC) from which it judges, where it does
not yet. Own keys go under `custom:`, as OPA's annotations demand. A key that nobody reads is refused: it is a typo.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kfm_gates.errors import EngineError
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.strict_yaml import parse_yaml
from kfm_gates.model.finding import Json

MARK = "# METADATA"
STRICTER = ("higher", "lower", "fewer", "more")
SEVERITIES = ("low", "medium", "high", "critical")
_REQUIREMENT = re.compile(r"R-\d{3}\Z")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_CHECK_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True)
class Setting:
    """A value that a profile may tighten: its default, and which direction is stricter."""

    default: Json
    stricter: str


@dataclass(frozen=True)
class RuleMetadata:
    """What a rule says of itself. `evidence` are document kinds, `needs` check IDs, `serves` requirements."""

    title: str
    description: str
    evidence: tuple[str, ...]
    serves: tuple[str, ...]
    settings: Mapping[str, Setting] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    severity: str = "high"
    remediation: str = ""
    owner: str = ""
    effective_on: str = ""
    """The first day on which the rule is in force, such as 2027-01-01; empty when it always is."""


def read_metadata(path: str, text: str) -> RuleMetadata:
    """The metadata of one `.rego` or `.ttl` file. Raises EngineError with file and line otherwise."""
    line, block = _block(path, text)
    try:
        document = parse_yaml(block.encode("utf-8"))
    except Malformed as error:
        raise EngineError(f"{path}:{line}: the metadata is not readable YAML ({error}).") from error
    return _Reader(f"{path}:{line}").metadata(document)


def _block(path: str, text: str) -> tuple[int, str]:
    """The line of the mark, and the YAML text below it, without comment signs."""
    lines = text.splitlines()
    marks = [number for number, line in enumerate(lines) if line.rstrip() == MARK]
    if len(marks) != 1:
        raise EngineError(
            f"{path}:1: exactly one `{MARK}` block must stand above the rules; found {len(marks)}."
        )
    start = marks[0]
    if any(line.strip() and not line.startswith("#") for line in lines[:start]):
        raise EngineError(f"{path}:{start + 1}: the `{MARK}` block must be the first thing in the file.")
    body = list(_uncommented(lines[start + 1 :]))
    below = lines[start + 1 + len(body)] if start + 1 + len(body) < len(lines) else ""
    if path.endswith(".rego") and not below.startswith("package "):
        raise EngineError(f"{path}:{start + 1}: the `{MARK}` block must stand directly above `package`.")
    return start + 1, "\n".join(body) + "\n"


def _uncommented(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("#"):
            return
        yield line[2:] if line.startswith("# ") else line[1:]


class _Reader:
    """Reads values of the right type, or refuses them with the place."""

    def __init__(self, place: str) -> None:
        self.place = place

    def metadata(self, document: Json) -> RuleMetadata:
        self._keys("the metadata", document, {"title", "description", "custom"}, set())
        custom = document["custom"]
        optional = {"settings", "needs", "severity", "remediation", "owner", "effective_on"}
        self._keys("`custom`", custom, {"evidence", "serves"}, optional)
        severity = self._text(custom, "severity", "high")
        if severity not in SEVERITIES:
            raise self._error(f"`severity` must be one of {', '.join(SEVERITIES)}, not {severity!r}")
        return RuleMetadata(
            title=self._text(document, "title"),
            description=self._text(document, "description"),
            evidence=self._names(custom, "evidence", _NAME, least=1),
            serves=self._names(custom, "serves", _REQUIREMENT, least=1),
            settings=self._settings(custom.get("settings", {})),
            needs=self._names(custom, "needs", _CHECK_ID, least=0),
            severity=severity,
            remediation=self._text(custom, "remediation", ""),
            owner=self._text(custom, "owner", ""),
            effective_on=self._day(custom),
        )

    def _day(self, custom: dict[str, Json]) -> str:
        if "effective_on" not in custom:
            return ""
        day = custom["effective_on"]
        try:
            if isinstance(day, str) and _DAY.match(day):
                datetime.date.fromisoformat(day)
                return day
        except ValueError:
            pass  # not a day of the calendar
        raise self._error(f"`effective_on` must be a day such as 2027-01-01, not {day!r}")

    def _settings(self, settings: Json) -> Mapping[str, Setting]:
        if not isinstance(settings, dict):
            raise self._error("`settings` must be a mapping of names")
        found = {}
        for name, value in settings.items():
            if not _NAME.match(name):
                raise self._error(f"the setting name {name!r} must be lower case letters, digits and _")
            self._keys(f"the setting `{name}`", value, {"default", "stricter"}, set())
            if value["stricter"] not in STRICTER:
                raise self._error(f"`stricter` of `{name}` must be one of {', '.join(STRICTER)}")
            numeric = value["stricter"] in ("higher", "lower")
            if isinstance(value["default"], bool):
                if value != {"default": False, "stricter": "higher"}:
                    raise self._error(
                        f"the switch `{name}` must be off by default; only `higher` turns it on"
                    )
            elif numeric and not isinstance(value["default"], int | float):
                raise self._error(f"the default of `{name}` must be a number, or nothing is higher or lower")
            elif not numeric and not isinstance(value["default"], list):
                raise self._error(f"the default of `{name}` must be a list, or nothing is fewer or more")
            found[name] = Setting(value["default"], value["stricter"])
        return found

    def _keys(self, what: str, value: Json, required: set[str], optional: set[str]) -> None:
        if not isinstance(value, dict):
            raise self._error(f"{what} must be a mapping with {', '.join(sorted(required))}")
        if missing := sorted(required - value.keys()):
            raise self._error(f"{what} lacks {', '.join(missing)}")
        if unknown := sorted(value.keys() - required - optional):
            raise self._error(f"{what} has the unknown key {', '.join(unknown)}")

    def _text(self, value: dict[str, Json], key: str, absent: str | None = None) -> str:
        text = value.get(key, absent)
        if not isinstance(text, str) or (absent is None and not text.strip()):
            raise self._error(f"`{key}` must be a text")
        return text.strip()

    def _names(
        self, value: dict[str, Json], key: str, form: re.Pattern[str], *, least: int
    ) -> tuple[str, ...]:
        names = value.get(key, [])
        if not isinstance(names, list) or len(names) < least:
            raise self._error(f"`{key}` must be a list with at least {least} entries")
        for name in names:
            if not isinstance(name, str) or not form.match(name):
                raise self._error(f"`{key}` holds {name!r}, which does not have the form {form.pattern}")
        if len(set(names)) != len(names):
            raise self._error(f"`{key}` names something twice")
        return tuple(names)

    def _error(self, message: str) -> EngineError:
        return EngineError(f"{self.place}: {message}.")
