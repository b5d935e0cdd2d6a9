"""The command, as a child that waits at a pipe: it begins only when it is told to, and never by itself.

Between fork and exec the child waits for one byte. If the launcher dies before it has sent it, the pipe ends
and so does the child: what was not logged as started did not run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from kfm_gates.errors import CommandNotFound, EngineError

_NEVER_RAN = 125


def find(name: str, path: str | None) -> str:
    """The program that a command names, as a shell finds it. Raises CommandNotFound."""
    found = shutil.which(name, path=path)
    if found is not None:
        return found
    if os.path.exists(name) and os.sep in name:
        raise CommandNotFound(f"{name}: can't be executed; is it a program, and may you execute it?")
    raise CommandNotFound(f"{name}: command not found")


@dataclass
class Child:
    """A process that waits at its pipe until `go`."""

    pid: int
    left: int
    """The reading end of a pipe that it and its children have: it ends when all of them are gone."""
    _gate: int
    _failure: int

    def go(self) -> None:
        """Let the command begin. Raises CommandNotFound when the system can't execute it."""
        try:
            os.write(self._gate, b"g")
        except BrokenPipeError:
            pass  # it was ended while it waited: how, its status says
        finally:
            self._close_gate()
        said = b""
        while chunk := os.read(self._failure, 64):
            said += chunk
        if said:
            number = int(said)
            hint = "; does it begin with `#!`?" if number == errno.ENOEXEC else ""
            raise CommandNotFound(f"the command can't be executed: {os.strerror(number)}{hint}")

    def abandon(self) -> None:
        """End it without having begun."""
        self._close_gate()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    def close(self) -> None:
        """Close what the launcher has of it."""
        self._close_gate()
        for handle in (self._failure, self.left):
            with contextlib.suppress(OSError):
                os.close(handle)

    def _close_gate(self) -> None:
        if self._gate >= 0:
            os.close(self._gate)
            self._gate = -1


def prepare(
    program: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    inherited: Iterable[int],
    restored: Iterable[signal.Signals],
    mask: Iterable[signal.Signals],
) -> Child:
    """Fork a child that will become the command.

    `restored` are signals whose handlers are the launcher's own; `mask` is what was blocked before the launcher.
    """
    gate_in, gate_out = os.pipe()
    failure_in, failure_out = os.pipe()
    left_in, left_out = os.pipe()
    try:
        pid = os.fork()
    except OSError as error:
        for handle in (gate_in, gate_out, failure_in, failure_out, left_in, left_out):
            os.close(handle)
        raise EngineError(f"no process can be started: {error.strerror}") from error
    if pid == 0:
        try:
            for handle in (gate_out, failure_in, left_in):
                os.close(handle)
            for handle in (*inherited, left_out):
                os.set_inheritable(handle, True)
            _become(program, command, environment, gate_in, restored, mask)
        except OSError as error:
            os.write(failure_out, str(error.errno or errno.EIO).encode())
        except BaseException:
            os.write(failure_out, str(errno.EIO).encode())
        finally:
            os._exit(_NEVER_RAN)
    for handle in (gate_in, failure_out, left_out):
        os.close(handle)
    return Child(pid, left_in, gate_out, failure_in)


def _become(
    program: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    gate: int,
    restored: Iterable[signal.Signals],
    mask: Iterable[signal.Signals],
) -> NoReturn:
    if os.read(gate, 1) != b"g":
        os._exit(_NEVER_RAN)
    # As a program finds it: not with what Python ignores, nor with the launcher's handlers.
    for each in (*restored, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(each, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    os.execve(program, list(command), dict(environment))
