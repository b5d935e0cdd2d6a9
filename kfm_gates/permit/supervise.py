"""Watching over the command: signals are passed on, its end is waited for, the lease is looked after."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType

from kfm_gates.errors import EngineError

FORWARDED = tuple(
    getattr(signal, name)
    for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGALRM")
)
_FROM_KEYS = (signal.SIGINT, signal.SIGQUIT, signal.SIGWINCH)
"""Signals that a terminal sends to every process of the job: the command has got them already."""

_KERNEL = 0x80
LOOK_EVERY = 5.0
"""Seconds between two looks at a lease that can be lost."""


@dataclass(frozen=True)
class Ended:
    """How the command ended: with an exit code, or by a signal."""

    status: int

    @property
    def exit_code(self) -> int | None:
        """The exit code; None when a signal ended it."""
        return None if os.WIFSIGNALED(self.status) else os.WEXITSTATUS(self.status)

    @property
    def signal(self) -> str | None:
        """The name of the signal that ended it."""
        if not os.WIFSIGNALED(self.status):
            return None
        number = os.WTERMSIG(self.status)
        with contextlib.suppress(ValueError):
            return signal.Signals(number).name
        return f"signal {number}"

    @property
    def passed_on(self) -> int:
        """The exit code as a shell gives it: 128 and the number of the signal."""
        code = self.exit_code
        return 128 + os.WTERMSIG(self.status) if code is None else code


@dataclass(frozen=True)
class Signals:
    """What the launcher changed of its signals, which the command must not inherit."""

    mask: set[signal.Signals]
    restored: tuple[signal.Signals, ...]


@contextlib.contextmanager
def signals_held() -> Iterator[Signals]:
    """Keep the signals that are passed on waiting, so that none is lost or ends the launcher."""
    watched = (*FORWARDED, signal.SIGCHLD)
    # What was ignored before (nohup) stays ignored in the command.
    restored = tuple(each for each in watched if signal.getsignal(each) is not signal.SIG_IGN)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    before = {each: signal.signal(each, _nothing) for each in (*restored, signal.SIGCHLD)}
    try:
        yield Signals({signal.Signals(each) for each in mask}, (*restored, signal.SIGCHLD))
    finally:
        for each, handler in before.items():
            signal.signal(each, signal.SIG_DFL if handler is None else handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def wait_for(pid: int, look: Callable[[], bool] | None = None) -> Ended:
    """Wait for the end of the command. `look` says now and then whether the lease is still held.

    When it is not, the command is asked to end (SIGTERM, once): another host may write to its target by now.
    """
    asked = False
    while True:
        ended, status = _waited(pid)
        if ended:
            return Ended(status)
        arrived = _arrived(LOOK_EVERY if look is not None and not asked else None)
        if arrived is None:
            if look is not None and not look():
                asked = True
                _pass_on(pid, signal.SIGTERM)
            continue
        number, from_keys = arrived
        if number != signal.SIGCHLD and not from_keys:
            _pass_on(pid, number)


def _waited(pid: int) -> tuple[bool, int]:
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError as error:
        raise EngineError("how the command ended can't be known: somebody else waited for it") from error
    return ended == pid, status


def _arrived(seconds: float | None) -> tuple[int, bool] | None:
    """The next signal, and whether the command got it too; None when none came in time."""
    watched = (*FORWARDED, signal.SIGCHLD)
    if hasattr(signal, "sigtimedwait"):
        info = signal.sigwaitinfo(watched) if seconds is None else signal.sigtimedwait(watched, seconds)
        return (
            None if info is None else (info.si_signo, info.si_code == _KERNEL and info.si_signo in _FROM_KEYS)
        )
    return _arrived_without_sender(watched, seconds)


def _arrived_without_sender(
    watched: tuple[signal.Signals, ...], seconds: float | None
) -> tuple[int, bool] | None:
    """Where the system does not say who sent a signal (macOS): the keys of the terminal whose job this is."""
    previous = signal.setitimer(signal.ITIMER_REAL, seconds) if seconds is not None else None
    try:
        number = signal.sigwait(watched)
    finally:
        if previous is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
    if seconds is not None and number == signal.SIGALRM:
        return None
    return number, number in _FROM_KEYS and _in_foreground()


def _in_foreground() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _pass_on(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _nothing(number: int, frame: FrameType | None) -> None:
    """A handler, so that the signal is kept waiting rather than thrown away."""
