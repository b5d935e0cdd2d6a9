"""What `quality.report` asks of the reports of chunks, and what they have in common with that of a version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kfm_gates.facts.chunk_reports import ChunkReports
from kfm_gates.model.finding import Finding, Place, finding
from kfm_gates.model.qa_report import QaCheck, QaReport
from kfm_gates.model.receipt import Receipt

RERUN = "run QA on the artifacts of this version and write the report anew"


def of_chunks(
    chunks: ChunkReports,
    main: QaReport | None,
    on_disk: Mapping[str, str | None],
    receipts: tuple[Receipt, ...],
) -> Iterator[Finding]:
    """What is wrong with the reports of chunks, and with the runs that cite them."""
    for chunk in chunks.reports:
        yield from chunk.findings
        made = chunk.document
        if made is None or chunk.findings:
            continue
        runs = [each for each in receipts if chunks.of(each) == chunk]
        yield from _same_version(made, main)
        yield from own_status(made)
        for number, each in enumerate(made.checks):
            yield from _row(made.at(f"/checks/{number}/status"), each)
        yield from _examined(made, on_disk, runs)
        if not runs:
            yield _uncited(made)
        for run in runs:
            yield from _run(made, run, chunks)


def own_status(made: QaReport) -> Iterator[Finding]:
    """Deny a status that does not follow from the report's own checks."""
    outcome = "pass" if all(each.status == "pass" for each in made.checks) else "fail"
    if made.status != outcome:
        yield finding(
            made.at("/status"),
            "the status of the QA report does not follow from its checks",
            found=made.status,
            expected=outcome,
            hint=RERUN,
        )


def differs(place: Place, who: str, what: str, stated: str, true: str | None) -> Iterator[Finding]:
    """Deny what somebody states otherwise than the QA report."""
    if stated != true:
        yield finding(
            place,
            f"the {who} gives another {what} than that of the QA report",
            found=stated,
            expected=true,
            hint="write it from the report that QA made of this version",
        )


def _same_version(made: QaReport, main: QaReport | None) -> Iterator[Finding]:
    for field in ("dataset_slug", "dataset_version_id", "spec_hash") if main is not None else ():
        stated, true = getattr(made, field), getattr(main, field)
        yield from differs(made.at(f"/{field}"), "report of a chunk", field, stated, true)


def _row(place: Place, each: QaCheck) -> Iterator[Finding]:
    """The thresholds of the specification are for the whole version, so the bounds here are the chunk's own."""
    bounded = each.min is not None or each.max is not None
    kept = (each.min is None or each.value >= each.min) and (each.max is None or each.value <= each.max)
    if each.status != ("pass" if kept and bounded else "fail"):
        yield finding(
            place,
            f"the status of the check `{each.id}` does not follow from its value and its bounds",
            found=each.status,
            expected="pass" if kept and bounded else "fail" if bounded else "fail, or a bound",
            hint=RERUN,
        )


def _examined(made: QaReport, on_disk: Mapping[str, str | None], runs: list[Receipt]) -> Iterator[Finding]:
    known = {(output.uri, output.digest) for run in runs for output in run.outputs} | set(on_disk.items())
    for number, artifact in enumerate(made.artifacts):
        if (artifact.path, artifact.digest) not in known:
            yield finding(
                made.at(f"/artifacts/{number}"),
                "the report of a chunk is about bytes that neither its run wrote nor the version holds",
                found=f"{artifact.path} with {artifact.digest}",
                expected="a file that the run of the chunk wrote",
                hint="run QA on what the chunk wrote",
            )


def _uncited(made: QaReport) -> Finding:
    return finding(
        made.at(),
        "no receipt cites this report of a chunk",
        found="no receipt",
        expected="the receipt of the run that it validated",
        hint="list the report among the outputs of its run, or remove it when it belongs to none",
    )


def _run(made: QaReport, receipt: Receipt, chunks: ChunkReports) -> Iterator[Finding]:
    """What is wrong with a run that was validated by the report of a chunk."""
    if not chunks.is_chunk(receipt):
        own, whole = receipt.window, chunks.whole
        part = "; it has none" if whole is None else f", {whole.start} to {whole.end}"
        yield finding(
            receipt.at("/window" if own is not None else ""),
            f"the {receipt.operation} run was no chunk, but is validated by the report of one",
            found="no window" if own is None else f"{own.start} to {own.end}",
            expected=f"a part of the specification's window{part}",
            hint="cite the QA report of the whole version, or give the run the window of its chunk",
        )
    who, stated = f"receipt of the {receipt.operation} run", receipt.validation.status
    yield from differs(receipt.at("/validation/status"), who, "status", stated, made.status)
