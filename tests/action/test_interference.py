"""Whatever happens between the steps, nothing is started without a permit that holds at that moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.action.conftest import LEAN, LEAN_GIVEN, place
from tests.action.runner import ActionFailed, Ended, Machine, run_action
from tests.support.repository import DENIALS
from tests.support.running import REPOSITORY, program

DENIAL = DENIALS / "identity.checksums" / "algorithm-sha1.json"

pytestmark = pytest.mark.slow

Interference = Callable[[Machine], object]


def _record(machine: Machine) -> Path:
    (record,) = machine.temp.glob("kfm-gates.*/record")
    return record


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def _evidence_changes(machine: Machine) -> None:
    place(machine, DENIAL)


def _evidence_becomes_other(machine: Machine) -> None:
    """Evidence that this profile would let pass as well, but it is not what was judged."""
    place(machine, DENIALS / "rights.license" / "license-absent.json")


def _permit_goes(machine: Machine) -> None:
    (_record(machine) / "permit.json").unlink()


def _permit_is_emptied(machine: Machine) -> None:
    (_record(machine) / "permit.json").write_bytes(b"")


def _permit_allows_more(machine: Machine) -> None:
    _edit(_record(machine) / "permit.json", '"promote"', '"cutover"')


def _permit_lives_longer(machine: Machine) -> None:
    permit = _record(machine) / "permit.json"
    expires = json.loads(permit.read_bytes())["expires_at"]
    _edit(permit, expires, "2099-01-01T00:00:00Z")


def _permit_of_another_policy(machine: Machine) -> None:
    """A real permit and its decision, of the same evidence under another profile."""
    other = machine.folder / "other"
    other.mkdir()
    (other / "other.toml").write_text(LEAN.replace("identity.checksums", "identity.version_id"), "utf-8")
    ran = program("check", machine.workspace / "evidence", "--profile=other.toml", cwd=other)
    assert ran.code == 0, ran.said
    for name in ("permit.json", "decision.json"):
        (_record(machine) / name).write_bytes((ran.record / name).read_bytes())


def _decision_changes(machine: Machine) -> None:
    _edit(_record(machine) / "decision.json", "lean", "bean")


def _decision_goes(machine: Machine) -> None:
    (_record(machine) / "decision.json").unlink()


def _decision_is_none(machine: Machine) -> None:
    (_record(machine) / "decision.json").write_text('{"predicate": []}', "utf-8")


def _profile_weakens(machine: Machine) -> None:
    _edit(machine.workspace / "lean.toml", "identity.checksums", "identity.spec_form")


def _configuration_appears(machine: Machine) -> None:
    (machine.workspace / "kfm-gates.toml").write_text(
        '[paths]\nmanifest = "releases/{slug}/{version}.json"\n', "utf-8"
    )


BETWEEN: dict[str, Interference] = {
    each.__name__.strip("_"): each
    for each in (
        _evidence_changes,
        _evidence_becomes_other,
        _permit_goes,
        _permit_is_emptied,
        _permit_allows_more,
        _permit_lives_longer,
        _permit_of_another_policy,
        _decision_changes,
        _decision_goes,
        _decision_is_none,
        _profile_weakens,
        _configuration_appears,
    )
}


def _run(machine: Machine, step: str, interfere: Interference) -> Ended:
    """Run the action; before one step, somebody interferes."""
    machine.before = lambda id: interfere(machine) if id == step else None
    return run_action(machine, REPOSITORY, LEAN_GIVEN)


@pytest.mark.parametrize("interfere", BETWEEN.values(), ids=BETWEEN)
def test_what_changes_before_enforcing_is_red(machine: Machine, interfere: Interference) -> None:
    ended = _run(machine, "enforce", interfere)
    assert ended.steps["judge"].outcome == "success", ended.log
    assert ended.steps["enforce"].outcome == "failure", ended.log
    assert (ended.result, ended.outputs["permit"]) == ("failure", "")
    assert ended.outputs["status"] == "ERROR"
    assert not (machine.workspace / "started").exists()


@pytest.mark.parametrize("interfere", BETWEEN.values(), ids=BETWEEN)
def test_what_changes_before_the_script_keeps_it_from_starting(
    machine: Machine, interfere: Interference
) -> None:
    ended = _run(machine, "run", interfere)
    assert ended.steps["enforce"].outcome == "success", ended.log
    assert ended.steps["run"].outcome == "failure", ended.log
    assert ended.result == "failure"
    assert not (machine.workspace / "started").exists()


@pytest.mark.parametrize("step", ["python", "install", "judge", "keep", "enforce", "run"])
def test_a_cancelled_job_starts_nothing(machine: Machine, step: str) -> None:
    def cancel(machine: Machine) -> None:
        machine.cancelled = True

    _run(machine, step, cancel)
    assert not (machine.workspace / "started").exists()


@pytest.mark.parametrize("end", ["kill -KILL $$", "exit 1", "exit 0", ":"])
@pytest.mark.parametrize("step", ["install", "judge"])
def test_a_step_that_dies_or_does_nothing_is_red(machine: Machine, step: str, end: str) -> None:
    """Also one that ends well without having done its work."""
    ended = _with(machine, {step: {"run": end}})
    assert (ended.result, ended.outputs["permit"]) == ("failure", "")
    assert not (machine.workspace / "started").exists()


@pytest.mark.parametrize("step", ["python", "install", "judge"])
def test_a_step_that_fails_and_is_excused_is_red(machine: Machine, step: str) -> None:
    """Somebody adds `continue-on-error` to a step of the action; only `judge` had done its work before."""
    judge = {"run": f"{_script('judge').replace('exec ', '')}\nexit 1"}
    dead = {"python": {}, "install": {"run": "exit 1"}, "judge": judge}[step]
    if step == "python":
        machine.uses = {**machine.uses, "actions/setup-python": _fails}
    ended = _with(machine, {step: {**dead, "continue-on-error": True}})
    assert ended.steps[step].conclusion == "success"
    assert (ended.result, ended.outputs["permit"]) == ("failure", "")
    assert not (machine.workspace / "started").exists()


@pytest.mark.parametrize("end", ["kill -KILL $$", "exit 1", "exit 0"])
def test_without_enforce_the_script_is_still_not_started(machine: Machine, denied: Path, end: str) -> None:
    """What starts the script verifies by itself."""
    ended = _with(machine, {"judge": {"run": "exit 0"}, "enforce": {"run": end}})
    assert ended.result == "failure"
    assert ended.outputs["permit"] == ""
    assert not (machine.workspace / "started").exists()


def _with(machine: Machine, instead: dict[str, dict[str, object]]) -> Ended:
    machine.instead = {
        **machine.instead,
        **{id: {**machine.instead.get(id, {}), **keys} for id, keys in instead.items()},
    }
    return run_action(machine, REPOSITORY, LEAN_GIVEN)


def _script(id: str) -> str:
    steps = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))["runs"]["steps"]
    return str(next(step["run"] for step in steps if step.get("id") == id))


def _fails(machine: Machine, inputs: object) -> dict[str, str]:
    raise ActionFailed("could not be set up")
