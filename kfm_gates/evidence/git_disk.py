"""What the files of a folder differ in from a Git commit: changed and not committed, added, deleted, hidden.

The index of Git only says which files need not be read. What it does not vouch for is hashed here, by the
bytes as they are on disk: no filter of the repository runs, and no flag in the index hides a change.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from kfm_gates.evidence.git import Blob, Change, GitProblem, Repository, kind_of, refuse_submodules
from kfm_gates.evidence.reading import CHUNK, Unreadable, open_regular

_REGULAR = "100644"
_FILTERS = r"^filter\..*\.(clean|smudge|process|required)$"
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.+\n)*?oid sha256:([0-9a-f]{64})\n")
_SMALL = 1024  # the largest pointer of Git LFS, in bytes


def changes_on_disk(repository: Repository, commit: str) -> tuple[Change, ...]:
    """The paths below the folder in which the files differ from a commit, sorted.

    Untracked and ignored files count as added. Raises GitProblem when Git can't tell.
    """
    before = repository.files(commit)
    refuse_submodules(before)
    found = []
    for path, now in _suspects(repository, commit).items():
        was = before.get(path)
        if now is None:
            now = _on_disk(repository, path)
            if was is not None and now is not None and _is_what_lfs_fetched(repository, was, path):
                continue
        kind = kind_of(was, now)
        if kind is not None:
            found.append(Change(path, kind))
    return tuple(sorted(found))


def _suspects(repository: Repository, commit: str) -> Mapping[str, Blob | None]:
    """Every path that may differ, with what the index says is on disk, or None where it can't say."""
    found: dict[str, Blob | None] = {}
    compare = ("diff-index", "-z", "--no-renames", "--no-ext-diff", "--relative", commit)
    rows = repository.ask(*compare, settings=_without_filters(repository)).split(b"\0")
    for about, name in zip(rows[0:-1:2], rows[1::2], strict=True):
        _, mode, _, object, kind = about.decode("ascii").split(" ")
        vouched = kind in "AMT" and set(object) != {"0"}
        path = os.fsdecode(name)
        found[path] = Blob(mode, object) if vouched else None
        refuse_submodules({path: Blob(mode, object)})
    for path in _untracked(repository) + _hidden(repository):
        found[path] = None
    return found


def _without_filters(repository: Repository) -> tuple[str, ...]:
    """Settings that take every filter's command away, since Git may run it to compare a file."""
    code, out, _ = repository.try_ask("config", "-z", "--name-only", "--get-regexp", _FILTERS)
    names = {os.fsdecode(name) for name in out.split(b"\0") if name} if code == 0 else set()
    return tuple(f"{name}={'false' if name.endswith('.required') else ''}" for name in sorted(names))


def _untracked(repository: Repository) -> list[str]:
    """Files that Git does not know, ignored ones too."""
    found = []
    for row in repository.ask("ls-files", "--others", "-z").split(b"\0"):
        path = os.fsdecode(row)
        if path.endswith("/"):  # a repository within this one, which Git does not look into
            raise GitProblem(
                f"{path} is a Git repository of its own, in which this one sees no changes; "
                "judge the whole root, or move it out of the evidence"
            )
        if path:
            found.append(path)
    return found


def _hidden(repository: Repository) -> list[str]:
    """Files that a flag in the index exempts from being compared."""
    found = []
    for row in repository.ask("ls-files", "-v", "-z").split(b"\0"):
        tag, path = row[:1].decode("ascii"), os.fsdecode(row[2:])
        if tag == "S" and not os.path.lexists(repository.folder / path):
            raise GitProblem(
                f"{path} is not checked out (a sparse checkout), so what changed can't be told; "
                "run `git sparse-checkout disable`, or judge the whole root"
            )
        if tag == "S" or tag.islower():
            found.append(path)
    return found


def _on_disk(repository: Repository, path: str) -> Blob | None:
    """What Git would store for a file as it is on disk; None when there is none."""
    if not os.path.lexists(repository.folder / path):
        return None
    try:
        return Blob(_REGULAR, _digest(repository.folder, path, repository.object_format, "blob {}\0"))
    except Unreadable:
        return Blob("", "")  # a link, a folder, or unreadable: not what the commit has


def _is_what_lfs_fetched(repository: Repository, was: Blob, path: str) -> bool:
    """Whether the commit has a pointer of Git LFS to the very bytes that are on disk."""
    if was.mode[:3] != _REGULAR[:3]:
        return False
    if repository.size(was.object) >= _SMALL:
        return False
    pointer = _POINTER.match(repository.blob(was.object))
    try:
        return pointer is not None and _digest(repository.folder, path, "sha256") == pointer[1].decode()
    except Unreadable:
        return False


def _digest(root: Path, path: str, method: str, header: str = "") -> str:
    """The digest of a header, in which `{}` is the size, and of the file's bytes."""
    handle = open_regular(root.resolve(), path)
    with os.fdopen(handle, "rb", buffering=0) as file:
        found = hashlib.new(method, header.format(os.fstat(handle).st_size).encode("ascii"))
        while piece := file.read(CHUNK):
            found.update(piece)
    return found.hexdigest()
