"""One child process that runs one engine, with a memory limit and a wall-clock limit per request.

Engines crash (SIGSEGV), loop, hold the interpreter lock and eat memory; a signal or a thread can't stop them.
A child process can be killed, and its death is an answer: `EngineError`. A worker that has failed stays
failed; only a fresh `Worker` works again.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from kfm_gates.engines import frames
from kfm_gates.engines.guarding import sentence
from kfm_gates.engines.limits import LIMITS, Limits, environment
from kfm_gates.engines.worker_tail import Tail
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

PIPE_BYTES = 1024 * 1024


class Worker:
    """A child process for `service`. Use as a context manager, or `start` and `close`; close kills."""

    def __init__(self, service: str, limits: Limits | None = None) -> None:
        self.service = service
        self.limits = limits or LIMITS.get(service, Limits())
        self._process: subprocess.Popen[bytes] | None = None
        self._tail = Tail()
        self._failure: str | None = None
        self._ready = False
        self._tickets = itertools.count(1)
        self._answered: dict[int, Json] = {}
        self._outbox = bytearray()
        self._inbox = bytearray()

    @property
    def failed(self) -> bool:
        """Whether this worker can't be used any more."""
        return self._failure is not None

    @property
    def pid(self) -> int | None:
        """The child's process id, None before the start."""
        return None if self._process is None else self._process.pid

    def start(self) -> Worker:
        """Start the child and return at once: its imports overlap with the caller's work."""
        if self._process is not None or self.failed:
            raise EngineError(f"The {self.service} worker was started before; make a fresh one.")
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", "kfm_gates.engines.worker_main", self.service],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd="/",
                env=environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise self._fail(f"could not be started ({sentence(error)})") from error
        process = self._process
        for pipe in (process.stdin, process.stdout):
            os.set_blocking(_descriptor(pipe), False)
        with contextlib.suppress(AttributeError, OSError):  # Linux only; elsewhere the outbox waits a little
            fcntl.fcntl(_descriptor(process.stdin), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._tail.follow(_descriptor(process.stderr))
        limits = {"memory_bytes": self.limits.memory_bytes, "cpu_seconds": self.limits.cpu_seconds}
        self._outbox += frames.encode(limits)
        self._push()
        return self

    def post(self, payload: Json) -> int:
        """Queue a request and return at once, with the ticket that `answer` takes."""
        self._usable()
        ticket = next(self._tickets)
        try:
            self._outbox += frames.encode({"id": ticket, "payload": payload})
        except (ValueError, TypeError, RecursionError) as error:
            # Nothing was sent, so the worker is as good as before.
            raise EngineError(f"The {self.service} worker can't be sent this: {sentence(error)}.") from error
        self._push()
        return ticket

    def answer(self, ticket: int, timeout: float | None = None) -> Json:
        """Wait for the answer to `ticket`, for at most `timeout` seconds (default: the worker's limit).

        Raises EngineError when the service says so, and when the child died, was too slow or sent nonsense.
        """
        self._usable()
        if not self._ready:
            self._await_ready()
        deadline = time.monotonic() + (self.limits.request_seconds if timeout is None else timeout)
        while ticket not in self._answered:
            reply = self._receive(deadline, "answer a request")
            if not isinstance(reply, dict) or "id" not in reply:
                raise self._fail("sent an answer that belongs to no request")
            self._answered[reply["id"]] = reply
        reply = self._answered.pop(ticket)
        if "error" in reply:
            if reply.get("fatal"):
                raise self._fail(f"can't go on: {reply['error']}")
            raise EngineError(str(reply["error"]))
        if "answer" not in reply:
            raise self._fail("sent an answer without content")
        return reply["answer"]

    def request(self, payload: Json, timeout: float | None = None) -> Json:
        """Send `payload` and wait for its answer; see `answer`."""
        return self.answer(self.post(payload), timeout)

    def close(self) -> None:
        """Kill the child and everything it started. Safe to call twice."""
        if self._failure is None:
            self._failure = "was closed"
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        self._tail.finish(process.stderr)

    def __enter__(self) -> Worker:
        return self if self._process is not None else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _usable(self) -> None:
        if self._process is None and not self.failed:
            self.start()
        if self._failure is not None:
            raise EngineError(f"The {self.service} worker {self._failure}; only a fresh worker can go on.")

    def _await_ready(self) -> None:
        hello = self._receive(time.monotonic() + self.limits.start_seconds, "get ready")
        if not isinstance(hello, dict) or hello.get("ready") != self.service:
            reason = (
                hello.get("error", "its first message is not a greeting")
                if isinstance(hello, dict)
                else hello
            )
            raise self._fail(f"could not get ready: {reason}")
        here = str(Path(__file__).resolve().parent.parent)
        if hello.get("home") != here:
            raise self._fail(f"runs another installation of kfm_gates ({hello.get('home')}, not {here})")
        self._ready = True

    def _push(self) -> None:
        """Write what the pipe takes without waiting."""
        if not self._outbox or self._process is None:
            return
        try:
            written = os.write(_descriptor(self._process.stdin), self._outbox)
        except BlockingIOError:
            return
        except OSError:
            # The child has closed its end. Why, is in what it said last: reading finds that, or its death.
            self._outbox.clear()
            return
        del self._outbox[:written]

    def _receive(self, deadline: float, doing: str) -> Json:
        """The next frame from the child, while what is left of the outbox is written."""
        needed = frames.HEADER.size
        try:
            while True:
                if len(self._inbox) >= frames.HEADER.size:
                    needed = frames.HEADER.size + frames.body_length(bytes(self._inbox[: frames.HEADER.size]))
                    if len(self._inbox) >= needed:
                        body = bytes(self._inbox[frames.HEADER.size : needed])
                        del self._inbox[:needed]
                        return frames.decode(body)
                self._wait(deadline, doing)
        except ValueError as error:
            raise self._fail(f"sent a message that can't be read ({sentence(error)})") from error

    def _wait(self, deadline: float, doing: str) -> None:
        """Move bytes in either direction once, or fail at the deadline or at the child's end."""
        process = self._process
        if process is None:
            raise self._fail("is not running")
        out, into = _descriptor(process.stdout), _descriptor(process.stdin)
        poll = select.poll()
        poll.register(out, select.POLLIN | select.POLLHUP)
        if self._outbox:
            poll.register(into, select.POLLOUT)
        left = deadline - time.monotonic()
        events = poll.poll(max(0.0, left) * 1000) if left > 0 else []
        if not events:
            raise self._fail(f"took too long to {doing} and was killed")
        for descriptor, _ in events:
            if descriptor == into:
                self._push()
                continue
            chunk = os.read(out, 1 << 20)
            if not chunk:
                raise self._fail(self._cause_of_death())
            self._inbox += chunk

    def _cause_of_death(self) -> str:
        process = self._process
        if process is None:
            return "is not running"
        try:
            code = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "closed its output"
        if code >= 0:
            return f"ended with exit code {code}"
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"

    def _fail(self, reason: str) -> EngineError:
        """Remember the failure, kill the child, and make the error that says so."""
        self._failure = reason
        self.close()
        said = self._tail.text()
        return EngineError(
            f"The {self.service} worker {reason}." + (f" It last said: {said}" if said else "")
        )


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise EngineError("A worker has no pipe to its parent.")
    return pipe.fileno()
