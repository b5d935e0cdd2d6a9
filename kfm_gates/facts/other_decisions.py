"""Policy decisions that speak of a version besides the one that its manifest refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.finding import Json


@dataclass(frozen=True)
class OtherDecision:
    """One decision document about the version; `decided_at` and `outcome` as it states them, None when it can't
    be read."""

    path: str
    decided_at: Json
    outcome: Json


@dataclass(frozen=True)
class Decisions:
    """All decision documents of a root by the version that they name, and those that can't be read."""

    by_version: Mapping[tuple[Json, Json], tuple[OtherDecision, ...]]
    unreadable: Mapping[str, bytes]


@provides(shared=True)
def decisions(index: Index, parsed: Parsed, snapshot: Snapshot) -> Decisions:
    """Read every decision document of the root once."""
    found: dict[tuple[Json, Json], list[OtherDecision]] = {}
    unreadable: dict[str, bytes] = {}
    for path in index.named("policy_decision"):
        try:
            raw = parsed.value(path)
        except Unmet:
            unreadable[path] = _bytes(snapshot, path)
            continue
        if isinstance(raw, dict):
            slug, version = raw.get("dataset_slug"), raw.get("dataset_version_id")
            if isinstance(slug, str) and isinstance(version, str):
                made = OtherDecision(path, raw.get("decided_at"), raw.get("outcome"))
                found.setdefault((slug, version), []).append(made)
                continue
        unreadable[path] = _bytes(snapshot, path)
    return Decisions({key: tuple(made) for key, made in found.items()}, unreadable)


@provides
def other_decisions(subject: Subject, made: Decisions) -> tuple[OtherDecision, ...]:
    """Every decision about the version; one that can't be read counts when it mentions the version at all."""
    version = subject.version.encode()
    unreadable = [
        OtherDecision(path, None, None) for path, data in made.unreadable.items() if version in data
    ]
    return (*made.by_version.get((subject.slug, subject.version), ()), *unreadable)


def _bytes(snapshot: Snapshot, path: str) -> bytes:
    try:
        return snapshot.data(path)
    except Unreadable:
        return b""
