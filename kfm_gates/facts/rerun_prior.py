"""The run that a rerun repeats: its receipt, whether the ledger knows it as it is, and how it ended (R-036)."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.ledger import Ledger
from kfm_gates.facts.ledger_lines import LedgerLine
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.producing_runs import period_of
from kfm_gates.facts.rerun_papers import RerunPapers
from kfm_gates.facts.rerun_vocabulary import Known
from kfm_gates.model.finding import Place
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.receipt_forms import read_receipt


@dataclass(frozen=True)
class PriorRun:
    """The prior run. `receipt` is None unless it is `verified`; `said` is why, for a person, at `place`."""

    receipt: Receipt | None
    verified: Known
    said: str
    place: Place

    @property
    def failed(self) -> Known:
        """Whether it failed; what is not verified says nothing."""
        if self.receipt is None:
            return Known.UNKNOWN
        return Known.YES if self.receipt.validation.status == "fail" else Known.NO


@provides
def prior_run(facts: Facts, subject: Subject, papers: RerunPapers) -> PriorRun:
    """The last run of the version in the ledger, or the one that the request names."""
    try:
        ledger = facts.get(Ledger)
    except Unmet:
        return PriorRun(None, Known.UNKNOWN, "there is no ledger that can be read", Place(""))
    if ledger.refused or ledger.flaws:
        place = ledger.flaws[0].place if ledger.flaws else Place(ledger.path)
        return PriorRun(
            None, Known.UNKNOWN, "the ledger is not whole, so that nothing in it can be believed", place
        )
    entries = ledger.of_version.get((subject.slug, subject.version), ())
    named = [each for each in entries if papers.run_id in (None, each.run_id)]
    if not named:
        what = "no such run" if papers.run_id else "no run"
        return PriorRun(None, Known.NO, f"the ledger knows {what} of the version", Place(ledger.path))
    entry = named[-1]
    place = Place(ledger.path, f"/{entry.number}")
    strange = _not_entered(facts, subject, ledger)
    if strange is not None:
        return PriorRun(None, Known.UNKNOWN, "a receipt of the version is not in the ledger", Place(strange))
    found = _verified(facts, entry, place)
    later = [each for each in entries if each.number > entry.number and each.operation == entry.operation]
    if found.receipt is not None and any(_repeats(facts, each, found.receipt) for each in later):
        return PriorRun(None, Known.NO, "the run that is named was followed by another try of it", place)
    return found


def _verified(facts: Facts, entry: LedgerLine, place: Place) -> PriorRun:
    snapshot, parsed = facts.get(Snapshot), facts.get(Parsed)
    if entry.path not in snapshot:
        return PriorRun(None, Known.NO, f"the ledger names {entry.path}, and there is no such file", place)
    try:
        digest = snapshot.content(entry.path).digest
        receipt, findings = read_receipt(parsed.value(entry.path), entry.path)
    except (Unreadable, Unmet):
        return PriorRun(None, Known.UNKNOWN, f"{entry.path} can't be read", Place(entry.path))
    if digest != entry.digest:
        text = f"{entry.path} is not as it was entered in the ledger"
        return PriorRun(None, Known.NO, text, Place(entry.path))
    if receipt is None or findings:
        return PriorRun(
            None, Known.UNKNOWN, f"{entry.path} is not of the form of a receipt", Place(entry.path)
        )
    if (receipt.run_id, receipt.validation.status) != (entry.run_id, entry.status):
        text = f"{entry.path} tells of another run, or another end of it, than its ledger entry"
        return PriorRun(None, Known.NO, text, Place(entry.path, "/run_id"))
    said = f"the {receipt.operation} run {receipt.run_id} ended with {receipt.validation.status}"
    return PriorRun(receipt, Known.YES, said, receipt.at("/validation/status"))


def _repeats(facts: Facts, entry: LedgerLine, receipt: Receipt) -> bool:
    """Whether a later run of the same operation is about the same period; one that can't be read may be."""
    try:
        later, _ = read_receipt(facts.get(Parsed).value(entry.path), entry.path)
    except Unmet:
        return True
    return later is None or period_of(later) == period_of(receipt)


def _not_entered(facts: Facts, subject: Subject, ledger: Ledger) -> str | None:
    """A receipt of the version that the ledger does not know: it may be of a later run than the last one there."""
    paths = facts.get(Index).of_version("receipt", subject.slug, subject.version)
    return next((path for path in paths if path not in ledger.of_receipt), None)
