"""Reading a Git repository: what a commit holds below a folder, and what changed between two commits.

Git is asked by subprocess, with plumbing commands only and with an environment of its own: no variable `GIT_…`
from outside, no hook, no pager, no file system monitor, no replaced object, no network. Nothing is written.
All paths are relative to the folder, as in a snapshot of it. `git_disk` compares a commit with the files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

SECONDS = 300.0
"""How long one answer of Git may take."""

_KEPT = ("HOME", "XDG_CONFIG_HOME", "TMPDIR")
_FIXED = {
    "LC_ALL": "C",
    "GIT_ALLOW_PROTOCOL": "",  # a partial clone would fetch what it lacks
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",  # else a local reference decides what a commit holds
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_SETTINGS = (
    "core.checkStat=default",
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.trustctime=true",
    "core.untrackedCache=false",
    "diff.ignoreSubmodules=none",
    "safe.bareRepository=explicit",  # a bare repository among the evidence is none that anyone works in
)
_DEPTH = "fetch the history first: `fetch-depth: 0` in actions/checkout, or `git fetch --unshallow`"
_SUBMODULE = "160000"


class GitProblem(Exception):
    """Git can't answer; the message is a sentence with the way out."""


@dataclass(frozen=True)
class Blob:
    """A file in a commit: its mode as Git writes it (`100644`; `120000` is a link), and its object."""

    mode: str
    object: str


@dataclass(frozen=True, order=True)
class Change:
    """One path that differs. A renamed file is one that was deleted and one that was added."""

    path: str
    kind: Literal["added", "altered", "deleted"]


