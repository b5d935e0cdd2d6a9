"""The files of a permit store: opened without links, made once, on the disk before anyone relies on them."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kfm_gates.errors import EngineError, UsageError
from kfm_gates.model.finding import Json

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ID = re.compile(rb"[0-9a-f]{32}\n")
_LARGEST = 1 << 20
_PATIENCE = 10.0
"""Seconds to wait for another process that changes the store; each change takes milliseconds."""


def open_store(folder: Path, root: Path | None) -> tuple[Path, int]:
    """The real place of a store and a descriptor of it; the folder is made where there is none.

    Raises UsageError for a place that can't be trusted, EngineError for one that can't be used.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = folder.parent.resolve() / folder.name
        if root is not None:
            _refuse_inside(place, root.resolve())
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=0o700)
            _sync(place.parent)
        handle = os.open(place, _FOLDER)
    except OSError as error:
        raise _cannot(folder, "opened", error) from error
    try:
        _refuse_shared(place, os.fstat(handle), os.stat(place.parent))
    except BaseException:
        os.close(handle)
        raise
    return place, handle


def identity(handle: int, place: Path) -> str:
    """The id of the store, made when the store is new; UsageError for a folder that is another thing."""
    try:
        data = read_private(handle, "id", place)
        if data is None:
            strange = [name for name in os.listdir(handle) if not name.startswith((".id.", "lost+found"))]
            if strange and "id" not in strange:
                raise UsageError(
                    f"{place}: is no permit store and not empty ({sorted(strange)[0]!r} lies there); name an empty "
                    "or new folder"
                )
            _link_whole(handle, "id", f"{secrets.token_hex(16)}\n".encode("ascii"))
            data = read_private(handle, "id", place)
    except OSError as error:
        raise _cannot(place, "set up", error) from error
    if data is None or not _ID.fullmatch(data):
        raise EngineError(
            f"{place}/id: is no id of a permit store; restore it, or begin a new store elsewhere"
        )
    return data.decode("ascii").strip()


def subfolder(handle: int, name: str, place: Path) -> int:
    """A descriptor of a private folder in the store; the caller closes it. `name` is one segment."""
    try:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=handle)
            os.fsync(handle)
        inner = os.open(name, _FOLDER, dir_fd=handle)
    except OSError as error:
        raise _cannot(place / name, "opened", error) from error
    try:
        _refuse_shared(place / name, os.fstat(inner), None)
    except BaseException:
        os.close(inner)
        raise
    return inner


def create_once(handle: int, name: str, record: Json, place: Path) -> bool:
    """Write a record that must not exist yet, and see it on the disk. False when it is there already.

    Raises EngineError when that fails. A record that could be begun stays: what it stands for has happened.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        file = os.open(name, flags, 0o600, dir_fd=handle)
    except FileExistsError:
        return False
    except OSError as error:
        raise _cannot(place / name, "written", error) from error
    try:
        with os.fdopen(file, "wb") as out:
            out.write(_line(record))
            out.flush()
            os.fsync(out.fileno())
        os.fsync(handle)
    except OSError as error:
        raise _cannot(place / name, "written to the disk", error) from error
    return True


def create_whole(handle: int, name: str, record: Json, place: Path) -> bool:
    """The same for a record that is nothing until it is whole: one that could not be written is not there."""
    try:
        return _link_whole(handle, name, _line(record))
    except OSError as error:
        raise _cannot(place / name, "written", error) from error


def _link_whole(handle: int, name: str, data: bytes) -> bool:
    """Write a file beside its place and link it there, so that it is whole, and one of several wins."""
    temporary = f".{name}.{secrets.token_hex(8)}"
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=handle)
    try:
        with os.fdopen(file, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.link(temporary, name, src_dir_fd=handle, dst_dir_fd=handle)
    except FileExistsError:
        return False
    finally:
        os.unlink(temporary, dir_fd=handle)
    os.fsync(handle)
    return True


def _line(record: Json) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace") + b"\n"


def read_private(handle: int, name: str, place: Path) -> bytes | None:
    """The bytes of a small regular file, or None when there is no such file."""
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=handle)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _cannot(place / name, "read", error) from error
    with os.fdopen(file, "rb") as data:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise EngineError(f"{place / name}: is not a regular file; find out who put it there")
        return data.read(_LARGEST)


@contextmanager
def locked(handle: int, place: Path) -> Iterator[None]:
    """Hold the lock of the store; EngineError when another process does not let go of it."""
    try:
        file = os.open("lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=handle)
    except OSError as error:
        raise _cannot(place / "lock", "opened", error) from error
    try:
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > end:
                    raise EngineError(
                        f"{place}: another process holds the lock of the permit store for more than "
                        f"{_PATIENCE:g} s; see what it does, then try again"
                    ) from error
                time.sleep(0.005)
            except OSError as error:
                raise _cannot(place / "lock", "locked", error) from error
        yield
    finally:
        os.close(file)


def _refuse_inside(place: Path, root: Path) -> None:
    if place == root or root in place.parents:
        raise UsageError(
            f"{place}: the permit store can't lie inside the evidence root ({root}); give --store a folder outside"
        )
    if place in root.parents:
        raise UsageError(
            f"{place}: the evidence root ({root}) can't lie inside the permit store; give --store another folder"
        )


def _refuse_shared(place: Path, status: os.stat_result, parent: os.stat_result | None) -> None:
    """Refuse a folder that somebody else could change, or put another in the place of."""
    if status.st_uid != os.geteuid():
        raise UsageError(
            f"{place}: the permit store belongs to another user (id {status.st_uid}); each user has a store of "
            "their own"
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise UsageError(
            f"{place}: others can write to the permit store; `chmod 700` it after looking at what lies there"
        )
    if parent is not None and parent.st_mode & stat.S_IWOTH and not parent.st_mode & stat.S_ISVTX:
        raise UsageError(
            f"{place.parent}: anyone can put another folder in the place of the permit store; `chmod o-w` it"
        )


def _sync(folder: Path) -> None:
    handle = os.open(folder, _FOLDER & ~os.O_NOFOLLOW)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot(place: Path, what: str, error: OSError) -> EngineError | UsageError:
    """The sentence for a store that can't be used."""
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return UsageError(
            f"{place}: is a symbolic link or no folder, and the permit store must be one; name the folder itself"
        )
    return EngineError(
        f"{place}: the permit store can't be {what}: {error.strerror}; nothing may run without it"
    )
