"""Finding the dataset versions below a root: everything that claims to belong to one makes it a subject.

A version is a subject as soon as any file of it, or any ledger entry about it, exists. So a version
whose manifest was deleted is judged and denied; it does not quietly drop out of the list.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeGuard

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot


@dataclass(frozen=True, order=True)
class Subject:
    """One dataset version."""

    slug: str
    version: str

    @property
    def id(self) -> str:
        """`slug/version`, as `--subject` takes it."""
        return f"{self.slug}/{self.version}"


def discover(snapshot: Snapshot, layout: Layout) -> tuple[Subject, ...]:
    """Every dataset version that the root speaks of, sorted."""
    found = set(_of_ledger(snapshot, layout))
    for path in snapshot.paths:
        match = layout.match(path)
        if match and "slug" in match.variables and "version" in match.variables:
            found.add(Subject(match.variables["slug"], match.variables["version"]))
    return tuple(sorted(found))


def _of_ledger(snapshot: Snapshot, layout: Layout) -> set[Subject]:
    """Versions named by ledger entries. Lines that can't be read are left to `receipt.ledger`."""
    found: set[Subject] = set()
    path = layout.path("ledger")
    if path not in snapshot:
        return found
    try:
        with snapshot.open(path) as lines:
            found = {subject for line in lines if (subject := subject_of(line)) is not None}
    except Unreadable:
        return found
    return found


def subject_of(line: bytes) -> Subject | None:
    """The version that a line of a ledger names, however the rest of it reads; None when it names none."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    slug, version = entry.get("dataset_slug"), entry.get("dataset_version_id")
    return Subject(slug, version) if _is_segment(slug) and _is_segment(version) else None


def _is_segment(name: object) -> TypeGuard[str]:
    """Whether a name can be part of a path; an entry with another one is denied by `receipt.ledger`."""
    return isinstance(name, str) and name not in ("", ".", "..") and not set(name) & set("/\\\0")
