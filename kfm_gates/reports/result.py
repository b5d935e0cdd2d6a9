"""The one result that every report shows: a gate decision read once, with what follows from a cause folded.

It is read from the statement's predicate and from what the run says of itself; nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from kfm_gates.judge.launch import Verdict
from kfm_gates.model.finding import Json, Place, Status
from kfm_gates.reports.causes import Cause, CheckResult, Reason, UsedWaiver, causes

__all__ = [
    "Cause",
    "CheckResult",
    "GateResult",
    "NotPlanned",
    "Reason",
    "Result",
    "Rule",
    "SubjectResult",
    "UsedWaiver",
]


_WAIVERS = "release.waivers"


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

    @property
    def waived(self) -> tuple[CheckResult, ...]:
        """The checks that deny and were opened by waivers."""
        return tuple(check for check in self.checks if check.status is Status.WAIVED)


@dataclass(frozen=True)
class SetAside:
    """A version that was not judged, since a notice says that it is out of use: `withdrawn`, for example."""

    id: str
    status: str
    notice: str


@dataclass(frozen=True)
class Rule:
    """A check of the profile, whether it was planned or not: what it denies, and why that matters."""

    id: str
    gate: str
    title: str
    description: str


@dataclass(frozen=True)
class Result:
    """One run. `status` is None when nothing was judged: there was no subject, or the judge failed."""

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
    rules: tuple[Rule, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    predicate: Json = None
    """The gate decision's predicate, as it is recorded."""
    failure: str | None = None
    """Why there is no verdict, in a sentence."""

    @classmethod
    def failed(cls, exit_code: int, failure: str) -> Result:
        """That of a run that came to no verdict."""
        nothing = "the judge came to no verdict"
        return cls(exit_code, None, "", "", "", "", False, (), "", "", None, None, nothing, failure=failure)

    @classmethod
    def of(cls, verdict: Verdict) -> Result:
        """The result that a judge process's verdict holds."""
        predicate = verdict.statement["predicate"] if verdict.statement is not None else {}
        gates = {gate["name"]: GateResult(**gate) for gate in verdict.run.get("gates", ())}
        policy = verdict.run.get("waiver_paths", {})
        said = {each["id"]: each for each in predicate.get("waivers", ())}
        return cls(
            exit_code=verdict.exit_code,
            status=Status[predicate["status"]] if predicate else None,
            operation=predicate.get("operation", ""),
            profile=predicate["profile"]["name"] if predicate else "",
            evaluated_at=predicate.get("evaluated_at", ""),
            policy_pack=predicate["policy_pack"]["digest"] if predicate else "",
            partial=predicate.get("partial", False),
            subjects=tuple(_subject(each, gates, policy, said) for each in predicate.get("subjects", ())),
            root=verdict.run.get("root", ""),
            decision_digest=verdict.decision_digest,
            record=verdict.run.get("record"),
            permit=verdict.permit_path,
            no_permit=verdict.run.get("no_permit"),
            rules=tuple(Rule(**each) for each in verdict.run.get("checks", ())),
            set_aside=tuple(
                SetAside(each["id"], each["status"], each["notice"])
                for each in predicate.get("set_aside", ())
            ),
            predicate=predicate or None,
        )

    @property
    def opened(self) -> bool:
        """Whether all that was judged opened; a permit needs more (see `no_permit`)."""
        return self.exit_code == 0 and self.status is not None and self.status.opens

    @property
    def waivers(self) -> tuple[UsedWaiver, ...]:
        """Every waiver that opened something, by name."""
        used = {w.id: w for subject in self.subjects for check in subject.waived for w in check.waivers}
        return tuple(used[id] for id in sorted(used))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every finding that blocks, root causes first."""
        return tuple(r for s in self.subjects for cause in s.causes for r in cause.check.reasons)


def _subject(
    subject: Mapping[str, Json],
    gates: Mapping[str, GateResult],
    policy: Mapping[str, str],
    waivers: Mapping[str, Json],
) -> SubjectResult:
    checks = tuple(_check(each, subject["id"], policy, waivers) for each in subject["checks"])
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


def _check(
    check: Mapping[str, Json], subject: str, policy: Mapping[str, str], waivers: Mapping[str, Json]
) -> CheckResult:
    reasons = tuple(
        Reason(
            place=Place(each["file"], each["pointer"], each["line"] or 0),
            message=each["message"],
            found=each["found"],
            expected=each["expected"],
            hint=each["hint"],
            check=each["check"],
            subject=subject,
            stable_id=each["fingerprint"],
            policy=policy.get(each["file"], "") if each["check"] == _WAIVERS else "",
        )
        for each in check["findings"]
    )
    status = Status[check["status"]]
    because, used = (
        tuple(check["because"]),
        tuple(_waiver(waivers[w["id"]]) for w in check.get("waivers", ())),
    )
    return CheckResult(check["id"], check["gate"], status, check["examined"], because, reasons, used)


def _waiver(said: Mapping[str, Json]) -> UsedWaiver:
    return UsedWaiver(**{field.name: said[field.name] for field in fields(UsedWaiver)})
