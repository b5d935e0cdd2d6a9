"""The files of a version as they are when all else was judged. Asked for last, by `evidence.stable`."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.origins import Origins


@dataclass(frozen=True)
class Resting:
    """One path, and how it differs from when it was read (None: not at all)."""

    path: str
    change: str | None


@provides
def resting(
    facts: Facts, snapshot: Snapshot, layout: Layout, subject: Subject, files: tuple[PinnedFile, ...]
) -> tuple[Resting, ...]:
    """Every file of the version that was read, and paths that came or went in its folders."""
    read = set(snapshot.read_paths())
    found = {file.path: snapshot.change(file.path) for file in files if file.path in read}
    for path in snapshot.new_or_gone(_folders(facts, layout, subject)):
        found[path] = (
            "vanished after the evidence was listed"
            if path in snapshot
            else ("appeared after the evidence was listed")
        )
    if not found:
        raise Unmet("evidence.present")
    return tuple(Resting(path, found[path]) for path in sorted(found))


def _folders(facts: Facts, layout: Layout, subject: Subject) -> set[str]:
    """The folders that belong to the version or to an acquisition of it alone."""
    owners = [{"slug": subject.slug, "version": subject.version}]
    try:
        acquisitions = facts.get(Origins).acquisitions
    except Unmet:
        acquisitions = ()
    owners += [{"slug": slug, "acquisition_id": name} for slug, name in acquisitions]
    return {
        folder
        for template in layout.templates.values()
        for owner in owners
        if (folder := _folder(template, owner)) is not None
    }


def _folder(template: str, owner: dict[str, str]) -> str | None:
    """The folder, if every file in it is the owner's: its path names all of the owner's variables."""
    head = template.partition("*")[0]
    folder = head[: head.rfind("/")] if "/" in head else ""
    if not all(f"{{{name}}}" in folder for name in owner):
        return None
    try:
        return folder.format(**owner)
    except KeyError:
        return None