class Repository:
    """The Git work tree around a folder, seen from that folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def around(cls, folder: Path) -> Repository | None:
        """The repository in whose work tree `folder` lies; None when it lies in none.

        Raises GitProblem when there is no Git, or Git refuses the repository.
        """
        found = cls(folder)
        code, out, said = found.try_ask("rev-parse", "--is-inside-work-tree")
        if code == 0:
            return found if out == b"true\n" else None
        if "not a git repository" in said or "bare repository" in said:
            return None
        raise GitProblem(_sentence(said, folder))

    @cached_property
    def shallow(self) -> bool:
        """Whether the clone was cut off, so that commits are missing."""
        return self.ask("rev-parse", "--is-shallow-repository") == b"true\n"

    @cached_property
    def object_format(self) -> str:
        """The hash that names objects: `sha1` or `sha256`."""
        return self.ask("rev-parse", "--show-object-format").decode("ascii").strip()

    def commit(self, revision: str) -> str:
        """The name of the commit that a revision stands for. Raises GitProblem when there is none."""
        if not revision or revision.startswith("-") or not revision.isprintable():
            raise GitProblem(f"{revision!r} is no Git revision; give a branch, a tag or a commit")
        peeled = f"{revision}^{{commit}}"
        code, out, _ = self.try_ask("rev-parse", "--verify", "--quiet", "--end-of-options", peeled)
        if code != 0:
            why = (
                f"this clone is shallow; {_DEPTH}"
                if self.shallow
                else "fetch it first, or give a branch, a tag or a commit that is here"
            )
            raise GitProblem(f"the Git revision {revision!r} is not in this repository: {why}")
        return out.decode("ascii").strip()

    def merge_base(self, one: str, other: str) -> str:
        """The best common ancestor of two commits. Raises GitProblem when they have none."""
        code, out, said = self.try_ask("merge-base", one, other)
        if code == 0:
            return out.decode("ascii").strip()
        if code != 1:
            raise GitProblem(_sentence(said, self.folder))
        why = f"this clone is shallow; {_DEPTH}" if self.shallow else "they share no history"
        raise GitProblem(f"the commits {one[:12]} and {other[:12]} have no common ancestor here: {why}")

    def files(self, commit: str) -> Mapping[str, Blob]:
        """Every file of a commit below the folder, submodules (mode 160000) included."""
        found = {}
        for row in _rows(self.ask("ls-tree", "-r", "-z", commit)):
            about, _, path = row.partition("\t")
            mode, _, name = about.split(" ")
            found[path] = Blob(mode, name)
        return found

    def changes(self, old: str, new: str) -> tuple[Change, ...]:
        """The paths below the folder in which two commits differ, sorted; a mere file mode is no difference."""
        before, after = self.files(old), self.files(new)
        kinds = {path: kind_of(before.get(path), after.get(path)) for path in {*before, *after}}
        return tuple(sorted(Change(path, kind) for path, kind in kinds.items() if kind))

    def read(self, commit: str, path: str) -> bytes | None:
        """The bytes of a file in a commit, as Git stores them; None when the commit has no such file."""
        for row in _rows(self.ask("ls-tree", "-z", commit, "--", path)):
            _, kind, name = row.partition("\t")[0].split(" ")
            if kind == "blob":
                return self.blob(name)
        return None

    def size(self, object: str) -> int:
        """The size of an object in bytes. Raises GitProblem when it is not here."""
        return int(self.ask("cat-file", "-s", object))

    def blob(self, object: str) -> bytes:
        """The bytes of an object. Raises GitProblem when it is not here, as in a partial clone."""
        return self.ask("cat-file", "blob", object)

    def ask(self, *words: str, settings: Sequence[str] = ()) -> bytes:
        """What a plumbing command prints under more settings (`name=value`); raises GitProblem when it fails."""
        code, out, said = self.try_ask(*words, settings=settings)
        if code != 0:
            raise GitProblem(_sentence(said, self.folder))
        return out

    def try_ask(self, *words: str, settings: Sequence[str] = ()) -> tuple[int, bytes, str]:
        """The exit code of a plumbing command, what it prints, and what it says on standard error."""
        given = [word for each in (*_SETTINGS, *settings) for word in ("-c", each)]
        command = [_git(), "--no-pager", *given, *words]
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env={**environment, "PATH": _path(), **_FIXED},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise GitProblem(f"git {words[0]} did not end within {SECONDS:g} s") from None
        except OSError as error:
            raise GitProblem(f"git can't be started in {self.folder}: {error.strerror}") from None
        return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


def kind_of(before: Blob | None, after: Blob | None) -> Literal["added", "altered", "deleted"] | None:
    """How one path differs between two states; None when it does not."""
    if before is None or after is None:
        return None if before is after else "added" if before is None else "deleted"
    same_type = before.mode[:3] == after.mode[:3]
    return None if before.object == after.object and same_type else "altered"


def refuse_submodules(files: Mapping[str, Blob]) -> None:
    """Raise GitProblem for a submodule: this repository does not know what changes in it."""
    for path, blob in sorted(files.items()):
        if blob.mode == _SUBMODULE:
            raise GitProblem(
                f"{path} is a Git submodule, in which this repository sees no changes; "
                "judge the whole root, or run in the submodule"
            )


def _rows(out: bytes) -> list[str]:
    return [os.fsdecode(row) for row in out.split(b"\0") if row]


def _path() -> str:
    """The search path without relative folders, which could lie among the evidence."""
    return os.pathsep.join(
        each for each in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(each)
    )


def _git() -> str:
    found = shutil.which("git", path=_path())
    if found is None:
        raise GitProblem("git is not installed, or not on PATH; install Git")
    return found


def _sentence(said: str, folder: Path) -> str:
    """What Git said when it failed, as one sentence with the way out where there is a known one."""
    if "dubious ownership" in said:
        top = said.partition("repository at '")[2].partition("'")[0] or folder
        return (
            f"Git refuses the repository {top}, since somebody else owns it; if you trust it: "
            f"git config --global --add safe.directory '{top}'"
        )
    if "promisor" in said or "transport" in said:
        return f"{folder} is in a partial clone that lacks an object; clone without --filter"
    lines = [line.removeprefix("fatal: ").strip() for line in said.splitlines() if line.strip()]
    return f"git failed in {folder}: {lines[-1] if lines else 'it gave no reason'}"
