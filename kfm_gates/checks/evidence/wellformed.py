"""`evidence.wellformed`: every document means one thing to every reader."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.facts.readings import Reading
from kfm_gates.model.finding import OK, Place, Verdict, deny, finding, verdict


@check("evidence.wellformed", serves=["R-022"])
def wellformed(reading: Reading) -> Verdict:
    """Deny a document, or a line of the ledger, that a strict parser refuses.

    Two readers must not see two values in the same bytes: with a key that stands there twice, one tool
    checks the first value and another publishes the second. Refused are duplicate keys, byte-order marks,
    bytes that are not UTF-8, NaN, numbers that do not survive, strings that are not in Unicode form NFC, and
    in YAML also aliases, tags and unquoted values that readers differ on. Correct the file at the line given,
    or write it anew with a library.
    """
    if not reading.refused:
        return OK
    if reading.stands_in is not None:
        tool = "git lfs pull" if reading.stands_in == "Git LFS" else "dvc pull"
        return deny(
            Place(reading.path),
            f"{reading.path} is a {reading.stands_in} pointer, not the document it points to",
            found="a pointer",
            expected="the document itself",
            hint=f"fetch it with `{tool}`",
        )
    return verdict(
        finding(
            Place(reading.path, error.pointer, error.line),
            str(error),
            found="bytes that a strict parser refuses",
            expected="a document with one meaning for all readers",
            hint="correct it on this line",
        )
        for error in reading.refused
    )
