"""Reading one file once, without being led elsewhere.

A file is opened without following links, must be a regular file, is hashed as it is read, and is
looked at again with fstat afterwards. It is never memory-mapped: a truncation while mapped kills the
process with SIGBUS, and a gate must not die without a verdict.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20
"""Size of the pieces that large files are pinned by, in bytes."""

KEPT = 64 << 20
"""Files up to this size are kept in memory; larger ones are pinned by chunk digests."""

Stamp = tuple[int, int, int, int, int]
"""Device, inode, size, mtime and ctime in nanoseconds: differs when a file was touched."""


class Unreadable(Exception):
    """A file that can't be read as evidence; the message is the reason, without the path."""


@dataclass(frozen=True)
class Content:
    """One file as it was read: its digest, its bytes (or the digests of its chunks), its stamp."""

    size: int
    digest: str
    data: bytes | None
    chunks: tuple[bytes, ...]
    stamp: Stamp | None


def stamp_of(status: os.stat_result) -> Stamp:
    """What identifies the state of a file at one moment."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def open_regular(root: Path, path: str) -> int:
    """Open `path` below `root` for reading, refusing links in every component.

    Returns a file descriptor. Raises Unreadable with the reason.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    directory = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        *parents, name = path.split("/")
        for parent in parents:
            inner = os.open(parent, flags | os.O_DIRECTORY, dir_fd=directory)
            os.close(directory)
            directory = inner
        handle = os.open(name, flags, dir_fd=directory)
    except OSError as error:
        raise Unreadable(reason(error)) from error
    finally:
        os.close(directory)
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise Unreadable("is a directory" if stat.S_ISDIR(status.st_mode) else "is not a regular file")
    return handle


def read_once(root: Path, path: str) -> Content:
    """Read and hash one file; raises Unreadable, also when it changes while it is read."""
    handle = open_regular(root, path)
    try:
        before = os.fstat(handle)
        whole, kept, chunks, size = hashlib.sha256(), bytearray(), list[bytes](), 0
        while piece := _read_chunk(handle):
            whole.update(piece)
            size += len(piece)
            if before.st_size <= KEPT:
                kept += piece
            else:
                chunks.append(hashlib.sha256(piece).digest())
        after = os.fstat(handle)
    except OSError as error:
        raise Unreadable(reason(error)) from error
    finally:
        os.close(handle)
    if stamp_of(before) != stamp_of(after) or size != after.st_size:
        raise Unreadable("changed while it was read")
    data = bytes(kept) if before.st_size <= KEPT else None
    return Content(size, f"sha256:{whole.hexdigest()}", data, tuple(chunks), stamp_of(after))


def _read_chunk(handle: int) -> bytes:
    """The next chunk, whole unless the file ends: reads may return less than was asked for."""
    piece = os.read(handle, CHUNK)
    while piece and len(piece) < CHUNK:
        more = os.read(handle, CHUNK - len(piece))
        if not more:
            break
        piece += more
    return piece


def reason(error: OSError) -> str:
    """Why a file could not be opened or read, as the end of a sentence that begins with its path."""
    import errno

    reasons = {
        errno.ELOOP: "is a symbolic link, and links are not followed",
        errno.ENOTDIR: "lies behind a symbolic link or a file, and links are not followed",
        errno.ENOENT: "does not exist",
        errno.EACCES: "can't be read: permission denied",
        errno.EPERM: "can't be read: not permitted",
        errno.EISDIR: "is a directory",
        errno.ENXIO: "is not a regular file",
    }
    return reasons.get(error.errno or 0, f"can't be read: {error.strerror}")
