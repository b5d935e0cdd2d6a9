"""When things happened around a run, as far as it must have happened before the run's receipt was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.statements import ProvStatements
from kfm_gates.facts.triplet import PROV
from kfm_gates.model.backfill_plan import BackfillPlan
from kfm_gates.model.finding import Json
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.text import instant

_PAST_AXES = ("event_time", "transaction_time")
"""Axes on which nothing can lie ahead of the run; what is valid may be valid in the future."""


@dataclass(frozen=True)
class Before:
    """One thing that was so before a receipt was written: `what` at `time` (aware)."""

    what: str
    time: datetime


@dataclass(frozen=True)
class RunTimes:
    """One receipt, and what must not be dated after it."""

    receipt: Receipt
    before: tuple[Before, ...]


@dataclass(frozen=True)
class _Report:
    path: str
    digest: str
    created_at: datetime


@provides
def run_times(facts: Facts, receipts: tuple[Receipt, ...]) -> tuple[RunTimes, ...]:
    """The receipts of the version; what can't be read says nothing here, and is denied where it is judged."""
    reports, ends, past = tuple(_reports(facts)), _ends(facts), _is_past(facts)
    return tuple(
        RunTimes(receipt, tuple(_before(receipt, reports, ends.get(receipt.run_id, ()), past)))
        for receipt in receipts
    )


def _before(
    receipt: Receipt, reports: tuple[_Report, ...], ends: tuple[datetime, ...], past: bool
) -> Iterator[Before]:
    for end in ends:
        yield Before("the run, by PROV, ended", end)
    cited = {each.digest for each in (*receipt.inputs, *receipt.outputs)} | {receipt.validation.report_digest}
    for report in reports:
        if report.digest in cited:
            yield Before(f"{report.path}, which the receipt names by digest, was written", report.created_at)
    if past and receipt.window is not None:
        yield Before("the period over which it ran was over", instant(receipt.window.end))


def _ends(facts: Facts) -> dict[str, tuple[datetime, ...]]:
    try:
        prov = facts.get(ProvStatements)
    except Unmet:
        return {}
    found: dict[str, tuple[datetime, ...]] = {}
    for row in prov.rows:
        time = _moment(row.value) if row.predicate == PROV + "endedAtTime" else None
        if time is not None:
            found[row.subject] = (*found.get(row.subject, ()), time)
    return found


def _reports(facts: Facts) -> Iterator[_Report]:
    """The QA report and those of chunks, with the time that each gives itself."""
    subject, index, snapshot = facts.get(Subject), facts.get(Index), facts.get(Snapshot)
    for template in ("qa_report", "chunk_report"):
        for path, raw in facts.get(Parsed).readable(
            index.of_version(template, subject.slug, subject.version)
        ):
            time = _moment(raw.get("created_at")) if isinstance(raw, dict) else None
            if time is not None:
                try:
                    yield _Report(path, snapshot.content(path).digest, time)
                except Unreadable:
                    continue


def _is_past(facts: Facts) -> bool:
    try:
        return facts.get(BackfillPlan).time_axis in _PAST_AXES
    except Unmet:
        return False


def _moment(text: Json) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None
