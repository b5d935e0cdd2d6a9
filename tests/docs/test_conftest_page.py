"""The commands of docs/conftest.md, as they stand there, under the real conftest."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from tests.support.conftest_program import real_conftest
from tests.support.judging import REPOSITORY, judge_tree, kansas, write_tree

pytestmark = [pytest.mark.conftest, pytest.mark.slow]

CASE = REPOSITORY / "fixtures" / "denials" / "rights.license"


def commands() -> list[str]:
    """The commands of the page, each block of lines between empty ones being one."""
    (block,) = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "docs/conftest.md").read_text(), re.DOTALL)
    return [each for each in block.split("\n\n") if each.strip()]


def run(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    real = real_conftest()
    assert real is not None
    path = os.pathsep.join([str(Path(sys.executable).parent), str(real.parent), os.defpath])
    return subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
    )


def evidence(folder: Path, tree: Mapping[str, bytes]) -> None:
    write_tree(folder / "fixtures/kansas-counties", tree)


def test_the_example_passes(tmp_path: Path) -> None:
    evidence(tmp_path, kansas())
    ended = run(tmp_path, "\n\n".join(commands()))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "36 inputs" in ended.stdout
    assert ended.stdout.count(" 0 failures") >= 20
    assert not re.search(r"\b0 tests", ended.stdout)
    assert (tmp_path / "rule-inputs").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("pack", ["wheel", "rego"])
def test_what_the_gates_deny_conftest_denies_in_the_same_words(tmp_path: Path, pack: str) -> None:
    case = json.loads(sorted(CASE.glob("*.json"))[0].read_bytes())
    tree = apply(case, kansas(), Layout.kfm_v1()).files
    evidence(tmp_path, tree)
    inputs, rule = commands()[:2]
    rule = rule.replace("conftest test", "conftest test -o json")
    if pack == "rego":
        inputs += f'\npack="{REPOSITORY}/rego"'
    ended = run(tmp_path, f"{inputs}\n{rule}")
    assert ended.returncode == 1, ended.stderr
    listing = json.loads(ended.stdout[ended.stdout.index("[\n") :])
    told = sorted(failure["msg"] for entry in listing for failure in entry.get("failures", []))
    ours = sorted(
        finding["message"]
        for result in judge_tree(tree).values()
        for check in result["checks"]
        for finding in check["findings"]
        if finding["check"] == "rights.license"
    )
    assert told == ours != []
