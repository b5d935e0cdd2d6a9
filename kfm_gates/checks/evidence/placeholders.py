"""`evidence.placeholders`: no value is still to be filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.pointers import walk
from kfm_gates.facts.own_documents import OwnDocument
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict

_WORD = re.compile(r"\b(?:TODO|TBD|TBA|FIXME|XXX|UNRESOLVED|CHANGEME)\b")
_WHOLE = re.compile(r"(?:todo|tbd|tba|fixme|xxx|unresolved|changeme|placeholder)[.:!]*", re.IGNORECASE)
# A tag, as in `image:latest`, `pkg@latest`, `?version=latest`; not a word in a sentence.
_LATEST = re.compile(r"(?:^|[:@=])latest(?=$|[@?&#])", re.IGNORECASE)
_ZEROS = re.compile(r"(?<![0-9a-fA-F])(?:1220)?(?:0{64}|0{40})(?![0-9a-fA-F])")
_ANGLES = re.compile(r"<(?:[A-Za-z_][\w .:/-]*|\.{3}|…)>")
# What may stand in angle brackets in prose: links, and the HTML that CommonMark allows.
_LINK = re.compile(r"<(?:https?|ftp|doi|urn|mailto):[^\s<>]+>")
_TAG = re.compile(
    r"<(?:/?(?:a|abbr|b|blockquote|br|code|dd|div|dl|dt|em|h[1-6]|hr|i|li|"
    r"ol|p|pre|q|s|small|span|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul)(?: [^<>]*)?/?)>"
)
_DOTS = re.compile(r"(?:\.{3}|…)")


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


def placeholders_in(text: str) -> Iterator[str]:
    """The placeholders in one string value, each as it stands there."""
    bare = text.strip()
    if _WHOLE.fullmatch(bare) or _DOTS.fullmatch(bare):
        yield bare
        return
    for pattern in (_WORD, _LATEST, _ZEROS):
        match = pattern.search(text)
        if match is not None:
            yield match.group()
    for match in _ANGLES.finditer(text):
        what = match.group()
        if not _LINK.fullmatch(what) and (what == bare or not _TAG.fullmatch(what)):
            yield what


def _finding(place: Place, what: str, value: str) -> Finding:
    name = place.pointer.rpartition("/")[2] or "the document"
    return finding(
        place,
        f"`{name}` holds the placeholder {what}",
        found=value,
        expected="a value",
        hint="write the value that belongs here",
    )
