"""`receipt.every_run`: no run without a receipt, the failed ones included."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.facts.run_record import EnteredRun, Fetched, NamedRun, RunTrace
from kfm_gates.model.finding import OK, Place, Verdict, deny


@check("receipt.every_run", serves=["R-005", "R-015", "R-163", "R-178"])
def every_run(run: RunTrace) -> Verdict:
    """Deny a version with a run on record, passed or failed, of which the receipt is not there.

    Every run emits a receipt, and receipts are kept: the failed ones say what was tried and why it came to
    nothing. A run leaves traces elsewhere: its entry in the ledger, its activity in PROV, the acquisition that
    it fetched. Where a trace leads to no receipt, somebody removed one, or ran something outside of the
    pipeline. Restore the receipt; where the run never wrote one, make the run again.
    """
    trace = run.trace
    if isinstance(trace, EnteredRun):
        return _entered(trace)
    if isinstance(trace, NamedRun):
        return _named(trace)
    return _fetched(trace)


def _entered(trace: EnteredRun) -> Verdict:
    if trace.own:
        return OK
    entry = trace.entry
    ended = "failed" if entry.status == "fail" else "passed"
    what = "a file that is no receipt of this version" if trace.there else "a receipt that is gone"
    return deny(
        Place(trace.ledger, f"/{entry.number}/receipt/path"),
        f"entry {entry.number}, of a run ({entry.operation}) that {ended}, names {what}",
        found=entry.path,
        expected="a receipt of this version",
        hint="restore the receipt; receipts are kept, those of failed runs too",
    )


def _named(trace: NamedRun) -> Verdict:
    if trace.entered == (trace.digest,):
        return OK
    return deny(
        trace.place,
        f"PROV names the run {trace.run}, of which the ledger does not know the receipt {trace.receipt}",
        found=trace.digest,
        expected=", ".join(trace.entered) or "one entry in the ledger",
        hint="restore the receipt as it was entered, or name the run that made the data",
    )


def _fetched(trace: Fetched) -> Verdict:
    if trace.receipt is not None:
        return OK
    return deny(
        Place(trace.record),
        f"the acquisition {trace.name} was fetched by no run that has a receipt",
        found="no receipt that names its record, its terms or its files among the outputs",
        expected="the receipt of a passed ingest, in the ledger",
        hint="restore the receipt of the ingest, or acquire the data again",
    )
