"""A hook says what a whole run says, in the same words at the same place: shown on every denial case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from kfm_gates.front.hooks.catalog import HOOKS
from kfm_gates.front.hooks.documents import look
from kfm_gates.front.hooks.lines import Line, line_of
from kfm_gates.model.finding import Finding, Place
from tests.support.judging import REPOSITORY, judge_tree, kansas, write_tree

ALONE = {
    "acquisition.manifest",
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
    results = judge_tree(broken.files, changed=broken.changed)
    whole = {line for result in results.values() for line in lines(result)}
    denied = {check["id"] for r in results.values() for check in r["checks"] if check["status"] == "DENY"}
    waiting = {check["id"] for r in results.values() for check in r["checks"] if check["status"] == "ABSTAIN"}
    monkeypatch.chdir(write_tree(tmp_path, broken.files))
    said = {line for hook in HOOKS if hook.files for line in quick(hook.id, broken.files)}
    surplus = {line for line in said - whole if line.by not in waiting}
    assert not surplus, "a hook denies what a whole run does not deny"
    missed = {line for line in whole - said if line.by in (ALONE | TOGETHER) & denied and judged(line)}
    assert not missed, "a hook misses what it is there to find"


def quick(id: str, files: dict[str, bytes]) -> tuple[Line, ...]:
    (hook,) = (each for each in HOOKS if each.id == id)
    given = [path for path in files if (m := LAYOUT.match(path)) is not None and m.name in hook.templates]
    return look(hook, given).lines if given else ()


def lines(result: dict[str, object]) -> Iterator[Line]:
    """The findings of a decision, as a hook would write them."""
    for check in result["checks"]:  # type: ignore[attr-defined]
        for each in check["findings"]:
            place = Place(each["file"], each["pointer"])
            finding = Finding(place, each["message"], each["found"], each["expected"], each["hint"])
            yield line_of(each["file"], each["line"], each["check"], finding)


def judged(line: Line) -> bool:
    """Whether a hook looks at the file: all documents but the ledger and its checkpoint."""
    return not line.file.startswith("audit/")
