"""The last words of a worker process."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import IO

STDERR_TAIL = 4096


class Tail:
    """The end of what the child wrote to standard error, read by a thread so that the child never blocks."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._thread: threading.Thread | None = None

    def follow(self, descriptor: int) -> None:
        """Read from this descriptor in the background until its end."""
        self._thread = threading.Thread(target=self._read, args=(descriptor,), daemon=True)
        self._thread.start()

    def _read(self, descriptor: int) -> None:
        with contextlib.suppress(OSError):
            while chunk := os.read(descriptor, 65536):
                self._bytes += chunk
                del self._bytes[:-STDERR_TAIL]

    def finish(self, pipe: IO[bytes] | None) -> None:
        """Wait a little for the end, then close the pipe."""
        if self._thread is not None:
            self._thread.join(timeout=1)
        if pipe is not None and not (self._thread is not None and self._thread.is_alive()):
            pipe.close()

    def text(self) -> str:
        """What was said last, on one line."""
        return " ".join(bytes(self._bytes).decode("utf-8", "replace").split())[-600:]
