"""Every named way around the gates is tried: none starts a builder, none ends green, none leaves a permit."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from tests.bypass.arena import Arena, copied, prepare
from tests.bypass.scenario import SCENARIOS, Scenario

for module in sorted(Path(__file__).parent.glob("ways/*.py")):
    importlib.import_module(f"tests.bypass.ways.{module.stem}")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("bypass") / "template")


@pytest.fixture
def arena(template: Path, tmp_path: Path) -> Arena:
    return copied(template, tmp_path / "arena")


def test_without_an_attack_the_builder_runs(arena: Arena) -> None:
    ran = arena.exec_permit()
    assert (ran.code, arena.marker.exists()) == (0, True), ran.said


def test_without_an_attack_and_without_a_permit_the_gates_open(arena: Arena) -> None:
    ran = arena.exec()
    assert (ran.code, arena.marker.exists()) == (0, True), ran.said


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(each, id=name, marks=[getattr(pytest.mark, mark) for mark in each.marks])
        for name, each in SCENARIOS.items()
    ],
)
def test_nothing_runs_before_the_gates_pass(scenario: Scenario, arena: Arena) -> None:
    ran = scenario.trying(arena)
    assert not arena.marker.exists(), "the builder ran"
    if ran is None:
        return
    assert ran.code != 0, ran.said
    assert "Traceback" not in ran.err or scenario.door == "API", ran.said
    assert re.search(scenario.says, ran.said, re.DOTALL), ran.said
    left = arena.folder / "again" / "permit.json"
    if left.exists():
        verified = arena.run("permit", "verify", left, arena.evidence, "--operation", "promote")
        assert verified.code != 0, "a permit is left that verifies"
