"""What a denial looks like on GitHub: annotations with file and line, a summary, SARIF."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.action.conftest import LEAN_GIVEN, RunAction, place
from tests.action.runner import Machine, run_action
from tests.support.repository import DENIALS
from tests.support.running import REPOSITORY

BROKEN = {
    "catalog.stac": ("datetime-does-not-exist", "/stac/items/"),
    "receipt.form": ("inputs-wrong-type", "data/receipts/"),
    "release.manifest": ("qa-fail", "release/manifests/"),
}


@pytest.mark.slow
@pytest.mark.parametrize("check", BROKEN)
def test_a_broken_file_is_named_with_its_line(machine: Machine, act: RunAction, check: str) -> None:
    """A commit with a broken STAC item, receipt or manifest."""
    name, place_of_file = BROKEN[check]
    place(machine, DENIALS / check / f"{name}.json")
    ended = act()
    assert ended.result == "failure"
    said = [properties for kind, properties, _ in ended.steps["judge"].annotations if kind == "error"]
    found = [each for each in said if each["title"] == f"DENY {check}"]
    assert found, ended.log
    assert all(each["file"].startswith("evidence/") and place_of_file in each["file"] for each in found)
    for each in found:
        lines = (machine.workspace / each["file"]).read_text("utf-8").splitlines()
        assert 1 <= int(each["line"]) <= len(lines)
    assert f"**DENY** `{check}`" in machine.summary
    results = json.loads(Path(ended.outputs["sarif"]).read_bytes())["runs"][0]["results"]
    assert check in {each["ruleId"] for each in results}


def test_a_pass_has_a_summary_and_no_error(machine: Machine, act: RunAction) -> None:
    ended = act(profile="lean.toml")
    assert ended.errors == []
    assert "## kfm-gates: PASS" in machine.summary
    assert "| A `identity` |" in machine.summary
    assert json.loads(Path(ended.outputs["sarif"]).read_bytes())["version"] == "2.1.0"


def test_the_verdict_on_the_page_is_not_said_twice(machine: Machine, denied: Path) -> None:
    """Once by the step that judged, once by the step that enforces, and the caller's summary stays."""
    ended = run_action(machine, REPOSITORY, LEAN_GIVEN)
    assert [id for id, step in ended.steps.items() for kind, *_ in step.annotations if kind == "error"] == [
        "judge",
        "enforce",
    ]
    assert machine.summary.count("## kfm-gates: DENY") == 1


def test_without_a_verdict_the_page_says_so(machine: Machine) -> None:
    ended = run_action(machine, REPOSITORY, LEAN_GIVEN | {"root": "nowhere"})
    assert ended.errors[0] == "nothing was decided (exit code 2); the log of this step says why"
    assert {name for name, value in ended.outputs.items() if value} == {"status"}
