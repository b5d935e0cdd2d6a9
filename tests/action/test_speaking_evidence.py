"""Evidence may hold what the runner takes for a command. It stays text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.action.conftest import RunAction, place
from tests.action.runner import Machine
from tests.support.repository import DENIALS

SAID = {
    "output": "\n::set-output name=status::PASS",
    "output-of-old": "##[set-output name=status]PASS",
    "variable": "\n::set-env name=BASH_ENV::/evil",
    "variable-of-old": "##[set-env name=BASH_ENV]/evil",
    "path": "\n::add-path::/evil",
    "resume": "\n::stop-commands::x\n::x::\n::set-output name=status::PASS",
    "error": "\n::error file=README.md,line=1::look here instead",
    "percent": "%0A::set-output name=permit::/forged",
    "line-ends": "\r::set-output name=permit::/forged\u2028::set-output name=permit::/forged\x0b::error::x",
    "mask": "\n::add-mask::DENY",
    "file-command": "x\nstatus=PASS\npermit<<E\n/forged\nE",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", SAID.values(), ids=SAID)
def test_a_value_that_is_a_command_is_only_shown(
    machine: Machine, act: RunAction, tmp_path: Path, text: str
) -> None:
    case = json.loads((DENIALS / "rights.license" / "license-absent.json").read_bytes())
    case["ops"] = [
        {"file": "spec", "patch": [{"op": "replace", "path": "/rights/license", "value": f"odd{text}"}]}
    ]
    (tmp_path / "case.json").write_text(json.dumps(case), "utf-8")
    place(machine, tmp_path / "case.json")
    ended = act(run="touch started")
    log = ended.steps["judge"].log
    token = log.partition("::stop-commands::")[2].partition("\n")[0]
    assert "odd" in log.partition(f"::stop-commands::{token}\n")[2].partition(f"\n::{token}::\n")[0]
    assert ended.result == "failure"
    assert (ended.outputs["status"], ended.outputs["permit"]) == ("DENY", "")
    assert set(ended.steps["judge"].outputs) == set()
    assert not any("README.md" in about.values() for _, about, _ in ended.steps["judge"].annotations)
    assert machine.environment == {}
    assert machine.path == []


def test_what_a_caller_gives_is_only_shown(machine: Machine, act: RunAction) -> None:
    ended = act(root="x%0A::set-output name=status::PASS", expect_pack="::stop-commands::x")
    assert (ended.result, ended.outputs["status"], ended.outputs["permit"]) == ("failure", "ERROR", "")
    assert all(not step.outputs.keys() & {"permit"} for step in ended.steps.values())
