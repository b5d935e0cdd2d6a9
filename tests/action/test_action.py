"""The steps of action.yml, run for real: green on the Kansas counties, red on everything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kfm_gates.judge.profile_file import load_profile
from tests.action.conftest import LEAN_GIVEN, RunAction, place
from tests.action.runner import Ended, Machine, run_action
from tests.support.repository import cases
from tests.support.running import REPOSITORY, program


def _on_disk(id: str) -> str | None:
    """A denial case of a check that is no more than files, or None when it has none."""
    needs_more = {"rules", "settings", "evaluated_at", "subject_gone"}
    for name, case in cases(id).items():
        if not needs_more & set(case) and not any("changed" in each for each in case["ops"]):
            return name
    return None


CHECKS = sorted(load_profile("promotion-v1", REPOSITORY).check_ids())
CASES = {f"{id}/{name}": id for id in CHECKS if (name := _on_disk(id))}


def test_the_kansas_counties_are_green_with_a_permit_that_holds(machine: Machine, act: RunAction) -> None:
    ended = act(run='cp "$KFM_GATES_PERMIT" given.json', artifact="record")
    assert ended.green, ended.log
    assert ended.errors == []
    assert ended.outputs["status"] == "PASS"
    permit = Path(ended.outputs["permit"])
    assert (machine.workspace / "given.json").read_bytes() == permit.read_bytes()
    assert json.loads(permit.read_bytes())["decision_digest"] == ended.outputs["decision-digest"]
    assert Path(ended.outputs["decision"]).parent == Path(ended.outputs["record"]) == permit.parent
    assert not permit.is_relative_to(machine.workspace)
    kept = machine.folder.parent / "store" / "record" / "permit.json"
    assert kept.read_bytes() == permit.read_bytes()
    holds = program("permit", "verify", permit, "evidence", "--operation=promote", cwd=machine.workspace)
    assert holds.code == 0, holds.said


def test_every_check_but_two_has_a_case_here() -> None:
    """One denies what changes while it is judged (see test_interference.py), one looks at the rules themselves."""
    assert set(CHECKS) - set(CASES.values()) == {"evidence.stable", "sensitivity.default_deny"}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_a_denial_of_each_check_is_red(machine: Machine, act: RunAction, case: str) -> None:
    place(machine, REPOSITORY / "fixtures" / "denials" / f"{case}.json")
    ended = act(run="touch started", artifact="record")
    _is_red(ended, machine)
    assert ended.outputs["status"] in ("DENY", "ABSTAIN"), ended.log
    decision = json.loads(Path(ended.outputs["decision"]).read_bytes())["predicate"]
    blocked = {c["id"] for s in decision["subjects"] for c in s["checks"] if c["status"] != "PASS"}
    assert CASES[case] in blocked
    kept = machine.folder.parent / "store" / "record"
    assert (kept / "decision.json").is_file()
    assert not (kept / "permit.json").exists()


REFUSED = {
    "no-root": ({"root": None}, "'root' is empty"),
    "empty-root": ({"root": ""}, "'root' is empty"),
    "blank-root": ({"root": " "}, "'root' is empty"),
    "root-nowhere": ({"root": "nowhere"}, "there is no such file or folder"),
    "root-of-two-lines": ({"root": "evidence\n"}, "'root' must be one line"),
    "root-without-versions": ({"root": "empty"}, "no dataset version was found"),
    "no-profile": ({"profile": None}, "'profile' is empty"),
    "unknown-profile": ({"profile": "promotion-v9"}, "promotion-v9"),
    "profile-nowhere": ({"profile": "nowhere.toml"}, "nowhere.toml"),
    "profile-that-injects": ({"profile": "lean.toml\nstatus=PASS"}, "'profile' must be one line"),
    "profile-that-is-an-option": ({"profile": "--help"}, "--help"),
    "no-operation": ({"operation": None}, "'operation' is empty"),
    "another-operation": ({"operation": "cutover"}, "cutover"),
    "misspelt-required": (
        {"root": None, "roots": "evidence"},
        "unknown input 'roots' (did you mean 'root'?)",
    ),
    "misspelt-optional": ({"expect-pak": "any"}, "unknown input 'expect-pak' (did you mean 'expect-pack'?)"),
    "unknown": ({"fail-on-error": "false"}, "unknown input 'fail-on-error'"),
    "empty-config": ({"config": ""}, "'config' is empty"),
    "config-nowhere": ({"config": "nowhere.toml"}, "nowhere.toml"),
    "empty-pack": ({"expect-pack": ""}, "'expect-pack' is empty"),
    "another-pack": ({"expect-pack": f"sha256:{'0' * 64}"}, "policy pack"),
    "pack-that-is-no-digest": ({"expect-pack": "latest"}, "policy pack"),
    "empty-permit": ({"permit": ""}, "'permit' is empty"),
    "permit-nowhere": ({"permit": "nowhere.json"}, "nowhere.json"),
    "permit-that-is-none": ({"permit": "lean.toml"}, "lean.toml"),
    "empty-run": ({"run": ""}, "'run' is empty"),
    "empty-artifact": ({"artifact": ""}, "'artifact' is empty"),
    "no-jobs": ({"jobs": "0"}, "must be a whole number"),
    "many-jobs": ({"jobs": "many"}, "must be a whole number"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("inputs", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_asked_wrongly_is_red(machine: Machine, inputs: dict[str, str | None], reason: str) -> None:
    (machine.workspace / "empty").mkdir()
    given = {name: value for name, value in (LEAN_GIVEN | inputs).items() if value is not None}
    ended = run_action(machine, REPOSITORY, given)
    _is_red(ended, machine)
    assert reason in ended.log


def test_names_of_inputs_are_taken_as_github_takes_them(machine: Machine) -> None:
    ended = run_action(machine, REPOSITORY, {name.upper(): value for name, value in LEAN_GIVEN.items()})
    assert ended.green, ended.log


@pytest.mark.slow
def test_a_manifest_can_be_named_instead_of_the_root(machine: Machine, act: RunAction) -> None:
    manifest = sorted((machine.workspace / "evidence/release/manifests/kansas-counties").iterdir())[0]
    ended = act(root=manifest.relative_to(machine.workspace).as_posix(), profile="lean.toml")
    assert ended.green, ended.log


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", ["exit 7", "false\ntrue", "false | true", 'echo "$UNSET_VARIABLE"', "-x", "no-such-command"]
)
def test_a_script_that_fails_is_red(machine: Machine, act: RunAction, script: str) -> None:
    ended = act(profile="lean.toml", run=script)
    assert ended.result == "failure"
    assert ended.steps["run"].outcome == "failure"
    assert ended.outputs["permit"] != ""


@pytest.mark.slow
def test_a_record_that_cannot_be_kept_is_red_and_starts_nothing(
    machine: Machine, act: RunAction, tmp_path: Path
) -> None:
    (tmp_path / "store" / "record").mkdir(parents=True)
    ended = act(profile="lean.toml", artifact="record", run="touch started")
    assert ended.result == "failure"
    assert ended.steps["keep"].outcome == "failure"
    assert ended.steps["enforce"].outcome == "success"
    assert not (machine.workspace / "started").exists()


@pytest.mark.slow
def test_two_uses_in_one_job_do_not_meet(machine: Machine, act: RunAction) -> None:
    """The second use is denied: the first one's permit is still there, and opens nothing."""
    first = act(profile="lean.toml")
    assert first.green, first.log
    place(machine, REPOSITORY / "fixtures/denials/identity.checksums/algorithm-sha1.json")
    second = act(profile="lean.toml", run="touch started")
    assert Path(first.outputs["permit"]).is_file()
    _is_red(second, machine)


def _is_red(ended: Ended, machine: Machine) -> None:
    assert ended.result == "failure", ended.log
    assert ended.outputs["permit"] == ""
    assert ended.outputs["status"] not in ("PASS", "WAIVED")
    assert ended.errors, ended.log
    assert ended.steps["enforce"].outcome == "failure"
    assert ended.steps["run"].outcome == "skipped"
    assert not (machine.workspace / "started").exists()
