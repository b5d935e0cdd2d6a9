"""`receipt.digests`: what a receipt says was read and written is what is there."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.facts.presence import Missing
from kfm_gates.facts.receipt_references import ReceiptReference
from kfm_gates.model.finding import OK, Finding, Verdict, finding, verdict


@check("receipt.digests", serves=["R-168", "R-169", "R-174", "R-180"])
def digests(reference: ReceiptReference, snapshot: Snapshot, missing: Missing) -> Verdict:
    """Deny a receipt that names a file which is not there, or by another digest than its bytes have.

    Inputs, outputs, container, parameters and QA report are named by digest, so that a run can be repeated
    and nobody can exchange what it read. Upstream addresses are not looked up. Artifacts of the version are
    compared by `identity.digests`. Restore the file that was named; when the receipt is wrong, the run that
    wrote it can't be trusted, so run it again.
    """
    if reference.path is None or missing.covers(reference.path):
        return OK
    return verdict(_findings(reference, reference.path, snapshot))


def _findings(reference: ReceiptReference, path: str, snapshot: Snapshot) -> Iterator[Finding]:
    if path not in snapshot:
        yield finding(
            reference.place,
            f"{reference.what} is not there: {path}",
            found=None,
            expected=f"a file with the digest {reference.digest}",
            hint="restore the file, or run the step again that names it",
        )
        return
    try:
        digest = snapshot.content(path).digest
    except Unreadable as error:
        digest = f"{path} {error}"
    if digest != reference.digest:
        yield finding(
            reference.place,
            f"{reference.what} has other bytes than the receipt states: {path}",
            found=digest,
            expected=reference.digest,
            hint="restore the file as it was at the time of the run, or run the step again",
        )
