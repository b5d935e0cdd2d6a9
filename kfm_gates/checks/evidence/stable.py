"""`evidence.stable`: what was judged is still what is there."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.facts.resting import Resting
from kfm_gates.model.finding import OK, Place, Verdict, deny


@check("evidence.stable", serves="R-174", last=True)
def stable(file: Resting) -> Verdict:
    """Deny a version of which a file was touched, came or went while it was judged.

    A verdict holds for bytes. When they move between the first read and the decision, part of the verdict
    is about bytes that are gone. Wait until whatever writes there has ended, then run the gates again; if
    nothing should be writing there, find out what does.
    """
    if file.change is None:
        return OK
    return deny(
        Place(file.path),
        f"{file.path} {file.change}",
        found="other bytes than those that were judged",
        expected="evidence that rests while it is judged",
        hint="wait until whatever writes there has ended, then run the gates again",
    )
