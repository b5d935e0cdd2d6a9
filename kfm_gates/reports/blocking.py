"""What stands in the way, one by one, for the formats that list it: never empty unless the gates opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.model.finding import Status
from kfm_gates.reports.result import Cause, Reason, Result, SubjectResult
from kfm_gates.reports.text import because_line

NOTHING = "no dataset version was found, so nothing was judged"
UNEXPLAINED = "the gates did not open, and the decision does not say why"


@dataclass(frozen=True)
class Blocking:
    """One finding, or one check that ended without any. `check` is empty for what is about the whole run."""

    status: Status
    message: str
    check: str = ""
    gate: str = ""
    """Label and name of the gate, such as `B rights`."""
    subject: str = ""
    reason: Reason | None = None
    waiting: tuple[str, ...] = ()
    """The checks that could not be judged because of it; given with its first finding only."""


def blocking(result: Result) -> tuple[Blocking, ...]:
    """Everything that blocks: errors first, then denials, then what was not judged; else in order."""
    found = [each for subject in result.subjects for cause in subject.causes for each in _of(cause, subject)]
    if not found and not result.opened:
        found = [Blocking(Status.ERROR, why_nothing(result) or UNEXPLAINED)]
    return tuple(sorted(found, key=lambda each: -each.status))


def why_nothing(result: Result) -> str | None:
    """Why nothing was judged, or None when something was."""
    return result.failure or (NOTHING if result.status is None else None)


def _of(cause: Cause, subject: SubjectResult) -> Iterator[Blocking]:
    check = cause.check
    gate = next(each for each in subject.gates if each.name == check.gate)
    name = " ".join(filter(None, (gate.label, gate.name)))
    waiting = cause.waiting
    if not check.reasons or check.status is Status.ERROR:
        rule = check.names[-1]
        yield Blocking(check.status, because_line(check), rule, name, subject.id, None, waiting)
        waiting = ()
    for reason in check.reasons:
        yield Blocking(check.status, reason.message, reason.check, name, subject.id, reason, waiting)
        waiting = ()
