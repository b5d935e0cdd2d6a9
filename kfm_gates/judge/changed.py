"""Which versions a change touches: those that rest on a file that differs from a Git commit.

A version rests on its own files and on the documents that it shares with others: its spec, acquisitions,
decision, environments, the receipts of versions that it was made from. All versions rest on the ledger, but
lines that are appended to it speak of the versions that they name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.evidence.git import Change, GitProblem, Repository
from kfm_gates.evidence.git_disk import changes_on_disk
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject, subject_of
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.facts.files import named_paths
from kfm_gates.facts.given import Clock
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.strays import Strays
from kfm_gates.judge.changed_policy import policy_changed
from kfm_gates.judge.suite import Suite


@dataclass(frozen=True)
class Touched:
    """What a change touches, and the commit that the evidence was compared with."""

    commit: str
    subjects: frozenset[Subject]
    altered: frozenset[Subject]
    """Of these the versions of which an own file was altered or deleted."""


def touched_since(
    revision: str,
    root: Path,
    suite: Suite,
    snapshot: Snapshot,
    subjects: Iterable[Subject],
    evaluated_at: str,
) -> Touched:
    """The versions that differ from where the branch at hand parted from `revision`.

    Versions of which the ledger spoke then count though nothing is left of them. A change of policy or
    configuration touches all. Raises UsageError when Git can't tell what changed.
    """
    try:
        repository = Repository.around(root)
        if repository is None:
            raise GitProblem(f"{root} lies in no Git work tree, so nobody knows what changed")
        commit = repository.merge_base(repository.commit(revision), repository.commit("HEAD"))
        return _touched(repository, commit, suite, snapshot, frozenset(subjects), Clock(evaluated_at))
    except GitProblem as error:
        raise UsageError(f"--changed-since {revision}: {error}") from error


def _touched(
    repository: Repository,
    commit: str,
    suite: Suite,
    snapshot: Snapshot,
    subjects: frozenset[Subject],
    clock: Clock,
) -> Touched:
    layout = suite.configuration.layout
    changes = changes_on_disk(repository, commit)
    altered = frozenset(_owners(changes, layout))
    ledger = _of_ledger(repository, commit, snapshot, layout, changes)
    if ledger is None or policy_changed(suite, repository, commit):
        before = repository.read(commit, layout.path("ledger")) or b""
        return Touched(commit, subjects | _named(before), altered)
    resting = frozenset(_resting_on(changes, snapshot, layout, subjects, clock))
    found = (ledger & subjects) | resting
    return Touched(commit, found | _superseded(found, snapshot, layout) & subjects, altered)


def _owners(changes: Iterable[Change], layout: Layout) -> Iterator[Subject]:
    """The versions of whose own files one was altered or deleted; a notice of use is none of these."""
    for change in changes:
        match = layout.match(change.path)
        if change.kind == "added" or match is None or match.name == "status":
            continue
        if {"slug", "version"} <= match.variables.keys():
            yield Subject(match.variables["slug"], match.variables["version"])


def _of_ledger(
    repository: Repository, commit: str, snapshot: Snapshot, layout: Layout, changes: Iterable[Change]
) -> frozenset[Subject] | None:
    """The versions that appended lines name; None when more happened to the ledger, which is everybody's."""
    changed = {change.path for change in changes}
    if layout.path("ledger") not in changed:
        return None if layout.path("checkpoint") in changed else frozenset()
    before = repository.read(commit, layout.path("ledger")) or b""
    try:
        with snapshot.open(layout.path("ledger")) as file:
            now = file.read()
    except Unreadable:
        return None
    return _named(now[len(before) :]) if now.startswith(before) else None


def _named(lines: bytes) -> frozenset[Subject]:
    return frozenset(found for line in lines.splitlines() if (found := subject_of(line)) is not None)


def _resting_on(
    changes: tuple[Change, ...],
    snapshot: Snapshot,
    layout: Layout,
    subjects: Iterable[Subject],
    clock: Clock,
) -> Iterator[Subject]:
    """The versions whose verdict rests on a file that changed, or that have to answer for a stray one."""
    changed = {change.path for change in changes} - {layout.path("ledger"), layout.path("checkpoint")}
    if not changed:
        return
    gone = [change.path for change in changes if change.kind == "deleted"]
    then, now = Index(snapshot, layout, gone), Index(snapshot, layout)
    shared: dict[Any, object] = {}
    of_now: dict[Any, object] = {}
    for subject in sorted(subjects):
        given = {Snapshot: snapshot, Layout: layout, Subject: subject, Clock: clock}
        facts = Facts({**given, Index: then}, shared)
        strays = Facts({**given, Index: now}, of_now).get(Strays).of(subject)
        if changed & (named_paths(facts) | {stray.path for stray in strays}):
            yield subject
        own = now.all_of_version(subject.slug, subject.version)
        snapshot.release(own)
        facts.get(Parsed).forget(own)


def _superseded(subjects: Iterable[Subject], snapshot: Snapshot, layout: Layout) -> frozenset[Subject]:
    """The versions that manifests say they replace: these need a notice now."""
    parsed, found = Parsed(snapshot), set()
    for subject in subjects:
        try:
            manifest = parsed.value(layout.path("manifest", slug=subject.slug, version=subject.version))
        except Unmet:
            continue
        if isinstance(manifest, dict) and isinstance(manifest.get("supersedes"), str):
            found.add(Subject(subject.slug, manifest["supersedes"]))
    return frozenset(found)
