"""What was opened by waivers, for the formats that list it: a waived denial is never shown as a plain pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.reports.causes import CheckResult, Reason, UsedWaiver
from kfm_gates.reports.result import Result


@dataclass(frozen=True)
class Waived:
    """One check of one subject that denies and was opened."""

    check: CheckResult
    gate: str
    """Label and name of the gate, such as `E quality`."""
    subject: str

    @property
    def justification(self) -> str:
        """What the waivers say, as text for a person."""
        return " ".join(f"{text}." for waiver in self.check.waivers for text in waiver_lines(waiver))


def waived(result: Result) -> tuple[Waived, ...]:
    """Everything that was opened, in order."""
    return tuple(
        Waived(check, " ".join(filter(None, (gate.label, gate.name))), subject.id)
        for subject in result.subjects
        for gate in subject.gates
        for check in gate.checks
        if check.waivers
    )


def waiver_lines(waiver: UsedWaiver) -> Iterator[str]:
    """What a waiver says, in lines."""
    about = f"{waiver.kind} {waiver.id} until {waiver.expires}"
    yield f"by the {about}, owned by {waiver.owner}, approved by {waiver.approver}"
    yield f"since: {waiver.reason.rstrip('.')}"
    yield f"instead: {waiver.compensating_control.rstrip('.')}"


def findings(each: Waived, most: int) -> tuple[tuple[Reason, ...], int]:
    """The first findings that were opened, and how many there are besides."""
    return each.check.reasons[:most], max(0, len(each.check.reasons) - most)
