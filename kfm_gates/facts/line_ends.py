"""Files to which a checkout gave Windows line ends: with the ends that they had, their digest is one that is stated."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.digests import normalise, sha256
from kfm_gates.evidence.pointers import walk
from kfm_gates.evidence.reading import KEPT, Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.files import DOCUMENTS, PinnedFile
from kfm_gates.facts.ledger import Ledger
from kfm_gates.facts.parsed import Parsed

_HEAD = 8000
"""In so many bytes Git looks for a zero byte; it leaves the line ends of a file alone that has one."""


@dataclass(frozen=True)
class WindowsLineEnds:
    """The paths of the files that have them and were released without."""

    paths: frozenset[str]


@provides
def windows_line_ends(facts: Facts, snapshot: Snapshot, files: tuple[PinnedFile, ...]) -> WindowsLineEnds:
    """Look at every text file of the version; digests are gathered only when one has such ends."""
    suspects = [(file, data) for file in files if (data := _with_windows_ends(snapshot, file)) is not None]
    stated = frozenset(_stated(facts, files)) if suspects else frozenset[str]()
    return WindowsLineEnds(
        frozenset(
            file.path
            for file, data in suspects
            # A canonical line never ends so, and no document states the digest of the ledger.
            if file.template == "ledger"
            or (file.digest not in stated and sha256(data.replace(b"\r\n", b"\n")) in stated)
        )
    )


def _with_windows_ends(snapshot: Snapshot, file: PinnedFile) -> bytes | None:
    if file.problem is not None or file.size > KEPT:
        return None
    try:
        data = snapshot.data(file.path)
    except Unreadable:
        return None
    return data if b"\r\n" in data and b"\0" not in data[:_HEAD] else None


def _stated(facts: Facts, files: tuple[PinnedFile, ...]) -> Iterator[str]:
    """Every digest in the documents of the version, and in its lines of the ledger."""
    documents = tuple(file.path for file in files if file.template in DOCUMENTS and file.size <= KEPT)
    for _, document in facts.get(Parsed).readable(documents):
        for _, value in walk(document):
            if (digest := normalise(value)) is not None:
                yield digest
    subject = facts.get(Subject)
    with contextlib.suppress(Unmet):
        lines = facts.get(Ledger).of_version.get((subject.slug, subject.version), ())
        yield from (line.digest for line in lines)
