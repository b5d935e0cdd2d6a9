"""Bytes that were compared with their digest and can't change any more: sealed memory, or a private copy."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import os
import shutil
import sys
from pathlib import Path
from typing import Any, BinaryIO

from kfm_gates.errors import EngineError, EvidenceError, PermitStale
from kfm_gates.evidence.reading import CHUNK, KEPT, Content, Unreadable, open_regular, read_once
from kfm_gates.evidence.verified import Verified

AGAIN = "it is not what was judged; run the gates again"


def read_judged(root: Path, path: str, digest: str) -> Content:
    """The content of a file, read once, if it is what was judged; raises PermitStale otherwise."""
    try:
        content = read_once(root, path)
    except (Unreadable, OSError) as error:
        raise stale(path, error) from error
    if content.digest != digest:
        raise PermitStale(f"{path}: has the digest {content.digest}, not {digest}: {AGAIN}")
    return content


def open_judged(root: Path, path: str, digest: str) -> BinaryIO:
    """A read-only, seekable file of the judged bytes: all of them were compared before the first is given out.

    Files up to 64 MiB are held in memory (sealed, where the system can), so that nothing that happens to the
    file afterwards matters. Larger ones are hashed first, and then each MiB again as it is read.
    """
    content = read_judged(root, path, digest)
    if content.data is not None:
        return in_memory(path, content.data)
    try:
        handle = os.fdopen(open_regular(root, path), "rb", buffering=0)
    except Unreadable as error:
        raise stale(path, error) from error
    return io.BufferedReader(_Judged(handle, content, path), CHUNK)


def in_memory(path: str, data: bytes) -> BinaryIO:
    """A file of these bytes that nobody can write to, not even through another handle."""
    handle = sealed(path, data)
    if handle is None:
        return io.BufferedReader(io.BytesIO(data))  # which has no write
    return os.fdopen(handle, "rb")


def sealed(path: str, data: bytes) -> int | None:
    """A descriptor of sealed memory with these bytes; None where the system has none (not Linux), or no more."""
    if sys.platform != "linux":
        return None
    try:
        handle = os.memfd_create(Path(path).name[:200], os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except OSError:
        return None  # no more descriptors or memory; the caller has another way to hold the bytes
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
        fcntl.fcntl(handle, fcntl.F_ADD_SEALS, seals)
        os.lseek(handle, 0, os.SEEK_SET)
    except BaseException:
        os.close(handle)
        raise
    return handle


def copy_judged(root: Path, path: str, digest: str, to: Path) -> Path:
    """Copy a file to `to` (mode 0400), hashing what is copied; leaves nothing there unless it was judged.

    Raises PermitStale when the bytes are others, EngineError when they can't be written.
    """
    try:
        source = open_regular(root, path)
    except Unreadable as error:
        raise stale(path, error) from error
    whole = hashlib.sha256()
    try:
        with contextlib.closing(os.fdopen(source, "rb", buffering=0)) as file, _created(to) as copy:
            while piece := _read(file, path):
                whole.update(piece)
                copy.write(piece)
            copy.flush()
            os.fchmod(copy.fileno(), 0o400)
        found = f"sha256:{whole.hexdigest()}"
        if found != digest:
            raise PermitStale(f"{path}: has the digest {found}, not {digest}: {AGAIN}")
    except OSError as error:
        _forget(to)
        raise EngineError(f"{to}: the private copy of {path} can't be written: {error.strerror}") from error
    except BaseException:
        _forget(to)
        raise
    return to


def remove_folder(folder: Path) -> None:
    """Remove a private folder whose folders may be read-only. What is not there is no error."""
    for inner, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            os.chmod(inner, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def stale(path: str, reason: Exception) -> PermitStale:
    """What is raised for a file that can't be read as it was judged."""
    said = reason.strerror if isinstance(reason, OSError) else str(reason)
    return PermitStale(f"{path}: {said}: {AGAIN}")


def is_small(size: int) -> bool:
    """Whether a file of this many bytes is held in memory."""
    return size <= KEPT


class _Judged(Verified):
    """A large file that refuses, with PermitStale, what is no longer as it was judged."""

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """See Verified."""
        try:
            return super().readinto(buffer)
        except (EvidenceError, OSError) as error:
            raise PermitStale(f"{self._path}: changed while it was read: {AGAIN}") from error


def _created(path: Path) -> BinaryIO:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    return os.fdopen(handle, "wb")


def _read(file: Any, path: str) -> bytes:
    try:
        piece: bytes = file.read(CHUNK)
    except OSError as error:
        raise stale(path, error) from error
    return piece


def _forget(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
