"""`quality.report`: QA was run on this version, and everybody speaks of the same report."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.checks.quality._chunks import RERUN, differs, of_chunks, own_status
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.artifacts import PRODUCING
from kfm_gates.facts.chunk_reports import ChunkReports
from kfm_gates.facts.documents import Form
from kfm_gates.facts.files import PinnedFile
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.receipt import Receipt

_REPORTED = PRODUCING | {"validate", "promote"}
"""Operations that end with the QA report of the version."""


@check(
    "quality.report",
    needs="identity.digests",
    serves=["R-156", "R-161", "R-162", "R-171", "R-186"],
)
def report(
    form: Form[QaReport],
    subject: Subject,
    index: Index,
    files: tuple[PinnedFile, ...],
    manifest: Manifest,
    receipts: tuple[Receipt, ...],
    chunks: ChunkReports,
) -> Verdict:
    """Deny a version whose QA report is malformed, about other bytes, at odds with itself, or not the one cited.

    The report must be about exactly the artifacts that lie on disk, by digest; its status must follow from its
    own checks; and the manifest and the receipts of the runs that made or promoted the version must give the
    digest and the status of this very report. Otherwise the release rests on figures of other data. Run QA on
    the artifacts as they are, then seal and approve anew. (That the report names this version and its
    specification is judged by `identity.agreement`, the digest in receipts by `receipt.digests`, and that
    each value keeps its bounds by `quality.thresholds`.)

    In a backfill by chunks, a run whose window is a part of the specification's may be validated by a report
    of its own in `qa/chunks/`, which it lists among its outputs. Such a report must be about this version and
    about files that the run wrote, agree with itself value by value, and be cited by a receipt.
    """
    pinned = {file.path: file.digest for file in files}
    artifacts = index.of_version("artifact", subject.slug, subject.version)
    on_disk = {path: pinned.get(path) for path in artifacts}
    found = [*form.findings]
    made = form.document if not form.findings else None
    if made is not None:
        found += _artifacts(made, on_disk)
        found += own_status(made)
        found += _in_manifest(made, pinned[form.path], manifest)
        found += _in_receipts(made, receipts, chunks)
    return verdict([*found, *of_chunks(chunks, made, on_disk, receipts)])


def _artifacts(made: QaReport, on_disk: dict[str, str | None]) -> Iterator[Finding]:
    listed = {artifact.path: (number, artifact.digest) for number, artifact in enumerate(made.artifacts)}
    for path in sorted(on_disk.keys() - listed.keys()):
        yield finding(
            made.at("/artifacts"),
            f"{path} was not examined by QA",
            found="not listed in the report",
            expected="every artifact of the version",
            hint=RERUN,
        )
    for path, (number, digest) in listed.items():
        if path not in on_disk:
            yield finding(
                made.at(f"/artifacts/{number}/path"),
                "the QA report is about a file that is no artifact of this version",
                found=path,
                expected=" or ".join(sorted(on_disk)),
                hint=RERUN,
            )
        elif on_disk[path] is not None and on_disk[path] != digest:
            yield finding(
                made.at(f"/artifacts/{number}/digest"),
                f"QA examined other bytes than those of {path}",
                found=digest,
                expected=on_disk[path],
                hint=RERUN,
            )


def _in_manifest(made: QaReport, digest: str | None, manifest: Manifest) -> Iterator[Finding]:
    yield from differs(manifest.at("/qa/status"), "manifest", "status", manifest.qa.status, made.status)
    stated = manifest.qa.report_digest
    yield from differs(manifest.at("/qa/report_digest"), "manifest", "digest", stated, digest)


def _in_receipts(made: QaReport, receipts: tuple[Receipt, ...], chunks: ChunkReports) -> Iterator[Finding]:
    """Runs that passed; one that failed may have had a report of its own."""
    for receipt in receipts:
        if (
            receipt.operation in _REPORTED
            and receipt.validation.status == "pass"
            and chunks.of(receipt) is None
        ):
            who = f"receipt of the {receipt.operation} run"
            yield from differs(receipt.at("/validation/status"), who, "status", "pass", made.status)
