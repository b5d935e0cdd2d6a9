"""The small runner says what GitHub's says, where the tests of the action rest on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.action.commands import read_file, read_log
from tests.action.expressions import condition, evaluate, fill, to_json
from tests.action.runner import Machine, run_action, run_job

FUNCTIONS = {
    "success": lambda: True,
    "failure": lambda: False,
    "always": lambda: True,
    "cancelled": lambda: False,
    "toJSON": to_json,
}
CONTEXTS: dict[str, Any] = {"inputs": {"Root": "a", "empty": ""}, "steps": {"judge": {"outcome": "failure"}}}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("inputs.root", "a"),
        ("inputs['root']", "a"),
        ("inputs.misspelt", None),
        ("inputs.misspelt.deeper", None),
        ("inputs.misspelt == ''", True),
        ("inputs.root == 'A'", True),
        ("inputs.root != 'none'", True),
        ("'it''s'", "it's"),
        ("!inputs.empty", True),
        ("inputs.empty || 'else'", "else"),
        ("inputs.root && inputs.empty", ""),
        ("success() && !cancelled() && inputs.root != 'none'", True),
        ("(true || false) && false", False),
        ("true || false && false", True),
        ("null == 0", True),
        ("'x' == 0", False),
        ("1 < 2", True),
        ("steps.judge.outcome == 'success'", False),
        ("ALWAYS()", True),
    ],
)
def test_an_expression_has_the_value_that_the_manual_gives(expression: str, value: object) -> None:
    found = evaluate(expression, CONTEXTS, FUNCTIONS)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("expression", ["", "inputs.", "nothing.at.all", "'open", "1 +", "inputs.root)"])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises((SyntaxError, KeyError, IndexError)):
        evaluate(expression, CONTEXTS, FUNCTIONS)


def test_a_condition_without_a_status_function_asks_for_success() -> None:
    failed = {**FUNCTIONS, "success": lambda: False}
    assert not condition("true", {}, failed)
    assert not condition(None, {}, failed)
    assert condition("${{ always() }}", {}, failed)
    assert condition("!success()", {}, failed)


def test_all_holes_of_a_text_are_filled() -> None:
    assert fill("${{ inputs.root }}-${{ inputs.misspelt }}-${{ true }}", CONTEXTS, FUNCTIONS) == "a--true"
    assert fill("${{ toJSON(inputs) }}", CONTEXTS, FUNCTIONS) == '{\n  "Root": "a",\n  "empty": ""\n}'


def test_commands_in_a_log_are_obeyed_unless_they_are_stopped() -> None:
    said = read_log(
        "::set-output name=a::1\n"
        "  ::error file=x%2Cy,line=3,title=t::two%0Alines\n"
        "in a line ::set-output name=b::2\n"
        "in a line ##[set-output name=c]3\n"
        "::stop-commands::t0ken\n::set-output name=d::4\n::t0ken::\n"
        "::set-output name=e::5\n::unknown::6\n"
    )
    assert said.outputs == {"a": "1", "c": "3", "e": "5"}
    assert said.annotations == [("error", {"file": "x,y", "line": "3", "title": "t"}, "two\nlines")]
    assert not said.failed
    assert read_log("::set-env name=A::1\n").failed


def test_a_command_file_has_lines_and_blocks(tmp_path: Path) -> None:
    file = tmp_path / "output"
    file.write_text("a=1\nb<<END\nx=2\ny\nEND\n\nc=<<x\n", "utf-8")
    assert read_file(file) == {"a": "1", "b": "x=2\ny", "c": "<<x"}
    for wrong in ("no equals sign", "b<<END\nopen", "=nameless"):
        file.write_text(wrong, "utf-8")
        with pytest.raises(ValueError):
            read_file(file)


def test_what_a_step_leaves_behind_reaches_the_next(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "greet").write_text("#!/bin/sh\necho greeted\n", "utf-8")
    (tmp_path / "bin" / "greet").chmod(0o755)
    first = f"""echo A=1 >> "$GITHUB_ENV"
echo {tmp_path}/bin >> "$GITHUB_PATH"
echo said=yes >> "$GITHUB_OUTPUT"
echo GITHUB_WORKSPACE=/elsewhere >> "$GITHUB_ENV" """
    second = 'test "$A$B$C" = 1yesouter && greet && test "$GITHUB_WORKSPACE" = "$PWD"'
    steps = [
        {"id": "first", "run": first},
        {"run": second, "env": {"B": "${{ steps.first.outputs.said }}"}},
    ]
    ended = run_job(Machine(tmp_path / "machine"), {"steps": steps, "env": {"A": "0", "C": "outer"}})
    assert ended.result == "failure"  # the job's A stands over that of the file
    ended = run_job(Machine(tmp_path / "again"), {"steps": steps, "env": {"C": "outer"}})
    assert ended.green, ended.log


def test_a_step_in_an_action_asks_for_the_success_of_the_action(tmp_path: Path) -> None:
    """A job that has failed before does not keep the steps of an action from running, cancelling does."""
    (tmp_path / "action").mkdir()
    (tmp_path / "action" / "action.yml").write_text(
        "runs:\n  using: composite\n  steps:\n"
        "    - {id: plain, shell: bash, run: 'true'}\n"
        "    - {id: careful, if: '!cancelled()', shell: bash, run: 'true'}\n"
    )
    machine = Machine(tmp_path / "machine", uses={"own/action": tmp_path / "action"}, cancelled=True)
    ended = run_action(machine, tmp_path / "action")
    assert [step.outcome for step in ended.steps.values()] == ["success", "skipped"]


def test_what_is_not_modelled_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotImplementedError):
        run_job(Machine(tmp_path), {"steps": [{"run": "true", "working-directory": "x"}]})
