"""`quality.report`: QA was run on this version, and everybody speaks of the same report."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.artifacts import PRODUCING
from kfm_gates.facts.documents import Form
from kfm_gates.facts.files import PinnedFile
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.receipt import Receipt

_REPORTED = PRODUCING | {"validate", "promote"}
"""Operations that end with the QA report of the version."""
_RERUN = "run QA on the artifacts of this version and write the report anew"


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
) -> Verdict:
    """Deny a version whose QA report is malformed, about other bytes, at odds with itself, or not the one cited.

    The report must be about exactly the artifacts that lie on disk, by digest; its status must follow from its
    own checks; and the manifest and the receipts of the runs that made or promoted the version must give the
    digest and the status of this very report. Otherwise the release rests on figures of other data. Run QA on
    the artifacts as they are, then seal and approve anew. (That the report names this version and its
    specification is judged by `identity.agreement`, the digest in receipts by `receipt.digests`.)
    """
    if form.document is None or form.findings:
        return verdict(form.findings)
    pinned = {file.path: file.digest for file in files}
    artifacts = index.of_version("artifact", subject.slug, subject.version)
    return verdict(
        [
            *_artifacts(form.document, {path: pinned.get(path) for path in artifacts}),
            *_own_status(form.document),
            *_cited(form.document, pinned[form.path], manifest, receipts),
        ]
    )


def _artifacts(made: QaReport, on_disk: dict[str, str | None]) -> Iterator[Finding]:
    listed = {artifact.path: (number, artifact.digest) for number, artifact in enumerate(made.artifacts)}
    for path in sorted(on_disk.keys() - listed.keys()):
        yield finding(
            made.at("/artifacts"),
            f"{path} was not examined by QA",
            found="not listed in the report",
            expected="every artifact of the version",
            hint=_RERUN,
        )
    for path, (number, digest) in listed.items():
        if path not in on_disk:
            yield finding(
                made.at(f"/artifacts/{number}/path"),
                "the QA report is about a file that is no artifact of this version",
                found=path,
                expected=" or ".join(sorted(on_disk)),
                hint=_RERUN,
            )
        elif on_disk[path] is not None and on_disk[path] != digest:
            yield finding(
                made.at(f"/artifacts/{number}/digest"),
                f"QA examined other bytes than those of {path}",
                found=digest,
                expected=on_disk[path],
                hint=_RERUN,
            )


def _own_status(made: QaReport) -> Iterator[Finding]:
    outcome = "pass" if all(each.status == "pass" for each in made.checks) else "fail"
    if made.status != outcome:
        yield finding(
            made.at("/status"),
            "the status of the QA report does not follow from its checks",
            found=made.status,
            expected=outcome,
            hint=_RERUN,
        )


def _cited(
    made: QaReport, digest: str | None, manifest: Manifest, receipts: tuple[Receipt, ...]
) -> Iterator[Finding]:
    claims: list[tuple[Place, str, str, str, str | None]] = [
        (manifest.at("/qa/status"), "manifest", "status", manifest.qa.status, made.status),
        (manifest.at("/qa/report_digest"), "manifest", "digest", manifest.qa.report_digest, digest),
    ]
    for receipt in receipts:
        # A run that failed may have had a report of its own.
        if receipt.operation in _REPORTED and receipt.validation.status == "pass":
            at = receipt.at("/validation/status")
            claims.append((at, f"receipt of the {receipt.operation} run", "status", "pass", made.status))
    for place, who, what, stated, true in claims:
        if stated != true:
            yield finding(
                place,
                f"the {who} gives another {what} than that of the QA report",
                found=stated,
                expected=true,
                hint="write it from the report that QA made of this version",
            )
