"""Files in the folders that hold evidence which no path template accounts for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.digests import hex_of
from kfm_gates.evidence.hash_methods import spec_hash
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.parsed import Parsed


@dataclass(frozen=True)
class Stray:
    """A file that no template accounts for, or that is none (`problem`), in a folder that holds evidence."""

    path: str
    problem: str | None


@dataclass(frozen=True)
class Strays:
    """The strays of a root by the version that their path names, by dataset, and those of nobody."""

    by_version: Mapping[tuple[str, str], tuple[Stray, ...]]
    by_dataset: Mapping[str, tuple[Stray, ...]]
    of_nobody: tuple[Stray, ...]

    def of(self, subject: Subject) -> tuple[Stray, ...]:
        """What one version has to answer for; a stray that can't be attributed is everybody's."""
        own = self.by_version.get((subject.slug, subject.version), ())
        return tuple(
            sorted((*own, *self.by_dataset.get(subject.slug, ()), *self.of_nobody), key=lambda s: s.path)
        )


@provides(shared=True)
def strays(snapshot: Snapshot, index: Index, layout: Layout, parsed: Parsed) -> Strays:
    """All strays of a root, computed once."""
    zones = layout.zones()
    versions = {
        (v["slug"], v["version"]) for _, v in index.variables.values() if {"slug", "version"} <= v.keys()
    }
    datasets = {slug for slug, _ in versions}
    by_version: dict[tuple[str, str], list[Stray]] = {}
    by_dataset: dict[str, list[Stray]] = {}
    of_nobody = []
    for path in index.named("environment"):
        if (problem := _misnamed(path, index, snapshot)) is not None:
            of_nobody.append(Stray(path, problem))
    for path in _unused_specs(index, versions):
        if not _is_named_by_its_hash(path, index, parsed):
            problem = "is not named by its spec hash, and no version uses it"
            by_dataset.setdefault(index.variables[path][1]["slug"], []).append(Stray(path, problem))
    for path in index.unaccounted:
        problem = snapshot.irregular.get(path)
        # A link or an unreadable folder above a zone hides all of it.
        hides = problem is not None and any(zone.startswith(path + "/") for zone in zones)
        if not hides and not path.startswith(zones):
            continue
        stray, steps = Stray(path, problem), path.split("/")
        pairs = [pair for pair in itertools.pairwise(steps) if pair in versions]
        known = [step for step in steps if step in datasets]
        if pairs:
            by_version.setdefault(pairs[0], []).append(stray)
        elif known:
            by_dataset.setdefault(known[0], []).append(stray)
        else:
            of_nobody.append(stray)
    return Strays(
        {key: tuple(found) for key, found in by_version.items()},
        {key: tuple(found) for key, found in by_dataset.items()},
        tuple(of_nobody),
    )


def _unused_specs(index: Index, versions: set[tuple[str, str]]) -> Iterator[str]:
    """Specs that no version is named by. The spec of a version is judged with it."""
    used = {(slug, version.split(".")[1]) for slug, version in versions if "." in version}
    for path in index.named("spec"):
        variables = index.variables[path][1]
        if (variables["slug"], variables["spec8"]) not in used:
            yield path


def _is_named_by_its_hash(path: str, index: Index, parsed: Parsed) -> bool:
    try:
        document = parsed.value(path)
        digest = spec_hash(document, b"", document["hash_method"])
    except (Unmet, EvidenceError, LookupError, TypeError):
        return False
    return hex_of(digest)[:8] == index.variables[path][1]["spec8"]


def _misnamed(path: str, index: Index, snapshot: Snapshot) -> str | None:
    """Why an environment document is not what its name says. One that a receipt names is judged with it."""
    try:
        digest = snapshot.content(path).digest
    except Unreadable as error:
        return str(error)
    named = index.variables[path][1]["digest"]
    if digest == f"sha256:{named}" or any(
        _names(receipt, named, snapshot) for receipt in index.named("receipt")
    ):
        return None
    return f"is named {named}, but that is not the digest of its bytes, and no receipt names it"


def _names(receipt: str, digest: str, snapshot: Snapshot) -> bool:
    try:
        return digest.encode() in snapshot.data(receipt)
    except Unreadable:
        return False
