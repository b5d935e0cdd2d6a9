"""The action on a machine of its own, with the installation of this test run instead of one from the network.

Only the step `install` is replaced, and only in these tests: what it leaves behind, a folder with an
interpreter that has kfm-gates, is the same. The step itself runs in test_install.py and, with a network, in
prove_install.py.
"""

from __future__ import annotations

import json
import sys
import sysconfig
import venv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from tests.action.runner import Ended, Machine, Uses, run_action
from tests.action.workflows import upload
from tests.support.judging import kansas, write_tree
from tests.support.repository import DENIALS
from tests.support.running import KANSAS, REPOSITORY

GIVEN = {"root": "evidence", "profile": "promotion-v1", "operation": "promote"}
"""The inputs that a caller must give."""

LEAN_GIVEN = GIVEN | {"profile": "lean.toml", "run": "touch started"}
"""The same with the quick profile, and a script that leaves a mark."""

LEAN = """\
[profile]
name = "lean"
operation = "promote"
description = "One gate that is quick to judge."

[gates.identity]
label = "A"
title = "Identity"
checks = ["identity.checksums"]
"""

RunAction = Callable[..., Ended]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which kfm-gates is installed, as the step `install` leaves one."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, symlinks=True)
    (site,) = (folder / "lib").glob("python*/site-packages")
    (site / "kfm_gates.pth").write_text(f"{REPOSITORY}\n{sysconfig.get_path('purelib')}\n", "utf-8")
    return folder


@pytest.fixture
def machine(tmp_path: Path, installed: Path) -> Machine:
    """A fresh machine whose workspace holds the Kansas counties as `evidence`."""
    made = new_machine(
        tmp_path / "machine", installed, {"actions/upload-artifact": upload(tmp_path / "store")}
    )
    (made.workspace / "lean.toml").write_text(LEAN, "utf-8")
    (made.workspace / "evidence").symlink_to(KANSAS)
    return made


@pytest.fixture
def denied(machine: Machine) -> Path:
    """The evidence on that machine with one checksums file that the lean profile denies."""
    return place(machine, DENIALS / "identity.checksums" / "algorithm-sha1.json")


@pytest.fixture
def act(machine: Machine) -> RunAction:
    """Run the action with the inputs that are always needed, and others."""
    return lambda **inputs: run_action(
        machine, REPOSITORY, GIVEN | {name.replace("_", "-"): value for name, value in inputs.items()}
    )


def place(machine: Machine, case: Path) -> Path:
    """Put the Kansas counties, broken by a denial case, where the evidence of a machine lies."""
    root = machine.workspace / "evidence"
    root.unlink()
    return broken(root, case)


def broken(root: Path, case: Path) -> Path:
    """Write the Kansas counties, broken by a denial case, below `root`."""
    return write_tree(root, apply(json.loads(case.read_bytes()), kansas(), Layout.kfm_v1()).files)


def new_machine(folder: Path, installed: Path, uses: Mapping[str, Uses | Path]) -> Machine:
    """A machine on which the action finds Python and installs by a link."""
    script = (
        'home=$(/usr/bin/mktemp -d "$RUNNER_TEMP/kfm-gates.XXXXXXXX")\n'
        f'/bin/ln -s {installed} "$home/venv"\n'
        'printf \'home=%s\\n\' "$home" >> "$GITHUB_OUTPUT"\n'
    )
    return Machine(
        folder,
        uses={"actions/setup-python": lambda _, __: {"python-path": sys.executable}, **uses},
        instead={"install": {"run": script}},
    )
