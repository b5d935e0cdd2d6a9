"""What Git knows of the evidence, where the evidence root is the top of a work tree: edits of what was released.

Commits are followed along first parents: what counts is how the branch that is judged came to be, with each
merge as one step. A clone that was cut off (`--depth`) shows as much as it holds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

from kfm_gates.errors import EngineError
from kfm_gates.evidence.git import GitProblem, Repository
from kfm_gates.evidence.git_disk import changes_on_disk
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import provides
from kfm_gates.facts.given import Since
from kfm_gates.facts.origins import Origins
from kfm_gates.facts.releases import PROMOTING

_KEPT = ("raw_artifact", "acquisition", "terms", "artifact", "checksums")
"""The templates whose files never change once a version that is made of them is released."""


@dataclass(frozen=True)
class Edit:
    """One file that was altered or deleted: in a commit, or in the work tree (None)."""

    path: str
    kind: str
    commit: str | None
    promoted: frozenset[Subject] | None
    """The versions that the ledger had promoted before the edit; None for an edit of the ledger itself."""
    since: str | None = None
    """The commit since when it happened, where that is all that is known."""

    @property
    def of_ledger(self) -> bool:
        """Whether it is the ledger that was edited."""
        return self.promoted is None


@dataclass(frozen=True)
class Edits:
    """All edits of raw data, artifacts and checksums, and all that took something out of the ledger."""

    of_files: tuple[Edit, ...]
    of_ledger: tuple[Edit, ...]


@dataclass(frozen=True)
class History:
    """The edits that one version has to answer for."""

    edits: tuple[Edit, ...]


@provides(shared=True)
def edits(snapshot: Snapshot, layout: Layout, since: Since) -> Edits:
    """Ask Git once per root. Raises EngineError when there is a repository and Git can't tell."""
    source = snapshot.source
    if not isinstance(source, Folder):
        return Edits((), ())
    known = _of_history(source, snapshot, layout)
    if since.commit is None:
        return known
    later = _since(source, snapshot, layout, since.commit)
    said = {edit.path for edit in known.of_files}
    return Edits(
        (*known.of_files, *(edit for edit in later.of_files if edit.path not in said)),
        known.of_ledger or later.of_ledger,
    )


def _of_history(source: Folder, snapshot: Snapshot, layout: Layout) -> Edits:
    if not os.path.lexists(source.root / ".git"):
        return Edits((), ())
    try:
        repository = Repository.around(source.root)
        if repository is None or repository.try_ask("rev-parse", "--verify", "--quiet", "HEAD")[0] != 0:
            return Edits((), ())
        promoted = cache(partial(_promoted, repository, layout.path("ledger")))
        return Edits(
            tuple(_of_files(repository, layout, promoted)), tuple(_of_ledger(repository, layout, snapshot))
        )
    except GitProblem as error:
        raise EngineError(f"what Git knows of the evidence can't be told: {error}") from error


def _since(source: Folder, snapshot: Snapshot, layout: Layout, commit: str) -> Edits:
    """What differs from a commit, wherever in the work tree the evidence lies."""
    try:
        repository = Repository.around(source.root)
        if repository is None:
            raise GitProblem(f"{source.root} lies in no Git work tree")
        ledger = layout.path("ledger")
        promoted, before = _promoted(repository, ledger, commit), repository.read(commit, ledger)
        changed = [each for each in changes_on_disk(repository, commit) if each.kind != "added"]
    except GitProblem as error:
        raise EngineError(f"what changed since {commit[:12]} can't be told: {error}") from error
    appended = before is None or _now(snapshot, ledger).startswith(before)
    return Edits(
        tuple(
            Edit(each.path, each.kind, None, promoted, commit)
            for each in changed
            if _is_kept(layout, each.path)
        ),
        () if appended else (Edit(ledger, "altered", None, None, commit),),
    )


