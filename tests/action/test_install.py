"""The step `install` as it is, without a network: what can't be installed exactly as locked is red."""

from __future__ import annotations

import re
import zipfile

import pytest

from tests.action.conftest import LEAN_GIVEN
from tests.action.runner import Ended, Machine, run_action
from tests.support.running import REPOSITORY

pytestmark = pytest.mark.slow

LOCKS = REPOSITORY / "requirements"


@pytest.fixture
def bare(machine: Machine) -> Machine:
    """A machine on which the action installs by itself, from a folder `wheels` and nowhere else."""
    machine.instead = {}
    (machine.folder / "wheels").mkdir()
    machine.environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(machine.folder / "wheels")}
    return machine


def test_without_the_packages_nothing_is_judged(bare: Machine) -> None:
    ended = run_action(bare, REPOSITORY, LEAN_GIVEN)
    _is_red(bare, ended)
    assert "No matching distribution found" in ended.steps["install"].log


def test_a_package_of_other_bytes_is_refused(bare: Machine) -> None:
    """A wheel with the right name and version, from an index that somebody else fills."""
    name, version = re.findall(r"^([\w-]+)==([\w.]+)", (LOCKS / "run.lock").read_text("utf-8"), re.MULTILINE)[
        0
    ]
    stem = f"{name.replace('-', '_')}-{version}"
    with zipfile.ZipFile(bare.folder / "wheels" / f"{stem}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(
            f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{stem}.dist-info/RECORD", "")
    ended = run_action(bare, REPOSITORY, LEAN_GIVEN)
    _is_red(bare, ended)
    assert re.search("DO NOT MATCH THE HASHES|No matching distribution", ended.steps["install"].log)


@pytest.mark.parametrize("python", ["", "/nonexistent/python", "/bin/true", "/bin/false"])
def test_without_an_interpreter_nothing_is_judged(bare: Machine, python: str) -> None:
    bare.uses = {**bare.uses, "actions/setup-python": lambda _, __: {"python-path": python}}
    _is_red(bare, run_action(bare, REPOSITORY, LEAN_GIVEN))


def _is_red(machine: Machine, ended: Ended) -> None:
    assert ended.steps["install"].outcome == "failure", ended.log
    assert ended.steps["judge"].outcome == "skipped"
    assert ended.steps["enforce"].outcome == "failure"
    assert (ended.result, ended.outputs["permit"], ended.outputs["status"]) == ("failure", "", "")
    assert ended.errors == ["it could not be installed, so nothing was judged and nothing opens"]
    assert not (machine.workspace / "started").exists()
