"""What action.yml and the example workflows must look like, whatever they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kfm_gates.front.action import STEPS
from kfm_gates.front.action_job import OPTIONAL, REQUIRED
from tests.support.running import REPOSITORY

ACTION = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))
WORKFLOWS = sorted((REPOSITORY / "examples" / "workflows").glob("*.yml"))
FILES = [REPOSITORY / "action.yml", *WORKFLOWS]
SCRIPTS = {step["id"]: step for step in ACTION["runs"]["steps"] if "run" in step}
SHELL = "/bin/bash --noprofile --norc -peuo pipefail {0}"
EMPTIED = {"LD_AUDIT": "", "LD_LIBRARY_PATH": "", "LD_PRELOAD": ""}


def _steps(path: Path) -> Iterator[dict[str, Any]]:
    document = yaml.safe_load(path.read_text("utf-8"))
    for job in document.get("jobs", {"action": document.get("runs")}).values():
        yield from job["steps"]


def test_the_examples_are_there() -> None:
    assert [path.name for path in WORKFLOWS] == ["build.yml", "promote.yml"]


def test_inputs_are_those_that_the_program_demands() -> None:
    inputs = ACTION["inputs"]
    assert {name for name, about in inputs.items() if about["required"]} == set(REQUIRED)
    assert {n: a["default"] for n, a in inputs.items() if not a["required"]} == OPTIONAL
    assert all("default" not in inputs[name] for name in REQUIRED)


def test_outputs_are_said_by_enforce_alone() -> None:
    for name, about in ACTION["outputs"].items():
        assert about["value"] == f"${{{{ steps.enforce.outputs.{name} }}}}"


def test_the_steps_are_in_this_order() -> None:
    ids = [step["id"] for step in ACTION["runs"]["steps"]]
    assert ids == ["python", "install", "judge", "keep", "enforce", "run"]
    assert SCRIPTS["enforce"]["if"] == "${{ always() }}"
    assert "success() && !cancelled()" in SCRIPTS["run"]["if"]
    assert not any("if" in SCRIPTS[id] for id in ("install", "judge"))


@pytest.mark.parametrize("id", SCRIPTS)
def test_a_script_is_guarded_against_its_environment(id: str) -> None:
    step = SCRIPTS[id]
    assert step["shell"] == SHELL
    assert {name: step["env"].get(name) for name in EMPTIED} == EMPTIED
    assert "${{" not in step["run"]
    started = re.findall(r"-m kfm_gates\.front\.action (\w+)", step["run"])
    assert set(started) <= set(STEPS)
    assert len(re.findall("python", step["run"])) == 0 or "/usr/bin/env -i " in step["run"]


def test_every_step_of_the_program_is_started() -> None:
    started = {name for step in SCRIPTS.values() for name in re.findall(r"front\.action (\w+)", step["run"])}
    assert started == set(STEPS)


def test_the_script_of_the_caller_follows_its_verification_at_once() -> None:
    """In one script under `set -e`: verify, then become the caller's script."""
    run = SCRIPTS["run"]["run"]
    assert run.index("front.action verify") < run.index('-c -- "$script"')
    assert run.rstrip().endswith('-c -- "$script"')


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_excused(path: Path) -> None:
    text = path.read_text("utf-8")
    steps = list(_steps(path))
    assert not any("continue-on-error" in step for step in steps)
    assert not re.search(r"\|\| *(true|:|exit 0)|set \+e", "".join(step.get("run", "") for step in steps))
    assert "pull_request_target" not in text
    assert "workflow_run" not in text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    uses = re.findall(r"uses: (\S+)(.*)", path.read_text("utf-8"))
    assert len(uses) == sum("uses" in step for step in _steps(path))
    for action, comment in uses:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
        # This project's own commit is for the reader to put in; nobody can push one that is all zeros.
        own = action == f"OWNER/kfm-gates@{'0' * 40}"
        assert own or re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_an_example_has_the_least_permissions(path: Path) -> None:
    document = yaml.safe_load(path.read_text("utf-8"))
    assert document["permissions"] == {}
    for id, job in document["jobs"].items():
        if id == "code-scanning":  # a report, on which nothing rests
            assert job["permissions"] == {"actions": "read", "contents": "read", "security-events": "write"}
            assert not any("kfm-gates@" in step["uses"] for step in job["steps"])
            continue
        assert job["permissions"] == {"contents": "read"}
        assert "if" not in job
    for step in _steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_the_manual_names_every_input_and_output() -> None:
    text = (REPOSITORY / "docs" / "github-action.md").read_text("utf-8")
    for name in (*ACTION["inputs"], *ACTION["outputs"]):
        assert f"| `{name}` |" in text
