"""`receipt.times`: a receipt was written when all that it speaks of had happened."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.run_times import RunTimes
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.text import instant


@check("receipt.times", serves=["R-173"])
def times(run: RunTimes) -> Verdict:
    """Deny a receipt that is older than the end of its run, than a report it cites, or than its own period.

    A receipt is the last thing that a run writes. One that is dated before its run ended, or that gives the
    digest of a report which was written only later, was made up or changed afterwards. And what happened in a
    period can't have been taken in before the period was over, where the backfill plan counts by
    `event_time` or `transaction_time`. Find out which of the two times is wrong; correct the clock and run the
    step again. (That nothing is dated in the future, and no run before what it read, is judged by
    `evidence.truth_path`.)
    """
    return verdict(_findings(run))


def _findings(run: RunTimes) -> Iterator[Finding]:
    created_at = run.receipt.created_at
    if created_at is None:  # a form that has no such field
        return
    for earlier in run.before:
        if earlier.time > instant(created_at):
            yield finding(
                run.receipt.at("/created_at"),
                f"the receipt of the {run.receipt.operation} run is older than what it speaks of: {earlier.what} later",
                found=created_at,
                expected=f"{earlier.time.isoformat().replace('+00:00', 'Z')} or later",
                hint="find out which of the two times is wrong, and run that step again",
            )
