"""What earlier steps leave in the environment neither opens a gate nor gets anything started."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.action.conftest import LEAN_GIVEN
from tests.action.runner import Ended, Machine, run_action, run_job
from tests.support.running import REPOSITORY

PROGRAMS = ("bash", "env", "python", "python3", "pip", "mktemp", "printf", "kfm-gates", "true")


def _plant(machine: Machine) -> Path:
    """Files in the workspace that leave a mark and end well when something runs or imports them."""
    evil = machine.workspace / "evil"
    (evil / "bin").mkdir(parents=True)
    shell = f"touch {machine.workspace}/pwned\nexit 0\n"
    (evil / "profile").write_text(shell, "utf-8")
    for name in PROGRAMS:
        (evil / "bin" / name).write_text(f"#!/bin/sh\n{shell}", "utf-8")
        (evil / "bin" / name).chmod(0o755)
    python = f"import os; open({str(machine.workspace / 'pwned')!r}, 'w'); os._exit(0)\n"
    for name in ("sitecustomize", "usercustomize", "json", "argparse", "kfm_gates"):
        (evil / f"{name}.py").write_text(python, "utf-8")
    (machine.workspace / "json.py").write_text(python, "utf-8")
    (evil / "pip.conf").write_text(f"[global]\npython = {evil}/bin/python\n", "utf-8")
    (evil / "openssl.cnf").write_text("openssl_conf = evil\n[evil]\nengines = nothing\n", "utf-8")
    (evil / "permit.json").write_text("{}", "utf-8")
    return evil


Attack = Callable[[Machine, Path], None]


def _sets(**values: str) -> Attack:
    def attack(machine: Machine, evil: Path) -> None:
        machine.environment |= {name: value.replace("EVIL", str(evil)) for name, value in values.items()}

    return attack


def _puts_on_path(machine: Machine, evil: Path) -> None:
    machine.path.append(str(evil / "bin"))


FUNCTIONS = {f"BASH_FUNC_{name}%%": "() { exit 0; }" for name in ("exec", "printf", "set", "echo", "unset")}

ATTACKS: dict[str, Attack] = {
    "bash-env": _sets(BASH_ENV="EVIL/profile", ENV="EVIL/profile"),
    "noexec": _sets(SHELLOPTS="noexec"),
    "xtrace-prompt": _sets(SHELLOPTS="xtrace", PS4="$(. EVIL/profile)"),
    "functions": _sets(**FUNCTIONS),
    "path": _puts_on_path,
    "path-variable": _sets(PATH="EVIL/bin"),
    "python-path": _sets(PYTHONPATH="EVIL", PYTHONSTARTUP="EVIL/json.py"),
    "python-switches": _sets(
        PYTHONINSPECT="1",
        PYTHONHOME="EVIL",
        PYTHONOPTIMIZE="2",
        PYTHONUSERBASE="EVIL",
        PYTHONWARNINGS="error",
    ),
    "preload": _sets(LD_PRELOAD="EVIL/none.so", LD_AUDIT="EVIL/none.so", LD_LIBRARY_PATH="EVIL"),
    "pip": _sets(PIP_CONFIG_FILE="EVIL/pip.conf", PIP_PYTHON="EVIL/bin/python", PIP_TARGET="EVIL"),
    "home": _sets(HOME="EVIL", XDG_CONFIG_HOME="EVIL", TMPDIR="EVIL/none", TMP="EVIL/none"),
    "openssl": _sets(OPENSSL_CONF="EVIL/openssl.cnf", OPENSSL_MODULES="EVIL", SSL_CERT_FILE="EVIL/profile"),
    "locale": _sets(LC_ALL="tr_TR.UTF-8", LANG="tr_TR", TZ="Mars/Olympus", IFS="/", CDPATH="EVIL"),
    "posix": _sets(POSIXLY_CORRECT="1", BASHOPTS="extdebug", BASH_COMPAT="31", GLOBIGNORE="*"),
    "the-runners-own": _sets(
        GITHUB_WORKSPACE="EVIL", RUNNER_TEMP="EVIL", GITHUB_OUTPUT="EVIL/out", GITHUB_ACTION_PATH="EVIL"
    ),
    "the-actions-own": _sets(
        KFM_GATES_HOME="EVIL",
        KFM_GATES_INPUTS='{"root": "."}',
        KFM_GATES_OUTCOMES="success",
        KFM_GATES_PERMIT="EVIL/permit.json",
        KFM_GATES_TRACEBACK="1",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_poisoned_environment_opens_nothing(machine: Machine, denied: Path, attack: Attack) -> None:
    attack(machine, _plant(machine))
    ended = run_action(machine, REPOSITORY, LEAN_GIVEN)
    assert (ended.result, ended.outputs["permit"], ended.outputs["status"]) == ("failure", "", "DENY"), (
        ended.log
    )
    _left_no_mark(machine, ended)
    assert not (machine.workspace / "started").exists()


def test_and_hinders_nothing(machine: Machine) -> None:
    """All at once, on good evidence: the verdict is the same as without them."""
    evil = _plant(machine)
    for attack in ATTACKS.values():
        attack(machine, evil)
    # The script is the caller's and gets the caller's environment, so none is started here.
    ended = run_action(machine, REPOSITORY, LEAN_GIVEN | {"run": "none"})
    assert ended.green, ended.log
    assert ended.outputs["status"] == "PASS"
    _left_no_mark(machine, ended)


@pytest.mark.slow
def test_the_runner_of_these_tests_is_open_to_them(tmp_path: Path) -> None:
    """A plain `shell: bash` step falls for what is tried here, as it does on GitHub."""
    fallen = set()
    for name, attack in ATTACKS.items():
        machine = Machine(tmp_path / name)
        attack(machine, _plant(machine))
        ended = run_job(
            machine, {"steps": [{"shell": "bash", "run": "exec python -c 'raise SystemExit(1)'"}]}
        )
        if ended.green:
            fallen.add(name)
    assert {"bash-env", "noexec", "functions", "path", "path-variable", "python-path"} <= fallen


def test_variables_reach_the_action_from_a_file_that_an_earlier_step_wrote(
    machine: Machine, denied: Path
) -> None:
    """The same through GITHUB_ENV and GITHUB_PATH, as a careless step with a line end in a value leaves it."""
    evil = _plant(machine)
    careless = 'printf "TITLE=%s\\n" "$TITLE" >> "$GITHUB_ENV"; echo "$FOLDER" >> "$GITHUB_PATH"'
    title = f"a title\nBASH_ENV={evil}/profile\nSHELLOPTS=noexec\nLD_PRELOAD={evil}/none.so"
    machine.uses = {**machine.uses, "kfm/gates": REPOSITORY}
    steps = [
        {"run": careless, "shell": "bash", "env": {"TITLE": title, "FOLDER": str(evil / "bin")}},
        {"id": "gates", "uses": "kfm/gates@0", "with": LEAN_GIVEN},
    ]
    ended = run_job(machine, {"steps": steps})
    assert machine.environment["SHELLOPTS"] == "noexec"
    assert ended.result == "failure"
    assert ended.steps["gates"].outputs["status"] == "DENY"
    _left_no_mark(machine, ended)


@pytest.mark.slow
def test_a_folder_for_scripts_and_a_place_for_steps_do_not_move_the_action(machine: Machine) -> None:
    """`defaults.run` of a job does not reach into an action; the workspace is where it looks."""
    os.mkdir(machine.workspace / "evidence-of-another")
    ended = run_action(machine, REPOSITORY, LEAN_GIVEN | {"run": 'test "$PWD" -ef "$GITHUB_WORKSPACE"'})
    assert ended.green, ended.log


def _left_no_mark(machine: Machine, ended: Ended) -> None:
    assert not (machine.workspace / "pwned").exists(), ended.log
    assert "cannot be preloaded" not in ended.log
