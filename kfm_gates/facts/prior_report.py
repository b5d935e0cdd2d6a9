"""The QA report of the release that a version follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.prior_version import PriorVersion
from kfm_gates.model.base import form_findings
from kfm_gates.model.qa_report import QaReport


@dataclass(frozen=True)
class PriorReport:
    """The report as it was released; without one, `problem` is a clause that says why."""

    prior: PriorVersion
    report: QaReport | None
    problem: str | None


@provides
def prior_reports(
    priors: tuple[PriorVersion, ...], snapshot: Snapshot, parsed: Parsed
) -> tuple[PriorReport, ...]:
    """One, or none when the version is the first."""
    return tuple(_read(prior, snapshot, parsed) for prior in priors)


def _read(prior: PriorVersion, snapshot: Snapshot, parsed: Parsed) -> PriorReport:
    path = prior.qa_report
    if path not in snapshot:
        return PriorReport(prior, None, "is not there")
    raw: Any = parsed.value(path)
    try:
        digest = snapshot.content(path).digest
    except Unreadable:
        raise Unmet("evidence.present") from None
    if digest != prior.report_digest:
        return PriorReport(prior, None, f"is not the one that {prior.manifest} released")
    report, findings = form_findings(QaReport, raw, path)
    if report is None or findings:
        return PriorReport(prior, None, "does not have the form of one")
    return PriorReport(prior, report, None)
