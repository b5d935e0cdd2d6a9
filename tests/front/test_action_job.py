"""What the GitHub Action's steps are given is read strictly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.front.action_job import OPTIONAL, Job, read_inputs

GIVEN = OPTIONAL | {"root": "data", "profile": "promotion-v1", "operation": "promote"}


def _environment(folder: Path, **more: str) -> dict[str, str]:
    names = ("GITHUB_WORKSPACE", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "KFM_GATES_HOME")
    return {name: str(folder / name) for name in names} | {"KFM_GATES_INPUTS": json.dumps(GIVEN)} | more


def test_optional_inputs_at_their_default_are_not_given() -> None:
    inputs = read_inputs(json.dumps(GIVEN | {"config": "Nearest", "run": "make"}))
    assert inputs["root"] == "data"
    assert inputs.given("config") is None
    assert inputs.given("run") == "make"


def test_a_script_may_have_lines_and_nothing_else_may() -> None:
    assert read_inputs(json.dumps(GIVEN | {"run": "one\n\ttwo"}))["run"] == "one\n\ttwo"
    for name in GIVEN.keys() - {"run"}:
        with pytest.raises(UsageError, match="must be one line"):
            read_inputs(json.dumps(GIVEN | {name: "1\n2"}))
    with pytest.raises(UsageError, match="must be one line"):
        read_inputs(json.dumps(GIVEN | {"run": "a\0b"}))


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("value", ["", "  ", None, 1, True, [], {}])
def test_an_input_that_says_nothing_is_refused(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"the input '{name}' is empty"):
        read_inputs(json.dumps(GIVEN | {name: value}))


@pytest.mark.parametrize("name", GIVEN)
def test_an_input_that_is_missing_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"the input '{name}' is empty"):
        read_inputs(json.dumps({key: value for key, value in GIVEN.items() if key != name}))


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '"root"', "1"])
def test_what_are_no_inputs_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="does not hold the inputs"):
        read_inputs(text)


@pytest.mark.parametrize("name", ["GITHUB_WORKSPACE", "GITHUB_OUTPUT", "KFM_GATES_HOME"])
@pytest.mark.parametrize("value", ["", "relative", "./here"])
def test_a_place_is_an_absolute_path(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name):
        Job.of(_environment(tmp_path) | {name: value})


def test_an_output_is_one_line(tmp_path: Path) -> None:
    job = Job.of(_environment(tmp_path))
    job.say({"status": "DENY", "record": "/a b"})
    for value in ("x\nstatus=PASS", "x\rstatus=PASS", "x\u2028y"):
        with pytest.raises(UsageError, match="one line"):
            job.say({"permit": "/ok", "record": value})
    assert job.output.read_text("utf-8") == "status=DENY\nrecord=/a b\n"


def test_the_evidence_is_never_taken_for_an_option(tmp_path: Path) -> None:
    job = Job.of(_environment(tmp_path, KFM_GATES_INPUTS=json.dumps(GIVEN | {"root": "--help"})))
    assert str(job.root).startswith("/")
