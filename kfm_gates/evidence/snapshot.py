"""A snapshot: every file is read once, pinned by digest, and looked at again before the end."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Protocol

from kfm_gates.errors import UsageError
from kfm_gates.evidence.reading import (
    CHUNK,
    KEPT,
    Content,
    Stamp,
    Unreadable,
    open_regular,
    read_once,
    stamp_of,
)
from kfm_gates.evidence.verified import Verified


class Source(Protocol):
    """Where files come from."""

    def listing(self, folder: str = "") -> Mapping[str, str | None]:
        """Every path below a folder (default: the root), with the reason why it can't be evidence, or None.

        A folder that does not exist has no paths.
        """

    def read(self, path: str) -> Content:
        """Read one file; raises Unreadable."""

    def moved(self, path: str, stamp: Stamp | None) -> str | None:
        """How the file differs now from when it was read, or None."""

    def open_again(self, path: str) -> BinaryIO:
        """A second handle for random access; the snapshot verifies every chunk read through it."""


class Folder:
    """A folder on a local disk."""

    def __init__(self, root: Path) -> None:
        if not root.exists():
            raise UsageError(f"{root}: there is no such folder; give the folder that holds the evidence")
        if not root.is_dir():
            raise UsageError(
                f"{root}: is not a folder; give the folder that holds the evidence, or a manifest"
            )
        self.root = root.resolve()

    def listing(self, folder: str = "") -> Mapping[str, str | None]:
        """See Source."""
        found: dict[str, str | None] = {}
        pending = [folder]
        while pending:
            folder = pending.pop()
            try:
                entries = list(os.scandir(self.root / folder))
            except FileNotFoundError:
                continue
            except OSError as error:
                found[folder or "."] = f"can't be listed: {error.strerror}"
                continue
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    pending.append(path)
                else:
                    found[path] = _problem(entry)
        return found

    def read(self, path: str) -> Content:
        """See Source."""
        return read_once(self.root, path)

    def moved(self, path: str, stamp: Stamp | None) -> str | None:
        """See Source."""
        try:
            handle = open_regular(self.root, path)
        except Unreadable as error:
            return str(error)
        try:
            return None if stamp_of(os.fstat(handle)) == stamp else "changed after it was read"
        finally:
            os.close(handle)

    def open_again(self, path: str) -> BinaryIO:
        """See Source."""
        return os.fdopen(open_regular(self.root, path), "rb", buffering=0)


class Memory:
    """Files in memory: the samples of the known-answer tests, and tests."""

    def __init__(self, files: Mapping[str, bytes], changed: Iterable[str] = ()) -> None:
        self.files = dict(files)
        self.changed = frozenset(changed)

    def listing(self, folder: str = "") -> Mapping[str, str | None]:
        """See Source."""
        return dict.fromkeys(path for path in self.files if not folder or path.startswith(f"{folder}/"))

    def read(self, path: str) -> Content:
        """See Source."""
        if path not in self.files:
            raise Unreadable("does not exist")
        data = self.files[path]
        return Content(len(data), f"sha256:{hashlib.sha256(data).hexdigest()}", data, (), None)

    def moved(self, path: str, stamp: Stamp | None) -> str | None:
        """See Source."""
        return "changed after it was read" if path in self.changed else None

    def open_again(self, path: str) -> BinaryIO:
        """See Source."""
        return io.BytesIO(self.files[path])


class Snapshot:
    """The evidence below one root, each file read at most once and pinned by its digest."""

    def __init__(self, source: Source) -> None:
        self.source = source
        listing = source.listing()
        self.paths: tuple[str, ...] = tuple(sorted(listing))
        self.irregular: Mapping[str, str] = {p: reason for p, reason in sorted(listing.items()) if reason}
        self._names = frozenset(self.paths)
        self._contents: dict[str, Content] = {}
        self._unreadable: dict[str, str] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._names

    def content(self, path: str) -> Content:
        """The pinned content of one file; raises Unreadable with the reason."""
        if path in self._unreadable:
            raise Unreadable(self._unreadable[path])
        if path not in self._contents:
            try:
                if path in self.irregular:
                    raise Unreadable(self.irregular[path])
                self._contents[path] = self.source.read(path)
            except Unreadable as error:
                self._unreadable[path] = str(error)
                raise
        return self._contents[path]

    def data(self, path: str) -> bytes:
        """The bytes of a file that is small enough to be kept; raises Unreadable otherwise."""
        content = self.content(path)
        if content.data is not None:
            return content.data
        if content.size > KEPT:
            raise Unreadable("is too large to be read as a document")
        again = self.source.read(path)
        if again.digest != content.digest or again.data is None:
            raise Unreadable("changed after it was read")
        return again.data

    def release(self, paths: Iterable[str]) -> None:
        """Let go of the bytes of files that are done with; their digests stay pinned."""
        for path in paths:
            if path in self._contents:
                self._contents[path] = replace(self._contents[path], data=None)

    def open(self, path: str) -> BinaryIO:
        """The judged bytes for random access: kept ones, or verified chunk by chunk as they are read."""
        content = self.content(path)
        if content.size <= KEPT:
            return io.BytesIO(self.data(path))
        return io.BufferedReader(Verified(self.source.open_again(path), content, path), CHUNK)

    def read_paths(self) -> tuple[str, ...]:
        """The files that were read so far, sorted."""
        return tuple(sorted(self._contents))

    def change(self, path: str) -> str | None:
        """How a file that was read differs now, or None."""
        return self.source.moved(path, self._contents[path].stamp)

    def new_or_gone(self, folders: Iterable[str] = ("",)) -> tuple[str, ...]:
        """Paths below `folders` (default: the root) that appeared or vanished since the snapshot was taken."""
        moved: set[str] = set()
        for folder in folders:
            moved |= frozenset(self._below(folder)) ^ frozenset(self.source.listing(folder))
        return tuple(sorted(moved))

    def _below(self, folder: str) -> tuple[str, ...]:
        if not folder:
            return self.paths
        first, behind = bisect_left(self.paths, f"{folder}/"), bisect_left(self.paths, f"{folder}0")
        return self.paths[first:behind]  # "0" is the character after "/"


def _problem(entry: os.DirEntry[str]) -> str | None:
    try:
        entry.name.encode("utf-8")
    except UnicodeEncodeError:
        return "has a name that is not UTF-8"
    if entry.is_symlink():
        return "is a symbolic link, and links are not followed"
    mode = entry.stat(follow_symlinks=False).st_mode
    return None if stat.S_ISREG(mode) else "is not a regular file"
