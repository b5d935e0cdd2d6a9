"""The judged files, for whoever acts on a permit: exactly the bytes that were judged, or an exception.

A digest binds bytes and a path does not. What lies at a path may have been edited, linked elsewhere or
replaced since it was judged, so a builder reads through this and never opens the path itself.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from kfm_gates.errors import EngineError, PermitInvalid, PermitMismatch
from kfm_gates.evidence.digests import is_digest
from kfm_gates.model.finding import Json
from kfm_gates.permit.held import copy_judged, is_small, open_judged, read_judged, remove_folder, sealed
from kfm_gates.permit.sealed_view import write_view

_IN_MEMORY_AT_MOST = 64
"""So many files that were asked for by path are held as descriptors; further ones are copied."""


class Inputs:
    """The files that a decision rests on, by their paths below the evidence root.

    Nothing is read before it is asked for. Each file is compared with the digest that was judged, wholly,
    before its first byte is given out. Raises PermitMismatch for a path that was not judged, and PermitStale
    for a file that is not there or not as it was. `folder` is a private one for copies, which is removed when
    this is closed; without it one is made when it is needed.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        files: Mapping[str, str],
        subjects: Mapping[str, Sequence[str]] | None = None,
        *,
        folder: Path | None = None,
    ) -> None:
        self._root = Path(root)
        self._files = {path: _checked(path, digest) for path, digest in sorted(files.items())}
        self._subjects = {id: tuple(sorted(paths)) for id, paths in sorted((subjects or {}).items())}
        self._folder = folder
        self._by_path: dict[str, Path] = {}
        self._handles: list[int] = []
        self._owner = os.getpid()
        self._closed = False

    @classmethod
    def of_decision(
        cls, root: str | os.PathLike[str], statement: Json, *, folder: Path | None = None
    ) -> Inputs:
        """The files of a gate decision (`decision.json`), which must be the one that the permit names."""
        files: dict[str, str] = {}
        subjects: dict[str, list[str]] = {}
        for subject in statement["predicate"]["subjects"]:
            for file in subject["files"]:
                if files.setdefault(file["path"], file["digest"]) != file["digest"]:
                    raise PermitInvalid(
                        f"the decision names two digests for {file['path']}; run the gates again"
                    )
                subjects.setdefault(subject["id"], []).append(file["path"])
        return cls(root, files, subjects, folder=folder)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The ids of the subjects (`slug/version`), sorted."""
        return tuple(self._subjects)

    def of(self, subject: str) -> tuple[str, ...]:
        """The paths that were judged for one subject; raises PermitMismatch for one that was not judged."""
        if subject not in self._subjects:
            raise PermitMismatch(
                f"{subject!r} was not judged; what was: {', '.join(self._subjects) or 'nothing'}"
            )
        return self._subjects[subject]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def digest(self, path: str | os.PathLike[str]) -> str:
        """The digest that was judged for a path, without reading the file."""
        return self._judged(path)[1]

    def open(self, path: str | os.PathLike[str]) -> BinaryIO:
        """A file of the judged bytes: binary, seekable, read-only."""
        name, digest = self._judged(path)
        return open_judged(self._root, name, digest)

    def read(self, path: str | os.PathLike[str]) -> bytes:
        """The judged bytes; for files larger than 64 MiB `open` needs less memory."""
        with self.open(path) as file:
            return file.read()

    def path(self, path: str | os.PathLike[str]) -> Path:
        """A path of the judged bytes, for libraries that open files themselves; good until `close`.

        It names sealed memory of this process where the system has that and the file is at most 64 MiB, and a
        private copy otherwise. Processes that this one starts can read it too.
        """
        name, digest = self._judged(path)
        if name not in self._by_path:
            self._by_path[name] = self._in_memory(name, digest) or self._copied(name, digest)
        return self._by_path[name]

    def seal(self, folder: str | os.PathLike[str]) -> Path:
        """Copy every judged file into a new private folder, and return the folder that has them by their paths.

        Each content is there once, by digest, in `sha256/`; `view/` has the judged paths. All of it is
        read-only. Raises UsageError for a folder that has something in it or lies inside the evidence root.
        After an error nothing is left of it.
        """
        return write_view(self._root, self._files, Path(folder))

    def close(self) -> None:
        """Let go of what `path` made; files that `open` gave out stay as they are."""
        self._closed = True
        if os.getpid() != self._owner:
            return  # a forked worker: what is there belongs to the process that it came from
        for handle in self._handles:
            with contextlib.suppress(OSError):
                os.close(handle)
        self._handles.clear()
        self._by_path.clear()
        if self._folder is not None:
            remove_folder(self._folder)
            self._folder = None

    def __enter__(self) -> Inputs:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[type[Inputs], tuple[str, dict[str, str], dict[str, tuple[str, ...]]]]:
        # A worker that was not forked gets root and digests, and compares for itself.
        return type(self), (str(self._root), self._files, self._subjects)

    def _judged(self, path: str | os.PathLike[str]) -> tuple[str, str]:
        if self._closed:
            raise PermitMismatch("the run is over, and its inputs are closed")
        name = os.fspath(path)
        digest = self._files.get(name) if isinstance(name, str) else None
        if digest is None:
            raise PermitMismatch(
                f"{name!r} was not judged; give a path below the evidence root exactly as the decision lists it"
            )
        return name, digest

    def _in_memory(self, name: str, digest: str) -> Path | None:
        if len(self._handles) >= _IN_MEMORY_AT_MOST or not Path("/proc/self/fd").is_dir():
            return None
        try:
            size = os.lstat(self._root / name).st_size
        except OSError:
            return None  # whoever reads it says what is wrong with it
        if not is_small(size):
            return None
        data = read_judged(self._root, name, digest).data
        handle = None if data is None else sealed(name, data)
        if handle is None:
            return None
        self._handles.append(handle)
        return Path(f"/proc/{os.getpid()}/fd/{handle}")

    def _copied(self, name: str, digest: str) -> Path:
        try:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="kfm-gates-inputs-"))
            own = tempfile.mkdtemp(dir=self._folder)  # threads and forked workers never meet in it
        except OSError as error:
            raise EngineError(f"a private copy of {name} can't be written: {error.strerror}") from error
        return copy_judged(self._root, name, digest, Path(own) / PurePosixPath(name).name)


def _checked(path: str, digest: str) -> str:
    """The digest, if the path is a plain one below a root; no judge writes another."""
    parts = path.split("/")
    if path.startswith("/") or "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise PermitInvalid(f"{path!r} is no path below an evidence root; run the gates again")
    if not is_digest(digest):
        raise PermitInvalid(f"{path}: {digest!r} is no digest; run the gates again")
    return digest
