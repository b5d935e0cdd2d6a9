"""`release.receipt`: the promotion is a run, with a receipt of what it rested on and what it wrote."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.container import Unmet
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.releases import PROMOTING
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.policy_decision import PolicyDecision
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.receipt import Receipt


@check("release.receipt", serves=["R-188"])
def receipt(
    manifest: Manifest, receipts: tuple[Receipt, ...], decision: PolicyDecision, report: QaReport
) -> Verdict:
    """Deny a promotion whose receipt does not name the manifest it wrote and the evidence it rested on.

    A promotion is an activity like any other: its receipt says which catalogs, which QA report and which policy
    decision it read, and that it wrote this manifest. Without that nobody can tell later on what the release
    was decided. Have the promotion write its receipt from what it read: `inputs` with the policy decision, the
    QA report and every catalog that the manifest lists, `outputs` with the manifest. (Their digests are judged
    by `receipt.digests`.)
    """
    promotions = [r for r in receipts if r.operation in PROMOTING and r.validation.status == "pass"]
    if not promotions:
        raise Unmet("receipt.form")
    made = max(promotions, key=lambda each: each.moment)
    needed = {decision.path: "the policy decision", report.path: "the QA report"}
    needed |= {each.path: "a catalog that the manifest lists" for each in manifest.catalogs}
    return verdict([*_unread(made, needed), *_unwritten(made, manifest)])


def _unread(made: Receipt, needed: dict[str, str]) -> Iterator[Finding]:
    # What a run makes itself (`ingest+publish`) it need not read.
    known = {file_path(each.uri) for each in (*made.inputs, *made.outputs)}
    for path, what in sorted(needed.items()):
        if path not in known:
            yield finding(
                made.at("/inputs"),
                f"the receipt of the promotion does not name {what} among its inputs",
                found="not listed",
                expected=path,
                hint="promote again, with a receipt of everything that was read",
            )


def _unwritten(made: Receipt, manifest: Manifest) -> Iterator[Finding]:
    if manifest.path not in {file_path(each.uri) for each in made.outputs}:
        yield finding(
            made.at("/outputs"),
            "the receipt of the promotion does not name the manifest among its outputs",
            found="not listed",
            expected=manifest.path,
            hint="promote again, with a receipt of everything that was written",
        )
