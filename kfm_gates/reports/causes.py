"""Docket entries as they ended, and what follows from what: one cause gives one entry in a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kfm_gates.model.finding import Finding, Status


@dataclass(frozen=True)
class Reason(Finding):
    """A finding with the check that made it and the subject (`slug/version`) that it is about."""

    check: str
    subject: str
    stable_id: str
    """The fingerprint under which the decision records it."""
    policy: str = ""
    """The file that it is about, if that is no evidence but lies beside the configuration (a waiver)."""


@dataclass(frozen=True)
class UsedWaiver:
    """A waiver that opened findings of a check."""

    id: str
    kind: str
    digest: str
    expires: str
    owner: str
    approver: str
    reason: str
    compensating_control: str


@dataclass(frozen=True)
class CheckResult:
    """How one docket entry ended."""

    id: str
    gate: str
    status: Status
    examined: int
    because: tuple[str, ...]
    reasons: tuple[Reason, ...]
    """Why it denies; when it is waived, what was opened."""
    waivers: tuple[UsedWaiver, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The IDs by which others wait for it: its own, and those in `any(a, b)`."""
        if self.id.startswith("any(") and self.id.endswith(")"):
            return (self.id, *self.id[4:-1].split(", "))
        return (self.id,)


@dataclass(frozen=True)
class Cause:
    """A check that blocks by itself, and the checks that could not be judged because of it."""

    check: CheckResult
    waiting: tuple[str, ...] = ()


def causes(checks: Sequence[CheckResult]) -> tuple[Cause, ...]:
    """The checks that block, each with those that wait for it; most followers first, else docket order."""
    blocking = [check for check in checks if not check.status.opens]
    by_name = {name: check for check in blocking for name in check.names}
    waiting: dict[str, list[str]] = {}
    for check in blocking:
        root = _root(check, by_name)
        followers = waiting.setdefault(root.id, [])
        if root is not check:
            followers.append(check.id)
    found = [Cause(check, tuple(waiting[check.id])) for check in blocking if check.id in waiting]
    return tuple(sorted(found, key=lambda cause: -len(cause.waiting)))


def _root(check: CheckResult, by_name: Mapping[str, CheckResult]) -> CheckResult:
    """What an abstention comes from in the end: itself, when that was not judged in this run."""
    seen: set[str] = set()
    while check.status is Status.ABSTAIN and check.id not in seen:
        seen.add(check.id)
        check = next(_known(check.because, by_name), check)
    return check


def _known(names: Iterable[str], by_name: Mapping[str, CheckResult]) -> Iterator[CheckResult]:
    return (by_name[name] for name in names if name in by_name)
