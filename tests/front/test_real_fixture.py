"""Every door on the real Kansas counties, judged by the whole of `promotion-v1`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kfm_gates import GateDenied, Status, evaluate
from tests.support.running import KANSAS, kansas_copy, program


@pytest.fixture
def unlicensed(tmp_path: Path) -> Path:
    """A copy whose specs name no licence; everything that hangs on their bytes follows."""
    root = kansas_copy(tmp_path)
    for spec in root.glob("data/registry/kansas-counties/specs/*.yaml"):
        lines = spec.read_text().splitlines(keepends=True)
        spec.write_text("".join(line for line in lines if not line.strip().startswith("license:")))
    return root


def test_the_command_opens_and_the_permit_holds(tmp_path: Path) -> None:
    ran = program("check", KANSAS, cwd=tmp_path)
    assert ran.code == 0, ran.said
    for label in "ABCDEFG":
        assert f"\n  {label}  " in ran.out
    assert program("permit", "verify", ran.permit, KANSAS, "--operation", "promote", cwd=tmp_path).code == 0


def test_the_command_denies_with_the_root_cause_first(tmp_path: Path, unlicensed: Path) -> None:
    ran = program("check", unlicensed, "--format", "text", "--format", "json:out.json", cwd=tmp_path)
    assert ran.code == 1, ran.said
    assert not ran.permit.exists()
    assert "kansas-counties/specs/" in ran.out and "licen" in ran.out
    assert json.loads((tmp_path / "out.json").read_bytes()) == ran.predicate
    assert ran.out.rstrip().endswith("exit code: 1")


def test_the_api_raises_what_the_command_says(unlicensed: Path) -> None:
    assert evaluate(KANSAS).status is Status.PASS
    decision = evaluate(unlicensed)
    with pytest.raises(GateDenied) as caught:
        decision.require()
    assert caught.value.findings == decision.findings != ()


def test_pytest_shows_every_gate(tmp_path: Path, unlicensed: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    words = [sys.executable, "-m", "pytest", "-v", "--kfm-gates", "-p", "no:cacheprovider"]
    opened = subprocess.run([*words, f"--kfm-target={KANSAS}"], cwd=tmp_path, capture_output=True, text=True)
    assert opened.returncode == 0, opened.stdout + opened.stderr
    assert ".json::catalog::catalog.stac PASSED" in opened.stdout
    denied = subprocess.run(
        [*words, f"--kfm-target={unlicensed}"], cwd=tmp_path, capture_output=True, text=True
    )
    assert denied.returncode == 1, denied.stdout + denied.stderr
    assert denied.stdout.rstrip().splitlines()[-1].startswith("kfm-gates: DENY: ")


def test_list_and_explain_know_every_check(tmp_path: Path) -> None:
    listing = json.loads(program("list", "--format", "json", cwd=tmp_path).out)
    assert [gate["label"] for gate in listing["gates"] if gate["label"]] == list("ABCDEFG")
    for check in listing["gates"][0]["checks"]:
        ran = program("explain", check["id"], cwd=tmp_path)
        assert ran.code == 0 and check["title"] in ran.out, ran.said
        assert "denies     for example: " in ran.out
