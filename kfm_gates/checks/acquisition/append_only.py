"""`acquisition.append_only`: what was once fetched stays as it was fetched."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.presence import Missing
from kfm_gates.facts.raw_history import RawHistory
from kfm_gates.model.finding import Finding, Verdict, finding, verdict


@check("acquisition.append_only", serves=["R-006", "R-016"])
def append_only(history: RawHistory, missing: Missing) -> Verdict:
    """Deny a version of a dataset of which a raw file, terms or acquisition record changed or vanished.

    RAW is only ever added to: it is the ground on which every version of the dataset can be made again and
    compared, this one and all before. So what each passed ingest in the ledger wrote, for whichever version,
    must still be there with the digest that its receipt states. Data that changed upstream is a new
    acquisition beside the old one, never a correction of it. Restore the file from where the ledger and the
    evidence are kept.
    """
    return verdict(_findings(history, missing))


def _findings(history: RawHistory, missing: Missing) -> Iterator[Finding]:
    for lost in history.lost:
        if lost.path is None:
            state = "is not the one in the ledger" if lost.is_other_receipt else "can't be read"
            yield finding(
                lost.place,
                f"the receipt of an ingest of {history.slug} {state}, so nobody knows what it wrote",
                found=lost.found,
                expected=lost.stated,
                hint="restore the receipt as it was when it was entered",
            )
        elif not missing.covers(lost.path):
            state = "is gone" if lost.found is None else "was changed"
            yield finding(
                lost.place,
                f"{lost.path} {state} since it was fetched",
                found=lost.found,
                expected=lost.stated,
                hint="restore the file; new data from upstream is a new acquisition",
            )
