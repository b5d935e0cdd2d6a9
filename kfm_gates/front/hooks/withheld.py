"""In a build log more people read than may read the data: there a hook withholds values, as a decision does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kfm_gates.checks.pack import HOUSE, tables
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts
from kfm_gates.facts.disclosure import Disclosure
from kfm_gates.facts.given import Tables
from kfm_gates.facts.parsed import Parsed
from kfm_gates.front.hooks.alone import Row
from kfm_gates.front.hooks.tree import TooMuch, Tree
from kfm_gates.judge.redaction import Redaction

UNKNOWN = "label not known here"
"""Why values of documents are withheld that several versions may share."""


def without_values(rows: Iterable[Row], tree: Tree) -> Iterator[Row]:
    """The findings without the values of versions that are not certainly for everyone."""
    redactions: dict[Subject | None, Redaction] = {}
    for check, finding in rows:
        subject = _subject(finding.place.file, tree.layout)
        if subject not in redactions:
            reason = UNKNOWN if subject is None else _withheld(subject, tree)
            redactions[subject] = Redaction(reason, tree.layout)
        yield check, redactions[subject].finding(finding)


def _subject(path: str, layout: Layout) -> Subject | None:
    match = layout.match(path)
    if match is None or not {"slug", "version"} <= match.variables.keys():
        return None
    return Subject(match.variables["slug"], match.variables["version"])


def _withheld(subject: Subject, tree: Tree) -> str | None:
    given = {
        Snapshot: tree.snapshot,
        Layout: tree.layout,
        Index: tree.index,
        Subject: subject,
        Tables: Tables(tables((HOUSE,))),
    }
    try:
        return Facts(given, {Parsed: tree.parsed}).get(Disclosure).withheld
    except TooMuch:
        return UNKNOWN
