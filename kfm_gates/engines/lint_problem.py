"""Why a policy or a shapes file is refused before it may judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kfm_gates.errors import EngineError


@dataclass(frozen=True, order=True)
class LintProblem:
    """One reason, with its place; shown as `file:line:column: message`. Column 0 is unknown and not shown."""

    file: str
    line: int
    message: str
    column: int = 0

    def __str__(self) -> str:
        column = f"{self.column}:" if self.column else ""
        return f"{self.file}:{self.line}:{column} {self.message}"


def refuse(problems: Sequence[LintProblem]) -> None:
    """Raise EngineError with all problems, when there are any."""
    if problems:
        raise EngineError("; ".join(str(problem) for problem in sorted(set(problems))))
