"""The digest of what a version is by itself, which a waiver names: it rests while everything around it grows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import provides
from kfm_gates.facts.files import PinnedFile

GROWING = frozenset({"ledger", "checkpoint", "pointer", "status"})
"""Templates of what changes, or comes, while the version stays what it is."""


@dataclass(frozen=True)
class VersionDigest:
    """The digest of the paths and digests of a version's own files."""

    digest: str


@provides
def version_digest(index: Index, subject: Subject, files: tuple[PinnedFile, ...]) -> VersionDigest:
    """Of its files and of what it was made from; without the ledger, the pointer, notices and other versions."""
    return VersionDigest(digest_of([[file.path, file.digest] for file in _own(index, subject, files)]))


def _own(index: Index, subject: Subject, files: Iterable[PinnedFile]) -> Iterable[PinnedFile]:
    for file in files:
        template, variables = index.variables.get(file.path, ("", {}))
        of = variables.get("version", subject.version)
        if template not in GROWING and of == subject.version:
            yield file
