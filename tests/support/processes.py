"""Finding the children of a process, so that a test can end them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that still run, from /proc."""
    found = []
    for status in PROC.glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def command(pid: int) -> str:
    """The command line of a process; empty when it is gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def below(pid: int, words: str) -> Iterator[int]:
    """All processes below `pid` whose command line holds `words`."""
    for child in children(pid):
        if words in command(child):
            yield child
        yield from below(child, words)


def await_below(pid: int, words: str, seconds: float = 20) -> list[int]:
    """Wait until a process below `pid` has `words` in its command line."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := list(below(pid, words)):
            return found
        time.sleep(0.02)
    raise TimeoutError(f"no process below {pid} is {words!r}")


def own() -> int:
    """This process."""
    return os.getpid()
