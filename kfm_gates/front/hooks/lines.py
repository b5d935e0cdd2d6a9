"""How a hook says what is wrong: one line per finding, which begins with the place."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.model.finding import Finding
from kfm_gates.reports.harmless import visible


@dataclass(frozen=True, order=True)
class Line:
    """One reason to stop a commit. `line` is 0 where none is known; `by` is a check's ID, or the hook's."""

    file: str
    line: int
    pointer: str
    text: str
    by: str

    def __str__(self) -> str:
        place = ":".join([visible(self.file), *([str(self.line)] if self.line else [])])
        pointer = f"{visible(self.pointer)}: " if self.pointer else ""
        return f"{place}:{pointer or ' '}{visible(self.text, 4000)} [{self.by}]"


@dataclass(frozen=True)
class Look:
    """What a hook came to: the reasons to stop, and what it could not judge."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


def line_of(file: str, line: int | None, check: str, finding: Finding) -> Line:
    """A finding as a line, in the words of the report of a whole run."""
    said = finding.message.rstrip(".")
    text = f"{said} (found {finding.found or 'nothing'}, expected {finding.expected or 'something else'})"
    if finding.hint:
        text += f"; {finding.hint}"
    return Line(file, line or 0, finding.place.pointer, text, check)
