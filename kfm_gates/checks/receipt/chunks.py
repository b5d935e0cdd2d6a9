"""`receipt.chunks`: of a backfill that was planned in chunks, every chunk was run, once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kfm_gates.checks.api import check
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.artifacts import PRODUCING
from kfm_gates.facts.documents import Form
from kfm_gates.facts.periods import Period, cut
from kfm_gates.facts.producing_runs import period_of
from kfm_gates.model.backfill_plan import BackfillPlan
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.spec import Spec

_CHUNKED = PRODUCING | {"ingest"}
"""Operations that a backfill may run chunk by chunk."""
_MOST = 20
"""How many chunks without a receipt are named: a plan of hours may have thousands."""

_Runs = Mapping[Period, Sequence[Receipt]]


@check("receipt.chunks", serves=["R-015", "R-163"])
def chunks(
    form: Form[BackfillPlan], receipts: tuple[Receipt, ...], spec: Spec, subject: Subject
) -> Verdict:
    """Deny a planned backfill of which a chunk has no passed receipt, or two, or whose plan is malformed.

    The plan is the list of what had to be run: its window is that of the specification, cut by
    `chunking.mode` into steps of the calendar in UTC, counted from the start of the window. Each chunk must
    have the receipt of a passed run over exactly that period, as its `window`; a receipt without a window is
    one of the whole version, so a plan of several chunks needs the receipt form that has one. Two passed runs
    that wrote the same files leave open which of them was released. Run the chunk that is missing; of two
    runs that did the same, find out why there are two.
    """
    if form.document is None or form.findings:
        return verdict(form.findings)
    plan = form.document
    findings = list(_of_another(plan, spec, subject))
    if findings:  # the chunks of another plan say nothing about this version
        return verdict(findings)
    whole = Period.of(plan.window)
    runs = _runs(receipts, whole)
    return verdict([*_missing(plan, whole, runs), *_twice(runs)])


def _of_another(plan: BackfillPlan, spec: Spec, subject: Subject) -> Iterator[Finding]:
    wanted = spec.window or plan.window
    same = Period.of(plan.window) == Period.of(wanted)
    for pointer, what, stated, true, agrees in (
        ("/dataset_slug", "dataset", plan.dataset_slug, subject.slug, plan.dataset_slug == subject.slug),
        (
            "/promotion/expected_dataset_version_id",
            "version",
            plan.promotion.expected_dataset_version_id,
            subject.version,
            plan.promotion.expected_dataset_version_id == subject.version,
        ),
        ("/window", "window", Period.of(plan.window), Period.of(wanted), same),
    ):
        if not agrees:
            yield finding(
                plan.at(pointer),
                f"the backfill plan is for another {what} than the one that was made",
                found=stated,
                expected=true,
                hint="restore the plan by which the version was made; a changed plan is a new backfill",
            )


def _runs(receipts: tuple[Receipt, ...], whole: Period) -> _Runs:
    found: dict[Period, list[Receipt]] = defaultdict(list)
    for receipt in receipts:
        if receipt.operation in _CHUNKED:
            found[period_of(receipt) or whole].append(receipt)
    return found


def _missing(plan: BackfillPlan, whole: Period, runs: _Runs) -> Iterator[Finding]:
    count = 0
    for chunk in cut(whole, plan.chunking.mode):
        made = runs.get(chunk, ())
        if any(receipt.validation.status == "pass" for receipt in made):
            continue
        count += 1
        more = count > _MOST
        yield finding(
            plan.at("/chunking/mode"),
            f"{'and further ones' if more else 'the planned chunk ' + str(chunk)} without a passed receipt",
            found=", ".join(receipt.path for receipt in made) or "no run over this period",
            expected="the receipt of a passed run whose `window` is the chunk",
            hint="run the chunk, and let it write its receipt with its window",
        )
        if more:
            return


def _twice(runs: _Runs) -> Iterator[Finding]:
    for period, made in runs.items():
        passed = sorted(
            (each for each in made if each.validation.status == "pass"),
            key=lambda each: (each.created_at or "", each.path),
        )
        wrote: dict[tuple[str, str], Receipt] = {}
        for receipt in passed:
            uris = [output.uri for output in receipt.outputs]
            earlier = [wrote[receipt.operation, u] for u in uris if (receipt.operation, u) in wrote]
            if earlier:
                yield finding(
                    receipt.at(),
                    f"the chunk {period} was run twice: {earlier[0].path} passed and wrote the same",
                    found=f"{receipt.operation} at {receipt.created_at}",
                    expected=f"one passed {receipt.operation} run that writes {uris[0]}",
                    hint="find out which run made what is released; a new run of a passed chunk is a new version",
                )
            wrote |= {(receipt.operation, uri): receipt for uri in uris}
