"""What came when on the way of a version to its release: the orders of times that must hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.given import Clock
from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.finding import Place
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.policy_decision import PolicyDecision
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.text import instant


@dataclass(frozen=True)
class Order:
    """Two moments, of which `before` must not lie after `after`; with the place of the later one."""

    before: str
    before_time: str
    after: str
    after_time: str
    place: Place

    @property
    def kept(self) -> bool:
        """Whether the order holds."""
        return instant(self.before_time) <= instant(self.after_time)


def orders(
    layout: Layout,
    receipts: tuple[Receipt, ...],
    acquisitions: tuple[Acquisition, ...],
    decision: PolicyDecision,
    manifest: Manifest,
) -> Iterator[Order]:
    """Acquired, ingested, transformed, decided, released, promoted."""
    records = {record.path.rpartition("/")[0]: record for record in acquisitions}
    written: set[tuple[str, str]] = set()
    for receipt in sorted(receipts, key=lambda each: each.moment):
        if receipt.created_at is None:
            continue
        time, place, run = receipt.created_at, receipt.at("/created_at"), f"the {receipt.operation} run"
        for folder in sorted(_touched(layout, receipt)):
            if folder in records:
                yield Order("the acquisition", records[folder].retrieved_at, run, time, place)
        if receipt.validation.status != "pass":
            continue
        wrote = {(output.uri, output.digest) for output in receipt.outputs}
        repeats = bool(wrote) and wrote <= written  # the same bytes again: nothing that was not decided upon
        written |= wrote
        if receipt.operation in ("ingest", "transform") and not repeats:
            decided = decision.at("/decided_at")
            yield Order(run, time, "the policy decision", decision.decided_at, decided)
        if receipt.operation in ("promote", "ingest+publish"):
            yield Order("the release", manifest.released_at, run, time, place)
    released = manifest.at("/released_at")
    yield Order("the policy decision", decision.decided_at, "the release", manifest.released_at, released)


def _touched(layout: Layout, receipt: Receipt) -> set[str]:
    """The folders of the acquisitions whose files a run read or wrote."""
    found = set()
    for reference in (*receipt.inputs, *receipt.outputs):
        path = file_path(reference.uri)
        match = layout.match(path) if path is not None else None
        if match is not None and match.name in ("acquisition", "raw_artifact"):
            record = layout.path("acquisition", **match.variables)
            found.add(record.rpartition("/")[0])
    return found


def before_now(
    facts: Facts,
    receipts: tuple[Receipt, ...],
    acquisitions: tuple[Acquisition, ...],
    decision: PolicyDecision,
    manifest: Manifest,
) -> Iterator[Order]:
    """Nothing is dated after the moment of judging."""
    now = facts.get(Clock).evaluated_at
    moments = [
        ("the policy decision", decision.decided_at, decision.at("/decided_at")),
        ("the release", manifest.released_at, manifest.at("/released_at")),
    ]
    moments += [("the acquisition", each.retrieved_at, each.at("/retrieved_at")) for each in acquisitions]
    moments += [
        (f"the {each.operation} run", each.created_at, each.at("/created_at"))
        for each in receipts
        if each.created_at is not None
    ]
    try:
        report = facts.get(QaReport)
        moments.append(("the QA report", report.created_at, report.at("/created_at")))
    except Unmet:  # the check of its form says why
        pass
    for what, time, place in moments:
        yield Order(what, time, "the moment of judging", now, place)
