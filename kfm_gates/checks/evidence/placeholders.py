"""`evidence.placeholders`: no value is still to be filled in."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.evidence.placeholders import placeholders_in
from kfm_gates.evidence.pointers import walk
from kfm_gates.facts.own_documents import OwnDocument
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict


@check("evidence.placeholders", serves=["R-022", "R-060", "R-277"])
def placeholders(document: OwnDocument) -> Verdict:
    """Deny a document in which a placeholder stands where a value belongs.

    `TODO`, `TBD`, `<sha256>`, `...`, a digest of zeros, or `latest` instead of a version say that somebody
    meant to come back. A release can't be repeated from a value that is not there, or that means something
    else tomorrow. Write the value; where there is none, leave the field out if its form allows that.
    """
    found = []
    for pointer, value in walk(document.value):
        if isinstance(value, str):
            found += [_finding(Place(document.path, pointer), what, value) for what in placeholders_in(value)]
    return verdict(found)


def _finding(place: Place, what: str, value: str) -> Finding:
    name = place.pointer.rpartition("/")[2] or "the document"
    return finding(
        place,
        f"`{name}` holds the placeholder {what}",
        found=value,
        expected="a value",
        hint="write the value that belongs here",
    )
