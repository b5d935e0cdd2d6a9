"""Twenty-five ways to start a gate: alone, twenty of them hide a denial; in this action, none does."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.conftest import GIVEN
from tests.action.runner import Ended, Machine, run_action
from tests.action.shapes import SHAPES, Shape, with_gate
from tests.support.running import REPOSITORY

ACTION = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))
DEFAULTS = {name: about.get("default", "") for name, about in ACTION["inputs"].items()}


def _written(folder: Path, action: dict[str, Any]) -> Path:
    folder.mkdir()
    (folder / "action.yml").write_text(yaml.safe_dump(action), "utf-8")
    return folder


def test_there_are_as_many_as_were_found() -> None:
    assert len(SHAPES) == 25
    assert sum(shape.hides for shape in SHAPES.values()) == 20


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_alone_a_shape_hides_a_denial_as_it_does_on_github(tmp_path: Path, shape: Shape) -> None:
    """The runner of these tests is no stricter than the one that it stands for."""
    inputs = {name: {"default": ""} for name in ("strict", "note", "enabled")}
    action = {"inputs": inputs, "runs": {"using": "composite", "steps": with_gate(shape.steps, "false")}}
    ended = run_action(Machine(tmp_path / "machine"), _written(tmp_path / "action", action), shape.inputs)
    assert ended.green is shape.hides, ended.log


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_in_this_action_no_shape_hides_a_denial(
    tmp_path: Path, machine: Machine, denied: Path, shape: Shape
) -> None:
    """The step `judge` written in each of these ways: `enforce` still finds no permit, and nothing is started."""
    ended = _run_with(tmp_path, machine, shape)
    assert not ended.green, ended.log
    assert ended.outputs["permit"] == ""
    assert ended.steps["enforce"].outcome == "failure"
    assert {"there is no permit"} & set(ended.errors) or "nothing opens" in ended.errors[-1]
    assert ended.steps["run"].outcome == "skipped"
    assert not (machine.workspace / "started").exists()


def test_in_this_action_a_good_shape_opens(tmp_path: Path, machine: Machine) -> None:
    ended = _run_with(tmp_path, machine, SHAPES["plain-bash"])
    assert ended.green, ended.log
    assert (machine.workspace / "started").exists()


def _run_with(tmp_path: Path, machine: Machine, shape: Shape) -> Ended:
    """Run this repository's action with its step `judge` written in another way."""
    whole = copy.deepcopy(ACTION["runs"]["steps"])
    judge = next(step for step in whole if step.get("id") == "judge")
    gate = tmp_path / "gate"
    gate.write_text(f"#!/bin/bash -pe\n{judge['run']}", "utf-8")
    gate.chmod(0o755)
    started = [
        {**step, "env": judge["env"] | step.get("env", {})} if "id" in step else step
        for step in with_gate(shape.steps, str(gate))
    ]
    given = json.dumps(DEFAULTS | GIVEN | {"profile": "lean.toml", "run": "touch started"})
    steps = []
    for step in whole:
        steps += started if step is judge else [step]
    for step in steps:
        # What the shape's own inputs are is not the subject here.
        if "KFM_GATES_INPUTS" in step.get("env", {}):
            step["env"] = step["env"] | {"KFM_GATES_INPUTS": given}
    inputs = ACTION["inputs"] | {name: {"default": ""} for name in ("strict", "note", "enabled")}
    action = ACTION | {"inputs": inputs, "runs": {"using": "composite", "steps": steps}}
    return run_action(machine, _written(tmp_path / "action", action), shape.inputs | {"run": "touch started"})
