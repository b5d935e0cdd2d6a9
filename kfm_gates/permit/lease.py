"""Leases: one run per target at a time, held on an open file, so that the kernel frees what a dead run held.

The lock lies on a file descriptor that the command inherits. It lasts as long as any process has that
descriptor: also when the launcher was killed, and no longer than the last of them (flock(2)). Serves R-063.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import fcntl
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from kfm_gates.errors import EngineError, LeaseHeld, UsageError
from kfm_gates.permit.holder import Holder, read_holder, write_holder

MOST = 256
"""How many targets one run may have: each costs a file descriptor."""

TARGET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}")
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)

Flock = Callable[[int, int], None]


@dataclass
class Lease:
    """One target, locked by this process and by whoever inherits `fd`."""

    target: str
    fd: int
    note: Path
    holder: Holder
    former: Holder | None
    """Who held it before and never said that it ended."""


class Leases:
    """The leases of one run: all of its targets, or none."""

    def __init__(self, held: tuple[Lease, ...]) -> None:
        self._held = held

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets, sorted."""
        return tuple(each.target for each in self._held)

    @property
    def fds(self) -> tuple[int, ...]:
        """What a process must inherit to hold the leases too."""
        return tuple(each.fd for each in self._held)

    @property
    def former(self) -> tuple[tuple[str, Holder], ...]:
        """Targets whose former holder died, with that holder."""
        return tuple((each.target, each.former) for each in self._held if each.former is not None)

    def name(self, nonce: str) -> None:
        """Write the permit's nonce beside each lock: the fencing token."""
        self._note(nonce=nonce)

    def end(self) -> None:
        """Say that the run ended, and let go. A process that inherited the locks keeps them."""
        try:
            self._note(ended=now())
        finally:
            self.drop()

    def drop(self) -> None:
        """Let go without a word, as a process that dies does."""
        held, self._held = self._held, ()
        for each in held:
            os.close(each.fd)

    def _note(self, nonce: str | None = None, ended: str | None = None) -> None:
        for each in self._held:
            each.holder = replace(
                each.holder, nonce=nonce or each.holder.nonce, ended=ended or each.holder.ended
            )
            write_holder(each.note, each.target, each.holder)


def refuse_names(targets: Iterable[str]) -> None:
    """Raise UsageError for what is no name of a target, and for too many."""
    names = list(targets)
    for name in names:
        if not TARGET.fullmatch(name):
            raise UsageError(
                f"{name!r} is no name of a target; write up to 200 letters, digits and . _ : / @ -, "
                "such as tiles:kansas-counties"
            )
    if len(set(names)) > MOST:
        raise UsageError(f"a run has at most {MOST} targets, not {len(set(names))}; name them by --target")


def take(store: Path, targets: Iterable[str], run: str, lock: Flock = fcntl.flock) -> Leases:
    """Take the leases of all targets, or none.

    Raises LeaseHeld, which says by whom; UsageError where nothing can be written; EngineError on a file
    system on which locks hold nobody off.
    """
    names = sorted(set(targets))
    refuse_names(names)
    folder = store / "leases"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: the leases can't be kept there: {error.strerror}") from error
    held: list[Lease] = []
    try:
        for name in names:
            held.append(_take(folder, name, Holder.here(run, now()), lock))
    except BaseException:
        for each in held:
            if each.former is not None:  # nobody has recorded yet that it died
                with contextlib.suppress(UsageError):
                    write_holder(each.note, each.target, each.former)
        Leases(tuple(each for each in held if each.former is not None)).drop()
        Leases(tuple(each for each in held if each.former is None)).end()
        raise
    return Leases(tuple(held))


def holder_of(store: Path, target: str) -> Holder | None:
    """Who holds the lease of a target now; None when it is free. Changes nothing."""
    path = _lock_path(store / "leases", target)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return read_holder(path.with_suffix(".json")) or Holder.unknown()
    finally:
        os.close(handle)
    return None


def _lock_path(folder: Path, target: str) -> Path:
    return folder / f"{hashlib.sha256(target.encode()).hexdigest()}.lock"


def _take(folder: Path, target: str, holder: Holder, lock: Flock) -> Lease:
    path = _lock_path(folder, target)
    note = path.with_suffix(".json")
    handle = _open(path)
    try:
        if not _locked_soon(handle, path, lock):
            raise LeaseHeld(_refusal(target, read_holder(note)))
        _prove(path, handle, lock)
        former = read_holder(note)
        write_holder(note, target, holder)
    except BaseException:
        os.close(handle)
        raise
    return Lease(target, handle, note, holder, former if former and not former.ended else None)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise UsageError(f"{path}: the lease can't be opened: {error.strerror}") from error


def _locked(handle: int, path: Path, lock: Flock) -> bool:
    try:
        lock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        hint = "; put the store on a local disk" if error.errno in _NO_LOCKS else ""
        raise EngineError(f"{path}: can't be locked: {error.strerror}{hint}") from error
    return True


def _locked_soon(handle: int, path: Path, lock: Flock) -> bool:
    """Whoever only looks whether a lease is free holds it for a moment (`holder_of`): that is waited for."""
    for _ in range(3):
        if _locked(handle, path, lock):
            return True
        time.sleep(0.02)
    return False


def _prove(path: Path, handle: int, lock: Flock) -> None:
    """Try to take the lock a second time: where that works, a lock holds nobody off."""
    second = _open(path)
    try:
        if not os.path.samestat(os.fstat(second), os.fstat(handle)):
            raise LeaseHeld(f"{path}: was replaced while it was being locked; try again")
        if _locked(second, path, lock):
            raise EngineError(
                f"{path}: locks hold nobody off on this file system; put the store on a local disk"
            )
    finally:
        os.close(second)


def _refusal(target: str, holder: Holder | None) -> str:
    if holder is None:
        return (
            f"the target {target} is held by another process that has just begun; try again when it has ended"
        )
    if holder.ended:
        return (
            f"the target {target} is still held by a process that the run {holder.run} left behind "
            f"when it ended at {holder.ended}; end that process first"
        )
    return f"the target {target} is held by {holder.described(now())}; try again when it has ended"


def now() -> str:
    """This moment, as it is written down: UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
