"""`receipt.form`: every run has a receipt that says all its operation must say."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.artifacts import PRODUCING
from kfm_gates.facts.documents import Form
from kfm_gates.model.finding import Finding, Json, Place, Verdict, finding, verdict
from kfm_gates.model.receipt import Receipt

_NEEDED = {
    "the run that made the artifacts": PRODUCING,
    "the promotion": frozenset({"promote"}),
}


@check(
    "receipt.form", serves=["R-164", "R-166", "R-167", "R-168", "R-169", "R-170", "R-171", "R-172", "R-173"]
)
def form(receipt: Form[Receipt], receipts: tuple[Form[Receipt], ...], subject: Subject) -> Verdict:
    """Deny a receipt that lacks what its operation requires, or a version without receipts of its main runs.

    A receipt is the only witness of a run: what it read and wrote, in which environment, under which policy
    decision, and how its validation ended. The runbooks have four forms of it; which one a document is read
    as follows from the fields that it has. A version needs at least one passed run that made its artifacts
    and a passed promotion. Have the run write its receipt again from its own record, or run it again.
    """
    findings = list(alone(receipt, subject))
    if receipt.path == receipts[0].path:  # what is missing among all of them is said once
        findings += _missing(receipts, subject)
    return verdict(findings)


def alone(receipt: Form[Receipt], subject: Subject) -> tuple[Finding, ...]:
    """What is wrong with one receipt, whatever others there are."""
    if receipt.document is None or receipt.findings:
        return receipt.findings
    return tuple(_of_another_version(receipt.document, subject))


def _of_another_version(receipt: Receipt, subject: Subject) -> Iterator[Finding]:
    if subject.version not in receipt.dataset_version_ids:
        several = "dataset_version_ids" in receipt.raw
        yield finding(
            receipt.at("/dataset_version_ids" if several else "/dataset_version_id"),
            "the receipt is of a run for another version than the folder in which it lies",
            found=", ".join(receipt.dataset_version_ids),
            expected=subject.version,
            hint="move the receipt to the version that it is about",
        )


def _missing(receipts: tuple[Form[Receipt], ...], subject: Subject) -> Iterator[Finding]:
    passed = {_operation(form.raw) for form in receipts if _passed(form.raw)}
    for what, operations in _NEEDED.items():
        if not passed & operations:
            folder = receipts[0].path.rpartition("/")[0]
            yield finding(
                Place(receipts[0].path),
                f"no receipt of {subject.version} is of {what}, ended with `pass`",
                found=", ".join(sorted(str(_operation(form.raw)) for form in receipts)),
                expected=f"a receipt in {folder} of the operation {' or '.join(sorted(operations))}",
                hint="add the receipt that the run wrote; if there was no such run, make it",
            )


def _operation(raw: Json) -> str | None:
    operation = raw.get("operation") if isinstance(raw, dict) else None
    return operation if isinstance(operation, str) else None


def _passed(raw: Json) -> bool:
    validation = raw.get("validation") if isinstance(raw, dict) else None
    return isinstance(validation, dict) and validation.get("status") != "fail"
