"""Why a policy or a shapes file is refused before it may judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kfm_gates.errors import EngineError


@dataclass(frozen=True, order=True)
class LintProblem:
    """One reason, with its place; shown as `file:line: message`."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def refuse(problems: Sequence[LintProblem]) -> None:
    """Raise EngineError with all problems, when there are any."""
    if problems:
        raise EngineError("; ".join(str(problem) for problem in sorted(set(problems))))
