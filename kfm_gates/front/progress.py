"""How far a long run is: a spinner on a terminal after a second, elsewhere a line now and then."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from kfm_gates.model.finding import Json
from kfm_gates.reports.harmless import visible

if TYPE_CHECKING:
    from rich.status import Status

SILENT = 1.0
"""Seconds before anything is shown."""

EVERY = 100
"""Subjects between two lines where there is no terminal."""


class Progress:
    """Called by the launcher with `{"subject": …, "check": …}` as each check ends."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._lively = stream is not None and stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._since = time.monotonic()
        self._subjects, self._checks, self._last = 0, 0, ""
        self._status: Status | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def __call__(self, message: Mapping[str, Json]) -> None:
        """Take note of one message, and show it if it is time."""
        subject = str(message.get("subject", ""))
        self._checks += bool(message.get("check"))
        new = subject != self._last
        self._subjects, self._last = self._subjects + new, subject
        if self._stream is None or time.monotonic() - self._since < SILENT:
            return
        if self._lively:
            self._spin(
                f"judging {visible(subject, 80)} (version {self._subjects}, {self._checks} checks done)"
            )
        elif new and self._subjects % EVERY == 0:
            print(f"kfm-gates: judging, {self._subjects} subjects so far", file=self._stream, flush=True)

    def _spin(self, words: str) -> None:
        from rich.console import Console
        from rich.text import Text

        if self._status is None:
            self._status = Console(file=self._stream).status(Text(words))
            self._status.start()
        else:
            self._status.update(Text(words))
