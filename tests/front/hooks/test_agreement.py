"""A hook says what a whole run says, in the same words at the same place: shown on every denial case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.positions import has_lines, line_in
from kfm_gates.evidence.snapshot import Memory, Snapshot
from kfm_gates.evidence.subjects import discover
from kfm_gates.facts.container import Facts
from kfm_gates.front.hooks.catalog import HOOKS
from kfm_gates.front.hooks.documents import look
from kfm_gates.front.hooks.lines import Line, line_of
from kfm_gates.judge.session import given_facts
from kfm_gates.model.finding import Finding, Status
from tests.support.judging import EVALUATED_AT, REPOSITORY, kansas, prover, suite, write_tree

ALONE = {
    "acquisition.manifest",
    "catalog.jsonld",
    "catalog.stac",
    "evidence.placeholders",
    "evidence.wellformed",
    "identity.checksums",
    "identity.spec_form",
    "identity.spec_hash",
    "release.manifest",
}
"""What a hook finds whatever the state of the other documents."""
TOGETHER = {id for hook in HOOKS for id in hook.checks}
PARTLY = {"catalog.dcat", "catalog.prov", "quality.report", "receipt.form", "sensitivity.decision"}
"""What needs more than the file, but for its form."""
ANOTHER = "sensitivity.decision/other-decision-undated"
"""The malformed decision is not the one in use: a whole run names it, a hook says what is wrong with it."""
LAYOUT = Layout.kfm_v1()
CASES = sorted(
    path
    for path in (REPOSITORY / "fixtures" / "denials").glob("*/*.json")
    if path.parent.name in ALONE | TOGETHER | PARTLY and f"{path.parent.name}/{path.stem}" != ANOTHER
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_hook_says_what_a_whole_run_says(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = apply(json.loads(case.read_bytes()), kansas(), LAYOUT)
    whole, waiting = judged(broken.files, broken.changed)
    monkeypatch.chdir(write_tree(tmp_path, broken.files))
    said = {line for hook in HOOKS if hook.files for line in quick(hook.id, broken.files)}
    surplus = {line for line in said - whole if line.by not in waiting}
    assert not surplus, "a hook denies what a whole run does not deny"
    missed = {line for line in whole - said if line.by in ALONE | TOGETHER and looked_at(line)}
    assert not missed, "a hook misses what it is there to find"


def quick(id: str, files: dict[str, bytes]) -> tuple[Line, ...]:
    (hook,) = (each for each in HOOKS if each.id == id)
    given = [path for path in files if (m := LAYOUT.match(path)) is not None and m.name in hook.templates]
    return look(hook, given).lines if given else ()


def judged(files: Mapping[str, bytes], changed: tuple[str, ...]) -> tuple[set[Line], set[str]]:
    """What the checks of a whole run find, as a hook would write it, and the checks that could not judge.

    They are asked one by one, since a decision withholds values of a version that is not for everyone.
    """
    found, waiting, opens = set[Line](), set[str](), dict[tuple[str, str], bool]()
    snapshot = Snapshot(Memory(files, changed))
    index, shared = Index(snapshot, LAYOUT), dict[Any, object]()
    for subject in discover(snapshot, LAYOUT):
        rules = prover().given({})
        given = given_facts(suite(), rules, snapshot, LAYOUT, index, subject, EVALUATED_AT)
        facts = Facts(given, shared)
        for id in sorted(ALONE | TOGETHER | PARTLY | {"evidence.present"}):
            outcome = suite().checks[id].run(facts, suite().settings(id, subject.id))
            opens[subject.id, id] = outcome.status is Status.PASS
            unmet = [
                need for need in suite().checks[id].about.needs if not opens.get((subject.id, need), True)
            ]
            if outcome.status is Status.ABSTAIN or unmet:
                waiting.add(id)
                continue
            found |= {as_line(id, finding, files) for finding in outcome.findings}
    return found, waiting


def as_line(check: str, finding: Finding, files: Mapping[str, bytes]) -> Line:
    path, line = finding.place.file, finding.place.line
    if not line and has_lines(path) and path in files:
        line = line_in(path, files[path], finding.place.pointer) or 0
    return line_of(path, line, check, finding)


def looked_at(line: Line) -> bool:
    """Whether a hook looks at the file: all documents but the ledger and its checkpoint."""
    return not line.file.startswith("audit/")
