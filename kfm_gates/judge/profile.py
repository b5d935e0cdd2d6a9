"""Profiles: which gates an operation needs, with which checks and settings.

A profile that extends another adds gates and checks and tightens settings; it can't take anything away. Nor
can one that has a built-in profile as a gate, which may be for another operation: all of its checks are judged.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BUILT_IN = Path(__file__).parent.parent / "profiles"
OPERATIONS = ("promote", "build", "cutover", "rollback", "retire", "rerun")


@dataclass(frozen=True)
class Group:
    """One line of a gate: a check, or several of which one must pass (`any`)."""

    checks: tuple[str, ...]

    @property
    def id(self) -> str:
        """The check's ID, or `any(a, b)`."""
        return self.checks[0] if len(self.checks) == 1 else f"any({', '.join(self.checks)})"


@dataclass(frozen=True)
class Gate:
    """A named set of checks; the letter is a label that this profile gives."""

    name: str
    label: str
    title: str
    groups: tuple[Group, ...]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotPlanned:
    """Checks that do not apply unless a fact is true; the fact is recorded in the decision."""

    checks: tuple[str, ...]
    unless: str


@dataclass(frozen=True)
class Override:
    """Tighter settings for some subjects (`slug/version` patterns)."""

    subjects: tuple[str, ...]
    settings: Mapping[str, Mapping[str, Any]]

    def applies(self, subject: str) -> bool:
        """Whether the override is meant for this subject."""
        return any(fnmatch.fnmatchcase(subject, pattern) for pattern in self.subjects)


@dataclass(frozen=True)
class Profile:
    """A profile with everything that it extends worked in."""

    name: str
    operation: str
    description: str
    gates: tuple[Gate, ...]
    settings: tuple[Mapping[str, Mapping[str, Any]], ...] = ()
    overrides: tuple[Override, ...] = ()
    not_planned: tuple[NotPlanned, ...] = ()
    packs: tuple[str, ...] = ()
    unwaivable: tuple[str, ...] = ()
    """Checks, or families of them (`rights.*`), that no waiver opens."""
    subjects_with: str = ""
    """The template of a document by which a version asks to be judged; empty when all versions are judged."""
    sources: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """The files that it was read from, for its digest."""

    def check_ids(self) -> tuple[str, ...]:
        """Every check of the profile, in order."""
        return tuple(check for gate in self.gates for group in gate.groups for check in group.checks)

    def forbids_waiving(self, check: str) -> bool:
        """Whether no waiver opens this check."""
        return check in self.unwaivable or f"{check.partition('.')[0]}.*" in self.unwaivable


def built_in_profiles() -> tuple[str, ...]:
    """The names of the profiles that come with the package."""
    return tuple(sorted(path.stem for path in BUILT_IN.glob("*.toml")))
