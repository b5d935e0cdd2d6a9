"""`receipt.chunks`: of a backfill that was planned in chunks, every chunk was run, once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kfm_gates.checks.api import check
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.artifacts import PRODUCING
from kfm_gates.facts.documents import Form
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.periods import Period, cut
from kfm_gates.facts.producing_runs import in_time, period_of
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
    form: Form[BackfillPlan], receipts: tuple[Receipt, ...], spec: Spec, subject: Subject, layout: Layout
) -> Verdict:
    """Deny a version whose backfill plan is malformed, or another's, or has a chunk that was not run, or twice.

    The plan is the list of what had to be run: its window is that of the specification, cut by
    `chunking.mode` into steps of the calendar in UTC, counted from the start of the window. Each chunk must
    have the receipt of a passed run over exactly that period, as its `window`; a receipt without a window is
    one of the whole version, so a plan of several chunks needs the receipt form that has one. A chunk may be
    made in steps, and run again as a whole; but of two runs that each wrote a part of the same files nobody
    can say which of them made it. Run the chunk that is missing, and run it as a whole.
    """
    if form.document is None or form.findings:
        return verdict(form.findings)
    plan = form.document
    findings = list(_of_another(plan, spec, subject))
    if findings:  # the chunks of another plan say nothing about this version
        return verdict(findings)
    whole = Period.of(plan.window)
    runs = _runs(receipts, whole)
    return verdict([*_missing(plan, whole, runs), *_twice(runs, layout)])


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
    named = 0
    for chunk in cut(whole, plan.chunking.mode):
        made = runs.get(chunk, ())
        if any(receipt.validation.status == "pass" for receipt in made):
            continue
        named += 1
        yield finding(
            plan.at("/chunking/mode"),
            f"the planned chunk {chunk} has no passed receipt"
            if named <= _MOST
            else f"the planned chunk {chunk} has no passed receipt, and others after it may have none either",
            found=", ".join(receipt.path for receipt in made) or "no run over this period",
            expected="the receipt of a passed run whose `window` is the chunk",
            hint="run the chunk, and let it write its receipt with its window",
        )
        if named > _MOST:
            return


def _twice(runs: _Runs, layout: Layout) -> Iterator[Finding]:
    """Runs of one operation over one period are steps, or a rerun of the whole; nothing in between."""
    for period, made in runs.items():
        passed = in_time(each for each in made if each.validation.status == "pass")
        for number, receipt in enumerate(passed):
            wrote = _data(receipt, layout)
            for before in passed[:number]:
                earlier = _data(before, layout) if before.operation == receipt.operation else set()
                if wrote & earlier and not earlier <= wrote:
                    yield finding(
                        receipt.at("/outputs"),
                        f"the chunk {period} was made by two runs: {before.path} passed and wrote the same in part",
                        found=", ".join(sorted(wrote)),
                        expected=f"all that the run before wrote, or nothing of it: {', '.join(sorted(earlier))}",
                        hint="run the chunk again as a whole",
                    )


def _data(receipt: Receipt, layout: Layout) -> set[str]:
    paths = (path for output in receipt.outputs if (path := file_path(output.uri)) is not None)
    matches = ((path, layout.match(path)) for path in paths)
    return {path for path, match in matches if match and match.name in ("artifact", "raw_artifact")}
