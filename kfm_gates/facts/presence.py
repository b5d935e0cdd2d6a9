"""What must be there for a dataset version, what is there instead, and what is there that nobody asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.documents import KINDS
from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.line_ends import WindowsLineEnds
from kfm_gates.facts.origins import Origins
from kfm_gates.facts.strays import Stray, Strays

LFS = b"version https://git-lfs.github.com/spec/"
_DVC = re.compile(rb"(?:outs:\n- |md5: [0-9a-f]{32})")
_SMALL = 1024
"""Pointer files are smaller than this (bytes); the Git LFS specification says so of its own."""


@dataclass(frozen=True)
class Due:
    """Evidence that the version must have: where, and the files found there."""

    what: str
    path: str
    found: tuple[str, ...]
    several: bool
    """Whether there may be more than one."""


@dataclass(frozen=True)
class Presence:
    """One thing to be judged: evidence that is due, a file of the version, or a stray."""

    thing: Due | PinnedFile | Stray
    stands_in: str | None = None
    """For a file: what it is a pointer of, instead of the bytes that belong there."""
    windows_line_ends: bool = False
    """For a file: whether a checkout gave it line ends that it was not released with."""


@dataclass(frozen=True)
class Missing:
    """What `evidence.present` reports as missing, so that no other check says it again."""

    paths: frozenset[str]
    beginnings: tuple[str, ...]
    """Where at least one file should lie and none does: the fixed part of a template with a wildcard."""

    def covers(self, path: str) -> bool:
        """Whether the absence of this file is reported already."""
        return path in self.paths or path.startswith(self.beginnings)


@provides
def presences(
    facts: Facts,
    subject: Subject,
    snapshot: Snapshot,
    strays: Strays,
    files: tuple[PinnedFile, ...],
    mangled: WindowsLineEnds,
) -> tuple[Presence, ...]:
    """Everything that is due or there, for `evidence.present`."""
    found = [Presence(due) for due in _due(facts)]
    found += [Presence(file, stand_in(snapshot, file), file.path in mangled.paths) for file in files]
    found += [Presence(stray) for stray in strays.of(subject)]
    return tuple(found)


@provides
def missing(found: tuple[Presence, ...]) -> Missing:
    """The paths that are due and have no file."""
    absent = [p.thing.path for p in found if isinstance(p.thing, Due) and not p.thing.found]
    beginnings = tuple(path.partition("*")[0] for path in absent if "*" in path)
    return Missing(frozenset(absent), beginnings)


def stand_in(snapshot: Snapshot, file: PinnedFile) -> str | None:
    """The kind of pointer that a file is: `Git LFS`, `DVC`, or None when it is no pointer."""
    if file.problem is not None or file.size >= _SMALL:
        return None
    try:
        data = snapshot.data(file.path)
    except Unreadable:
        return None
    if data.startswith(LFS):
        return "Git LFS"
    return "DVC" if file.path.endswith(".dvc") or _DVC.match(data) else None


def _due(facts: Facts) -> Iterator[Due]:
    index, layout, subject = facts.get(Index), facts.get(Layout), facts.get(Subject)
    for kind in KINDS:
        if kind.optional:
            continue
        try:
            paths = kind.paths(facts)
        except Unmet:  # the check that it names says why
            continue
        if kind.name == "acquisitions" and not paths:
            # Without a receipt nothing can be traced, and the missing receipt is said already.
            if index.of_version("receipt", subject.slug, subject.version):
                yield Due(
                    "an acquisition that the receipts go back to", _folder(layout, "acquisition"), (), True
                )
        elif not paths:
            template = {"stac_items": "stac_item", "receipts": "receipt"}[kind.name]
            yield Due(_said(kind.name), _pattern(layout, template, subject), (), True)
        for path in paths:
            yield Due(_said(kind.name), path, (path,) if path in index.variables else (), False)
    ledger = layout.path("ledger")
    yield Due("the ledger", ledger, (ledger,) if ledger in index.variables else (), False)
    artifacts = index.of_version("artifact", subject.slug, subject.version)
    yield Due("an artifact", _pattern(layout, "artifact", subject), artifacts, True)
    try:
        acquisitions = facts.get(Origins).acquisitions
    except Unmet:
        return
    for slug, name in acquisitions:
        terms = index.of_acquisition("terms", slug, name)
        pattern = layout.templates["terms"].format(slug=slug, acquisition_id=name)
        yield Due("the snapshot of the terms", pattern, terms, False)


def _said(kind: str) -> str:
    names = {
        "acquisitions": "the acquisition record",
        "stac_items": "a STAC item",
        "receipts": "a receipt",
        "qa_report": "the QA report",
        "dcat": "the DCAT catalog",
        "stac_collection": "the STAC collection",
        "prov": "the PROV document",
        "checksums": "the checksums",
    }
    return names.get(kind, f"the {kind.replace('_', ' ')}")


def _pattern(layout: Layout, template: str, subject: Subject) -> str:
    return layout.templates[template].format(slug=subject.slug, version=subject.version)


def _folder(layout: Layout, template: str) -> str:
    return layout.templates[template].partition("{")[0]
