"""The run log: what was admitted, started and closed, one line each, chained by digests, in the permit store.

A line is canonical JSON (RFC 8785) and names the digest of the line before it, so that no line can be
edited, moved or taken out of the middle. Whoever appends holds a lock and acts only after fsync. So what
stands at the end of the file without a newline is a write that nobody acted upon.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import EngineError, KfmGatesError, UsageError
from kfm_gates.evidence.canonical import jcs
from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json
from kfm_gates.permit.lease import now

NAME = "runs.jsonl"
KINDS = ("admitted", "started", "closed", "settled", "taken_over", "mended")
LONGEST = 128 * 1024
"""The longest line, in bytes: enough for as many targets as a run may have."""

_PATIENCE = 30.0
_WAY_OUT = "keep it for whoever looks into it, and give --store another folder until that is settled"


@dataclass(frozen=True)
class Entry:
    """One line. `fields` is all of it."""

    seq: int
    ts: str
    kind: str
    run: str
    fields: Mapping[str, Json]

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets that it speaks of."""
        return tuple(self.fields.get("targets", ()))


class RunLog:
    """The log of one permit store. Any number of processes may append at once."""

    def __init__(self, store: Path) -> None:
        self.path = store / NAME

    def read(self) -> tuple[Entry, ...]:
        """Every whole line, with the chain proven. Raises EngineError where it is broken."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise UsageError(f"{self.path}: the run log can't be read: {error.strerror}") from error
        with os.fdopen(handle, "rb") as file, self._locked(handle, fcntl.LOCK_SH):
            return tuple(self._entries(file.read()))

    def append(self, kind: str, run: str, **fields: Json) -> Entry:
        """Add a line; on disk when this returns, and not there when it raises EngineError or UsageError."""
        return self._append([(kind, run, fields)])

    def mend(self, run: str) -> None:
        """Bring the end of the file in order, if a write was cut off there, and record that."""
        if self.path.exists():
            self._append([], run)

    def _append(self, lines: list[tuple[str, str, dict[str, Json]]], by: str = "") -> Entry:
        handle = self._open()
        try:
            with self._locked(handle, fcntl.LOCK_EX):
                size, seq, last = self._tail(handle)
                torn = os.pread(handle, LONGEST, size)
                if torn:
                    lines = [("mended", by or lines[0][1], _described(torn)), *lines]
                data, entry = b"", Entry(-1, "", "", "", {})
                for kind, run, fields in lines:
                    entry = Entry(seq, now(), kind, run, fields)
                    line = jcs({**fields, "seq": seq, "prev": last, "ts": entry.ts, "kind": kind, "run": run})
                    if kind not in KINDS or len(line) > LONGEST:
                        raise EngineError(
                            f"{self.path}: a line of {len(line)} bytes ({kind}) can't be logged"
                        )
                    data, seq, last = data + line + b"\n", seq + 1, sha256(line)
                if data:
                    self._write(handle, size, data, torn)
                return entry
        finally:
            os.close(handle)

    def _write(self, handle: int, size: int, data: bytes, torn: bytes) -> None:
        """Write behind `size`, whole or not at all."""
        try:
            if torn:
                os.ftruncate(handle, size)
            written = os.write(handle, data)
            if written != len(data):
                raise OSError(None, f"only {written} of {len(data)} bytes could be written")
            os.fsync(handle)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, size)
                os.write(handle, torn)
            raise EngineError(
                f"{self.path}: the run log can't be written, so nothing goes on: {error.strerror}; make room there"
            ) from error

    def _open(self) -> int:
        new = not self.path.exists()
        try:
            handle = os.open(
                self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
            if new:
                folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        except OSError as error:
            raise UsageError(f"{self.path}: the run log can't be opened: {error.strerror}") from error
        return handle

    @contextlib.contextmanager
    def _locked(self, handle: int, how: int) -> Iterator[None]:
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(handle, how | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise EngineError(
                        f"{self.path}: another process has kept the run log locked for {_PATIENCE:g} s; end it"
                    ) from None
                time.sleep(0.005)
            except OSError as error:
                raise EngineError(f"{self.path}: can't be locked: {error.strerror}") from error
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)

    def _tail(self, handle: int) -> tuple[int, int, str | None]:
        """Where the last whole line ends, the number of the next one, and what it must name as `prev`."""
        size = os.fstat(handle).st_size
        start = max(0, size - 2 * LONGEST - 2)
        data = os.pread(handle, size - start, start)
        end = data.rfind(b"\n") + 1
        if end == 0 and start > 0:
            raise self._broken(None, "its end is no line of this log")
        if end == 0:
            return 0, 0, None
        last = data[: end - 1].rpartition(b"\n")[2]
        return start + end, self._parsed(last, None).seq + 1, sha256(last)

    def _entries(self, data: bytes) -> Iterator[Entry]:
        before: bytes | None = None
        for number, line in enumerate(data.split(b"\n")[:-1]):
            entry = self._parsed(line, number)
            if entry.seq != number:
                raise self._broken(
                    number, f"counts itself as {entry.seq}: a line was removed, added or moved"
                )
            if entry.fields["prev"] != (None if before is None else sha256(before)):
                raise self._broken(
                    number, "does not follow from the line above it: one of the two was edited"
                )
            before = line
            yield entry

    def _parsed(self, line: bytes, number: int | None) -> Entry:
        try:
            value = parse_json(line)
        except KfmGatesError as error:
            raise self._broken(number, f"is no JSON ({error})") from error
        if not isinstance(value, dict) or "prev" not in value or value.get("kind") not in KINDS:
            raise self._broken(number, "is no line of a run log")
        seq, ts, kind, run = (value.get(name) for name in ("seq", "ts", "kind", "run"))
        targets = value.get("targets", [])
        named = isinstance(targets, list) and all(isinstance(each, str) for each in targets)
        if not isinstance(seq, int) or not isinstance(ts, str) or not isinstance(run, str) or not named:
            raise self._broken(number, "is no line of a run log")
        return Entry(seq, ts, str(kind), run, value)

    def _broken(self, number: int | None, what: str) -> EngineError:
        line = "the last line" if number is None else f"line {number + 1}"
        return EngineError(f"{self.path}: {line} {what}, so nobody knows what ran; {_WAY_OUT}")


def _described(torn: bytes) -> dict[str, Json]:
    return {
        "cut": {"bytes": len(torn), "digest": sha256(torn), "text": torn[:200].decode("ascii", "replace")}
    }
