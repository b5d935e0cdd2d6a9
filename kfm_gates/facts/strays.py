"""Files in the folders that hold evidence which no path template accounts for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import provides


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
def strays(snapshot: Snapshot, index: Index, layout: Layout) -> Strays:
    """All strays of a root, computed once."""
    zones = layout.zones()
    versions = {
        (v["slug"], v["version"]) for _, v in index.variables.values() if {"slug", "version"} <= v.keys()
    }
    datasets = {slug for slug, _ in versions}
    by_version: dict[tuple[str, str], list[Stray]] = {}
    by_dataset: dict[str, list[Stray]] = {}
    of_nobody = []
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