@provides
def history(edits: Edits, subject: Subject, layout: Layout, origins: Origins) -> History:
    """The edits of a version's own files and of its acquisitions after its promotion, and of the ledger."""
    acquisitions = set(origins.acquisitions)

    def concerns(edit: Edit) -> bool:
        match = layout.match(edit.path)
        names = match.variables if match else {}
        raw = (names.get("slug"), names.get("acquisition_id")) in acquisitions
        own = (names.get("slug"), names.get("version")) == (subject.slug, subject.version)
        return (raw or own) and subject in (edit.promoted or ())

    return History((*(edit for edit in edits.of_files if concerns(edit)), *edits.of_ledger))


def _of_files(
    repository: Repository, layout: Layout, promoted: Callable[[str], frozenset[Subject]]
) -> Iterator[Edit]:
    heads = sorted({layout.templates[name].partition("{")[0] or "." for name in _KEPT})
    for commit, kind, path in _log(repository, heads):
        if _is_kept(layout, path):
            yield Edit(path, kind, commit, promoted(f"{commit}^1"))
    for change in changes_on_disk(repository, "HEAD"):
        if change.kind != "added" and _is_kept(layout, change.path):
            yield Edit(change.path, change.kind, None, promoted("HEAD"))


def _is_kept(layout: Layout, path: str) -> bool:
    match = layout.match(path)
    return match is not None and match.name in _KEPT


def _log(repository: Repository, paths: list[str]) -> Iterator[tuple[str, str, str]]:
    """Every file that a commit altered or deleted: commit, what happened, path."""
    asked = ("log", "--first-parent", "-m", "--format=%x01%H", "--name-status", "-z", "--no-renames")
    out = repository.ask(*asked, "--no-ext-diff", "--diff-filter=MDT", "HEAD", "--", *paths)
    words = iter(os.fsdecode(word).strip("\n") for word in out.split(b"\0"))
    commit = ""
    for word in words:
        if word.startswith("\1"):
            commit = word[1:]
        elif word:
            yield commit, "deleted" if word == "D" else "altered", next(words)


def _of_ledger(repository: Repository, layout: Layout, snapshot: Snapshot) -> Iterator[Edit]:
    """Commits, and changes on disk, that did more to the ledger than to append."""
    path = layout.path("ledger")
    asked = ("log", "--first-parent", "-m", "--format=%x01%H", "--numstat", "--no-renames", "--text")
    commit = ""
    for line in os.fsdecode(repository.ask(*asked, "--no-ext-diff", "HEAD", "--", path)).splitlines():
        if line.startswith("\1"):
            commit = line[1:]
        elif line and _cuts(line.split("\t")[1], repository, commit, path):
            yield Edit(path, "altered", commit, None)
    committed = repository.read("HEAD", path)
    if committed is not None and not _now(snapshot, path).startswith(committed):
        yield Edit(path, "altered", None, None)


def _cuts(removed: str, repository: Repository, commit: str, path: str) -> bool:
    """Whether a commit took lines out. Attributes can keep Git from counting (`-`): then the bytes tell."""
    if removed != "-":
        return removed != "0"
    parent = repository.try_ask("rev-parse", "--verify", "--quiet", f"{commit}^1")[0] == 0
    before = repository.read(f"{commit}^1", path) if parent else None
    return not (repository.read(commit, path) or b"").startswith(before or b"")


def _now(snapshot: Snapshot, path: str) -> bytes:
    try:
        with snapshot.open(path) as file:
            return file.read()
    except Unreadable:
        return b""


def _promoted(repository: Repository, path: str, commit: str) -> frozenset[Subject]:
    """The versions with a passed promotion in the ledger of a commit."""
    if repository.try_ask("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")[0] != 0:
        return frozenset()  # the first commit, or the last that a shallow clone holds
    found = set()
    for line in (repository.read(commit, path) or b"").splitlines():
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict) and entry.get("status") == "pass":
            slug, version = entry.get("dataset_slug"), entry.get("dataset_version_id")
            if entry.get("operation") in PROMOTING and isinstance(slug, str):
                found.add(Subject(slug, str(version)))
    return frozenset(found)
