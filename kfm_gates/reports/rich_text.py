"""The text report in colour, for a terminal that wants it. Text from evidence is never read as markup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from kfm_gates.reports.result import Result
from kfm_gates.reports.text import lines

_STYLES = {
    "pass": "green",
    "waived": "yellow",
    "abstain": "magenta",
    "deny": "bold red",
    "error": "bold white on red",
    "title": "bold",
    "dim": "dim",
}


def wanted(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether colour belongs on a stream: a terminal that is not dumb, and no NO_COLOR (no-color.org)."""
    return bool(
        stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM", "dumb") != "dumb"
    )


def show(result: Result, stream: TextIO) -> None:
    """Write the report with styles; the words are those of the plain text."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    for line in lines(result):
        # A Text is built from spans, not parsed: nothing in it can become markup.
        console.print(Text.assemble(*((text, _STYLES.get(role, "")) for text, role in line)), soft_wrap=True)
