"""`release.manifest`: the release is on record, and the record is about this version."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.documents import Form
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.manifest import Manifest


@check("release.manifest", serves=["R-181", "R-182", "R-183", "R-184", "R-186"])
def manifest(form: Form[Manifest]) -> Verdict:
    """Deny a promotion manifest that is malformed, or that releases a version of which QA did not pass.

    The manifest is what a release is: these bytes, these catalogs, this QA report, this policy decision, these
    approvals. Everything that serves the version reads it. Write it from the template of version v1 after QA
    and the policy decision, with `qa.status` as QA reported it; `kfm-gates seal` fills in the digests. (That it
    is about the version under whose name it lies is judged by `identity.agreement`, its time by
    `evidence.truth_path`.)
    """
    if form.document is None or form.findings:
        return verdict(form.findings)
    return verdict(_findings(form.document))


def _findings(made: Manifest) -> Iterator[Finding]:
    if made.qa.status != "pass":
        yield finding(
            made.at("/qa/status"),
            "the manifest releases a version of which QA did not pass",
            found=made.qa.status,
            expected="pass",
            hint="mend the data and run QA again; what fails belongs into quarantine",
        )
    if made.supersedes == made.dataset_version_id:
        yield finding(
            made.at("/supersedes"),
            "the version supersedes itself",
            found=made.supersedes,
            expected="an earlier version, or no such field",
            hint="name the version that this one replaces",
        )
