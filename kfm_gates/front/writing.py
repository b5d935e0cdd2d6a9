"""Writing reports: whole or not at all, and never one of an earlier run taken for one of this."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TextIO

from kfm_gates.errors import KfmGatesError, UsageError
from kfm_gates.front.formats import Output
from kfm_gates.judge.record import write
from kfm_gates.reports.formats import WITHOUT_VERDICT, render
from kfm_gates.reports.result import Result


def prepare(outputs: Iterable[Output]) -> None:
    """Make sure, before anything is judged, that every file can be written; remove those of an earlier run.

    Raises UsageError for a place where nothing can be written.
    """
    for output in outputs:
        if output.file is None:
            continue
        try:
            if output.appends:
                _append(output, "")
            else:
                write(output.file.parent, output.file.name, b"")
                output.file.unlink()
        except OSError as error:
            raise UsageError(f"{output.word}: can't be written: {error.strerror or error}") from error


def report(outputs: Iterable[Output], result: Result, out: TextIO) -> None:
    """Write what was asked for."""
    for output in outputs:
        if output.file is None and output.format == "text":
            from kfm_gates.reports import rich_text

            if rich_text.wanted(out, os.environ):
                rich_text.show(result, out)
                continue
        _put(output, render(output.format, result), out)


def report_failure(outputs: Iterable[Output], error: KfmGatesError, out: TextIO) -> None:
    """Say in every format that can say it that there is no verdict; the others are left without a file."""
    result = Result.failed(error.exit_code, str(error))
    for output in outputs:
        if output.format in WITHOUT_VERDICT:
            _put(output, render(output.format, result), out)


def _put(output: Output, text: str, out: TextIO) -> None:
    if output.file is None:
        out.write(text)
    elif output.appends:
        _append(output, text)
    else:
        write(output.file.parent, output.file.name, _bytes(text))


def _append(output: Output, text: str) -> None:
    """One write at the end of the file, after a line of its own: steps before this one wrote there too."""
    if output.file is None:
        return
    before = output.file.read_bytes()[-1:] if output.file.exists() else b""
    gap = b"\n" if text and before not in (b"", b"\n") else b""
    handle = os.open(output.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(gap + _bytes(text))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
