"""One run of a program that is not ours: no environment, a folder of its own, and an end in any case.

It is started in a process group of its own, with limits of memory that it can't raise, and whatever is left of
the group is killed when it has answered, said too much, or taken too long.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.engines.limits import Limits, environment
from kfm_gates.errors import EngineError

LONGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of standard output; more is a flood."""

_KEPT_ERRORS = 8192
_LIMITED = ("/bin/sh", "-c", 'ulimit -c 0 && ulimit -v "$0" && exec "$@"')


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    stdout: str
    stderr: str


def run(command: list[str], folder: Path, limits: Limits) -> Ended:
    """Run `command` (an absolute path first) in `folder`; raises EngineError when it gives no whole answer."""
    name = Path(command[0]).name
    if sys.platform == "linux":  # elsewhere the system refuses the limit; the wall clock still holds there
        command = [*_LIMITED, str(limits.memory_bytes // 1024), *command]
    # HOME is the folder, since conftest takes plugins from there, and a plugin may replace a command.
    settings = {**environment(), "HOME": str(folder), "TMPDIR": str(folder)}
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=settings,
            start_new_session=True,
        )
    except OSError as error:
        raise EngineError(f"{name} could not be started ({error.strerror}).") from error
    with process:
        try:
            out, errors = _read(process, name, time.monotonic() + limits.request_seconds)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
    if process.returncode < 0:
        raise EngineError(f"{name} was ended by signal {-process.returncode}{_said(errors)}.")
    try:
        return Ended(process.returncode, out.decode("utf-8"), errors.decode("utf-8", "replace"))
    except UnicodeDecodeError as error:
        raise EngineError(f"{name} answered with what is no text.") from error


def _read(process: subprocess.Popen[bytes], name: str, deadline: float) -> tuple[bytes, bytes]:
    """Everything that it says until it ends."""
    out, errors = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        for pipe, kept in ((process.stdout, out), (process.stderr, errors)):
            if pipe is None:
                raise EngineError(f"{name} has no pipe to its parent.")
            selector.register(pipe, selectors.EVENT_READ, kept)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise EngineError(f"{name} took too long and was killed{_said(errors)}.")
            for key, _ in ready:
                chunk = os.read(key.fd, 1 << 20)
                if not chunk:
                    selector.unregister(key.fileobj)
                    continue
                key.data.extend(chunk)
                del errors[:-_KEPT_ERRORS]
                if len(out) > LONGEST_ANSWER:
                    raise EngineError(
                        f"{name} answered with more than {LONGEST_ANSWER} bytes and was killed."
                    )
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise EngineError(f"{name} took too long and was killed{_said(errors)}.") from None
    return bytes(out), bytes(errors)


def _said(errors: bytes | bytearray) -> str:
    words = " ".join(bytes(errors).decode("utf-8", "replace").split())
    return f"; it last said: {words[-300:].strip()}" if words else ""
