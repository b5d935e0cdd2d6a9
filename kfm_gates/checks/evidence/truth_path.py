"""`evidence.truth_path`: every stage rests on an earlier one."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.truth_path import Output, RunInput, Stage
from kfm_gates.facts.truth_path_times import Order
from kfm_gates.model.finding import OK, Finding, Verdict, deny, finding, verdict
from kfm_gates.model.text import instant

_FETCHING = frozenset({"ingest", "ingest+publish"})
_RELEASING = frozenset({"promote", "ingest+publish"})


@check("evidence.truth_path", serves=["R-002", "R-010", "R-021"])
def truth_path(stage: Stage) -> Verdict:
    """Deny a version of which a run read what no earlier stage had made, or is older than what it read.

    RAW, then PROCESSED, then CATALOG, then the release: each stage may only use what an earlier one left
    behind on record. Only an ingest reads upstream; a transform reads raw files that their acquisition lists,
    or artifacts that a run is on record for; a promotion reads the decision, the catalogs and the reports.
    And times must run forward: acquired, ingested, transformed, decided, released, promoted, judged. What
    came by another way has no provenance. Fetch it through an acquisition, or rebuild the version from what
    is on record; where only a time is wrong, correct the clock of the machine and run the step again.
    """
    step = stage.step
    if isinstance(step, RunInput):
        return verdict(_input(step))
    return _order(step)


def _input(given: RunInput) -> Iterator[Finding]:
    operation = given.receipt.operation
    if given.path is None:
        if operation not in _FETCHING and not given.uri.startswith("doc:") and operation != "index_backfill":
            yield finding(
                given.place,
                f"the {operation} run reads {given.uri}, which is no file of the evidence: only an ingest does",
                found=given.uri,
                expected="a file that an earlier stage made",
                hint="acquire it first, so that its bytes, terms and time are on record",
            )
        return
    if given.template == "policy_decision" and operation not in _RELEASING:
        yield _odd(given, "is decided about, so it can't read the decision")
        return
    earlier = [output for output in given.written_by if _not_after(output, given)]
    if earlier or (given.given and not given.written_by):
        foreign = [output for output in earlier if not output.own]
        if foreign and len(foreign) == len(earlier) and given.digest not in {o.digest for o in foreign}:
            yield finding(
                given.place,
                f"the {operation} run read other bytes than the run that made {given.path} wrote",
                found=given.digest,
                expected=foreign[-1].digest,
                hint="rebuild this version from the artifact as it was made",
            )
        return
    if given.written_by:
        first = given.written_by[0]
        yield finding(
            given.place,
            f"the {operation} run reads {given.path}, which was made only later",
            found=f"read by {given.receipt.created_at}, made by {first.created_at} ({first.receipt})",
            expected="an input that is older than the run",
            hint="run the steps in their order, or correct the clock and run this step again",
        )
    else:
        yield _odd(given, "reads what no run, acquisition or decision on record has made")


def _not_after(output: Output, given: RunInput) -> bool:
    if output.created_at is None or given.receipt.created_at is None:
        return True
    return instant(output.created_at) <= instant(given.receipt.created_at)


def _odd(given: RunInput, what: str) -> Finding:
    return finding(
        given.place,
        f"the {given.receipt.operation} run {what}: {given.path}",
        found=given.path,
        expected="a raw file that its acquisition lists, an output of an earlier run, or the spec",
        hint="bring it in through an acquisition, or have the run that makes it write a receipt",
    )


def _order(order: Order) -> Verdict:
    if order.kept:
        return OK
    return deny(
        order.place,
        f"{order.before} is dated after {order.after}",
        found=f"{order.before_time} and {order.after_time}",
        expected=f"{order.before} no later than {order.after}",
        hint="find out which of the two times is wrong, and run that step again",
    )
