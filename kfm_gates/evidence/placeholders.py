"""Placeholders: what stands where a value belongs until somebody comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
