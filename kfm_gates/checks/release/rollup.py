"""`release.rollup`: the chunks of a version make up the whole of it, and were all made the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kfm_gates.checks.api import check
from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.periods import Period
from kfm_gates.facts.producing_runs import ProducingRun
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.spec import Spec

_SAME = "run all chunks with one specification, one container image and one commit"


@check("release.rollup", serves=["R-190"])
def rollup(spec: Spec, runs: tuple[ProducingRun, ...], layout: Layout) -> Verdict:
    """Deny a version whose chunks do not tile its window, or differ in specification, image or commit.

    A backfill may run in chunks, but what is released is one version. The `window`s of the passed runs that
    made it must tile the window of the specification: half-open periods in UTC, without gap and without
    overlap. Where they are several, all must name the same specification, container image and commit, or the
    version would be two versions under one name. A run without a window stands for the whole version; one
    that only goes on from what the chunks delivered is no chunk. Run the chunk that is missing, and run the
    chunks again that were made in another way. (That the manifest lists what all chunks wrote is judged by
    `release.artifacts` and `identity.digests`.)
    """
    chunks = [run for run in runs if run.is_chunk]
    if spec.window is None:
        return verdict([*_nothing_to_tile(spec, chunks), *_made_alike(chunks, layout)])
    whole = Period.of(spec.window)
    chunks = [replace(run, period=run.period or whole) for run in chunks]
    findings = [*_outside(chunks, whole), *_gaps(spec, chunks, runs, whole), *_overlaps(chunks)]
    return verdict([*findings, *_made_alike(chunks, layout)])


def _nothing_to_tile(spec: Spec, chunks: Sequence[ProducingRun]) -> Iterator[Finding]:
    periods = {run.period for run in chunks}
    if len(periods) != 1:
        given = ", ".join(sorted("no window" if period is None else str(period) for period in periods))
        yield finding(
            spec.at(),
            "the specification has no window, so nothing says what the chunks of the version make up together",
            found=given or "no run that passed and made the version",
            expected="runs over one period, or a `window` in the specification that the chunks tile",
            hint="give the specification its window, which makes a new version",
        )


def _outside(chunks: Sequence[ProducingRun], whole: Period) -> Iterator[Finding]:
    for run in chunks:
        if run.period is not None and (run.period.start < whole.start or whole.end < run.period.end):
            yield finding(
                run.receipt.at("/window"),
                f"the {run.receipt.operation} run reaches beyond the window of the specification",
                found=run.period,
                expected=f"a period within {whole}",
                hint="run the chunk over the window of the specification only",
            )


def _gaps(
    spec: Spec, chunks: Sequence[ProducingRun], runs: Sequence[ProducingRun], whole: Period
) -> Iterator[Finding]:
    covered = whole.start
    for period in [*_periods(chunks), Period(whole.end, whole.end)]:
        start = min(period.start, whole.end)
        if covered < start:
            yield _gap(spec, runs, Period(covered, start), whole)
        covered = max(covered, period.end)


def _gap(spec: Spec, runs: Sequence[ProducingRun], gap: Period, whole: Period) -> Finding:
    tried = ((run, run.period or whole) for run in runs if not run.passed)
    failed = [run.receipt.path for run, period in tried if period.start < gap.end and gap.start < period.end]
    return finding(
        spec.at("/window"),
        f"no passed run made the version from {gap}",
        found=f"a run that failed: {', '.join(failed)}" if failed else "no run",
        expected="passed runs whose windows tile the window of the specification",
        hint="run the chunk that is missing, and roll up again",
    )


def _overlaps(chunks: Sequence[ProducingRun]) -> Iterator[Finding]:
    """Runs over the very same period are steps of one chunk; periods that overlap in part are not."""
    last: Period | None = None
    for period in _periods(chunks):
        if last is not None and period.start < last.end:
            receipt = next(run.receipt for run in chunks if run.period == period)
            yield finding(
                receipt.at("/window" if receipt.window else ""),
                f"the {receipt.operation} run overlaps another that made the version",
                found=period,
                expected=f"a period that starts no earlier than {last} ends",
                hint="cut the window into half-open chunks, each starting where the one before ends",
            )
        last = period if last is None or period.end >= last.end else last


def _periods(chunks: Sequence[ProducingRun]) -> list[Period]:
    return sorted({run.period for run in chunks if run.period is not None})


def _made_alike(chunks: Sequence[ProducingRun], layout: Layout) -> Iterator[Finding]:
    if len({run.period for run in chunks}) < 2:
        return
    first, *others = (run.receipt for run in chunks)
    for receipt in others:
        for pointer, what, one, other in (
            ("/inputs", "specification", _spec(first, layout), _spec(receipt, layout)),
            ("/environment/container_digest", "container image", *_pair(first, receipt, "container_digest")),
            ("/environment/git_commit", "commit", *_pair(first, receipt, "git_commit")),
        ):
            if one != other:
                yield finding(
                    receipt.at(pointer),
                    f"this chunk was made with another {what} than {first.path}",
                    found=other,
                    expected=one,
                    hint=_SAME,
                )


def _pair(one: Receipt, other: Receipt, field: str) -> tuple[str, str]:
    return str(getattr(one.environment, field)), str(getattr(other.environment, field))


def _spec(receipt: Receipt, layout: Layout) -> str:
    """How a run says by which specification it was made; nothing, when it leaves that to its version id."""
    stated = []
    for reference in receipt.inputs:
        match = layout.match(file_path(reference.uri) or "")
        if match is not None and match.name == "spec":
            stated.append(f"{file_path(reference.uri)} {reference.digest}")
    return ", ".join(sorted(stated)) or str(receipt.spec_hash)
