"""The one result that every report shows: a gate decision read once, with what follows from a cause folded.

It is read from the statement's predicate and from what the run says of itself; nothing is judged here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kfm_gates.judge.launch import Verdict
from kfm_gates.model.finding import Finding, Json, Place, Status


@dataclass(frozen=True)
class Reason(Finding):
    """A finding with the check that made it and the subject (`slug/version`) that it is about."""

    check: str
    subject: str


@dataclass(frozen=True)
class CheckResult:
    """How one docket entry ended."""

    id: str
    gate: str
    status: Status
    examined: int
    because: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The IDs by which others wait for it: its own, and those in `any(a, b)`."""
        if self.id.startswith("any(") and self.id.endswith(")"):
            return (self.id, *self.id[4:-1].split(", "))
        return (self.id,)


@dataclass(frozen=True)
class NotPlanned:
    """A check that does not apply, and the fact whose value shows it."""

    id: str
    gate: str
    fact: str
    value: Json


@dataclass(frozen=True)
class GateResult:
    """One gate of one subject. The label is the letter that the profile gives it, or empty."""

    name: str
    label: str
    title: str
    checks: tuple[CheckResult, ...] = ()
    not_planned: tuple[NotPlanned, ...] = ()

    @property
    def status(self) -> Status | None:
        """The worst status of its checks; None when none of them applied or none was asked for."""
        return max((check.status for check in self.checks), default=None)

    def count(self, status: Status) -> int:
        """How many of its checks ended so."""
        return sum(check.status is status for check in self.checks)


@dataclass(frozen=True)
class Cause:
    """A check that blocks by itself, and the checks that could not be judged because of it."""

    check: CheckResult
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True)
class SubjectResult:
    """One subject: its gates in the order of the profile, and the causes, those with most followers first."""

    id: str
    digest: str
    status: Status
    gates: tuple[GateResult, ...]
    causes: tuple[Cause, ...]
    not_planned: tuple[NotPlanned, ...]

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """Every docket entry, in order."""
        return tuple(check for gate in self.gates for check in gate.checks)


@dataclass(frozen=True)
class Result:
    """One run. `status` is None when there was no subject to judge."""

    exit_code: int
    status: Status | None
    operation: str
    profile: str
    evaluated_at: str
    policy_pack: str
    partial: bool
    subjects: tuple[SubjectResult, ...]
    root: str
    decision_digest: str
    record: str | None
    permit: str | None
    no_permit: str | None

    @classmethod
    def of(cls, verdict: Verdict) -> Result:
        """The result that a judge process's verdict holds."""
        predicate = verdict.statement["predicate"] if verdict.statement is not None else {}
        gates = {gate["name"]: GateResult(**gate) for gate in verdict.run.get("gates", ())}
        return cls(
            exit_code=verdict.exit_code,
            status=Status[predicate["status"]] if predicate else None,
            operation=predicate.get("operation", ""),
            profile=predicate["profile"]["name"] if predicate else "",
            evaluated_at=predicate.get("evaluated_at", ""),
            policy_pack=predicate["policy_pack"]["digest"] if predicate else "",
            partial=predicate.get("partial", False),
            subjects=tuple(_subject(each, gates) for each in predicate.get("subjects", ())),
            root=verdict.run.get("root", ""),
            decision_digest=verdict.decision_digest,
            record=verdict.run.get("record"),
            permit=verdict.permit_path,
            no_permit=verdict.run.get("no_permit"),
        )

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every finding, root causes first."""
        return tuple(r for s in self.subjects for cause in s.causes for r in cause.check.reasons)


def near(path: str, folder: str | None = None) -> str:
    """A path as it is shortest from the working folder (or `folder`), when it lies below it."""
    start = os.path.realpath(folder or os.getcwd())
    relative = os.path.relpath(os.path.realpath(path), start)
    return path if relative.startswith("..") else relative


def _subject(subject: Mapping[str, Json], gates: Mapping[str, GateResult]) -> SubjectResult:
    checks = tuple(_check(each, subject["id"]) for each in subject["checks"])
    absent = tuple(NotPlanned(e["id"], e["gate"], e["fact"], e["value"]) for e in subject["not_planned"])
    used = dict.fromkeys([*gates, *(check.gate for check in checks), *(each.gate for each in absent)])
    rows = (
        replace(
            gates.get(name, GateResult(name, "", name)),
            checks=tuple(check for check in checks if check.gate == name),
            not_planned=tuple(each for each in absent if each.gate == name),
        )
        for name in used
    )
    return SubjectResult(
        id=subject["id"],
        digest=subject["digest"],
        status=Status[subject["status"]],
        gates=tuple(row for row in rows if row.checks or row.not_planned),
        causes=causes(checks),
        not_planned=absent,
    )


def _check(check: Mapping[str, Json], subject: str) -> CheckResult:
    reasons = tuple(
        Reason(
            place=Place(each["file"], each["pointer"], each["line"] or 0),
            message=each["message"],
            found=each["found"],
            expected=each["expected"],
            hint=each["hint"],
            check=each["check"],
            subject=subject,
        )
        for each in check["findings"]
    )
    status = Status[check["status"]]
    return CheckResult(
        check["id"], check["gate"], status, check["examined"], tuple(check["because"]), reasons
    )


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
