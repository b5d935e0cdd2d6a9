"""`identity.checksums`: the version has a list of its artifacts' digests."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.documents import Form
from kfm_gates.model.checksums import Checksums
from kfm_gates.model.finding import OK, Verdict, deny, verdict


@check("identity.checksums", serves=["R-008", "R-124"])
def checksums(form: Form[Checksums], subject: Subject) -> Verdict:
    """Deny checksums that are malformed, list nothing, or are those of another version.

    `checksums.json` is what a consumer compares a download with. It lists every artifact by its path from the
    evidence root with its SHA-256. Write it anew from the artifacts; `kfm-gates seal` does.
    """
    if form.document is None or form.findings:
        return verdict(form.findings)
    stated = form.document.dataset_version_id
    if stated == subject.version:
        return OK
    return deny(
        form.document.at("/dataset_version_id"),
        "the checksums are those of another version",
        found=stated,
        expected=subject.version,
        hint="write the checksums of this version's artifacts",
    )
