"""What is wrong with waivers by themselves: their time, what they are for, and who stands behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kfm_gates.facts.given import Clock, Tables, WaiverPolicy
from kfm_gates.facts.register import register
from kfm_gates.facts.waiver_reading import ReadWaiver
from kfm_gates.model.finding import Finding
from kfm_gates.model.text import instant
from kfm_gates.model.waiver import KINDS

APPROVERS = "waive"
"""The entry of the table `roles` that says who may approve a waiver, where a register is kept."""


def own_flaws(each: ReadWaiver, clock: Clock, policy: WaiverPolicy, tables: Tables) -> list[Finding]:
    """What is wrong with a waiver whatever the evidence is."""
    return [*_untimely(each, clock), *_misplaced(each, policy), *_unregistered(each, tables)]


def twice(read: Sequence[ReadWaiver], concerns: Callable[[str], bool]) -> Iterator[Finding]:
    """Waivers of one name, of which one concerns the version."""
    first: dict[str, ReadWaiver] = {}
    for each in read:
        other = first.setdefault(each.waiver.id.casefold(), each)
        if other is not each and (concerns(each.waiver.subject.id) or concerns(other.waiver.subject.id)):
            yield each.finding(
                "/id",
                f"is there twice, in {other.file.name} and in {each.file.name}",
                found=each.waiver.id,
                expected="one waiver of this name",
                hint="name one of them otherwise, or take it out",
            )


def _untimely(each: ReadWaiver, clock: Clock) -> Iterator[Finding]:
    now, waiver = instant(clock.evaluated_at), each.waiver
    if instant(waiver.issued) > now:
        yield each.finding(
            "/issued",
            f"is issued at {waiver.issued}, which is in the future",
            found=waiver.issued,
            expected=f"at most {clock.evaluated_at}",
            hint="write when it was approved",
        )
    if instant(waiver.expires) <= now:
        yield each.finding(
            "/expires",
            f"expired at {waiver.expires}",
            found=waiver.expires,
            expected=f"a time after {clock.evaluated_at}",
            hint="mend what is denied and take the waiver out, or have another one approved",
        )


def _misplaced(each: ReadWaiver, policy: WaiverPolicy) -> Iterator[Finding]:
    check, kind = each.waiver.check, each.waiver.kind
    if check not in policy.known:
        yield each.finding(
            "/check",
            f"is for {check}, and there is no such check",
            found=check,
            expected="the ID of a check",
            hint="`kfm-gates list` shows all; take the waiver out when the check is gone",
        )
    if check in policy.unwaivable:
        yield each.finding(
            "/check",
            f"is for {check}, which can't be waived",
            found=check,
            expected="a check that the profile does not call unwaivable",
            hint="mend what the check denies, and take the waiver out",
        )
    gate = KINDS.get(kind)
    if gate is not None and gate not in (policy.gates.get(check), check.partition(".")[0]):
        yield each.finding(
            "/kind",
            f"is of the kind {kind}, which is for the gate {gate} only",
            found=kind,
            expected="exception",
            hint="write `exception`",
        )


def _unregistered(each: ReadWaiver, tables: Tables) -> Iterator[Finding]:
    """Where a register is kept, both must stand in it, and who approves must be in a role that may."""
    registered = register(tables).principals
    may = tables.values.get("roles", {}).get(APPROVERS, [])
    for name, person in (("owner", each.waiver.owner), ("approver", each.waiver.approver)):
        roles = registered.get(person, ())
        if registered and not roles:
            problem, expected = f"{person} is not registered", "a principal of the table `principals`"
        elif registered and name == "approver" and not set(roles) & set(may):
            problem, expected = (
                f"{person} may not approve a waiver",
                f"somebody in a role of {', '.join(may)}",
            )
        else:
            continue
        hint = "have it approved by somebody who may, or register the principal"
        yield each.finding(
            f"/{name}", f"names an {name}: {problem}", found=person, expected=expected, hint=hint
        )


def of_nothing(each: ReadWaiver) -> Finding:
    """A waiver for a version that is not there."""
    return each.finding(
        "/subject/id",
        f"is orphaned: there is no version {each.waiver.subject.id}",
        found=each.waiver.subject.id,
        expected="a version that is there",
        hint="take the waiver out, or correct the name",
    )


def of_other_bytes(each: ReadWaiver, actual: str) -> Finding:
    """A waiver for a version that has changed since."""
    return each.finding(
        "/subject/digest",
        "is for other bytes than the version has now",
        found=each.waiver.subject.digest,
        expected=actual,
        hint="look at the version as it is now, and have another waiver approved for it, or take this one out; "
        "`version_digest` in the decision is the digest that a waiver names",
    )


def opened_twice(sound: Sequence[ReadWaiver]) -> Iterator[Finding]:
    """Findings that two waivers open."""
    first: dict[tuple[str, str], ReadWaiver] = {}
    for each in sound:
        for index, fingerprint in enumerate(each.waiver.findings):
            other = first.setdefault((each.waiver.check, fingerprint), each)
            if other is not each:
                yield each.finding(
                    f"/findings/{index}",
                    f"opens a finding that the waiver {other.waiver.id} opens as well",
                    found=fingerprint,
                    expected="one waiver for each finding",
                    hint="take it out of one of them",
                )
