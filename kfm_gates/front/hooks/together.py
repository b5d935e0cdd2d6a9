"""What the documents of a version say of one another, as far as the tree is at hand and small enough.

The checks of a whole run judge here, over the files below the root. A check that can't be judged, because
something is not there yet or would take too long to read, is named in a note; it is left to the whole run.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kfm_gates.checks.api import PythonCheck
from kfm_gates.errors import EngineError
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts
from kfm_gates.facts.given import Clock
from kfm_gates.facts.parsed import Parsed
from kfm_gates.front.hooks.alone import Row
from kfm_gates.front.hooks.tree import ITEMS, TooMuch, Tree
from kfm_gates.model.finding import Status


@dataclass
class Together:
    """The findings over several versions of a root, and what was not judged."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def judge_versions(tree: Tree, subjects: Iterable[Subject], checks: Mapping[str, PythonCheck]) -> Together:
    """Ask `checks` about `subjects`."""
    found = Together()
    clock = Clock(datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    shared: dict[Any, object] = {Parsed: tree.parsed}
    for subject in sorted(subjects):
        if tree.too_large(subject):
            found.notes.append(f"{subject.id}: more than {ITEMS} STAC items; left to kfm-full")
            continue
        given = {
            Snapshot: tree.snapshot,
            Layout: tree.layout,
            Index: tree.index,
            Subject: subject,
            Clock: clock,
        }
        facts = Facts(given, shared)
        for id, check in checks.items():
            _judge(id, check, facts, subject, found)
    return found


def _judge(id: str, check: PythonCheck, facts: Facts, subject: Subject, found: Together) -> None:
    settings = {name: setting.default for name, setting in check.about.settings.items()}
    try:
        outcome = check.run(facts, settings)
    except TooMuch as file:
        found.notes.append(
            f"{subject.id}: {id} would have to read {file}, which is too much; left to kfm-full"
        )
        return
    if outcome.status is Status.ERROR:
        raise EngineError("; ".join(outcome.because))
    if outcome.status is Status.ABSTAIN:
        found.notes.append(f"{subject.id}: {id} can't be judged before {', '.join(outcome.because)} passes")
    found.rows += [(id, each) for each in outcome.findings]
