"""`--engine`: the example under conftest and under both, and what a run says where conftest can't judge."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

import pytest

from kfm_gates import evaluate
from tests.support.conftest_program import VERSION, program, real_conftest
from tests.support.running import KANSAS, Ran, check, kansas_copy
from tests.support.running import program as kfm_gates


def real_path() -> dict[str, str | None]:
    real = real_conftest()
    assert real is not None
    return {"PATH": f"{real.parent}{os.pathsep}{os.defpath}"}


def no_verdict(ran: Ran) -> None:
    assert not ran.record.exists() or not list(ran.record.iterdir())
    assert "Traceback" not in ran.err
    assert ran.err.count("\n") == 1, ran.said


@pytest.mark.conftest
@pytest.mark.slow
def test_both_pass_the_example_and_a_permit_is_of_its_engine(tmp_path: Path) -> None:
    ran = check(KANSAS, "--engine", "both", cwd=tmp_path, at=None, env=real_path())
    assert ran.code == 0, ran.said
    real = real_conftest()
    assert real is not None
    digest = hashlib.sha256(real.read_bytes()).hexdigest()
    assert ran.predicate["engines"]["rego"] == "regorus and conftest"
    assert ran.predicate["engines"]["conftest"].endswith(f"sha256:{digest}")
    verify = ("permit", "verify", ran.permit, KANSAS)
    other = kfm_gates(*verify, cwd=tmp_path, env=real_path())
    assert other.code == 1, other.said
    assert "names another engines than" in other.err
    same = kfm_gates(*verify, "--engine", "both", cwd=tmp_path, env=real_path())
    assert same.code == 0, same.said


@pytest.mark.conftest
@pytest.mark.slow
def test_conftest_alone_by_configuration_denies_what_regorus_denies(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    (manifest,) = (root / "release/manifests").rglob("*fdff5ab1.json")
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "approvals": []}))
    ours = check(root, cwd=tmp_path, record=tmp_path / "ours")
    (tmp_path / "kfm-gates.toml").write_text(
        f'engine = "conftest"\n[engines.conftest]\npath = "{real_conftest()}"\n'
    )
    theirs = check(root, cwd=tmp_path, env={"PATH": os.defpath}, record=tmp_path / "theirs")
    assert ours.code == theirs.code == 1, theirs.said
    assert theirs.predicate["engines"]["rego"] == "conftest"
    assert ours.predicate["subjects"] == theirs.predicate["subjects"]
    assert "release.approvals" in theirs.denied()


@pytest.mark.parametrize("engine", ["both", "conftest"])
def test_without_conftest(tmp_path: Path, engine: str) -> None:
    ran = check(KANSAS, "--engine", engine, cwd=tmp_path, env={"PATH": str(tmp_path)})
    assert ran.code == 3, ran.said
    assert (
        "kfm-gates: conftest is missing: there is none on PATH; install conftest 0.66.0 or newer" in ran.err
    )
    no_verdict(ran)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'Conftest: 0.59.0'", "is 0.59.0, which is too old; install conftest 0.66.0 or newer"),
        ("echo '[]'", "says no version that is known"),
        (VERSION + "echo '[]'", "failed its known-answer tests"),
        (VERSION + "exit 0", "failed its known-answer tests"),
    ],
)
def test_a_conftest_that_can_not_judge(tmp_path: Path, script: str, words: str) -> None:
    path = program(tmp_path / "bin", script + "\n")
    env = {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.defpath}"}
    ran = check(KANSAS, "--engine", "both", cwd=tmp_path, env=env)
    assert ran.code == 3, ran.said
    assert f"conftest at {path} {words}" in ran.err
    assert "differ" not in ran.err
    no_verdict(ran)


def test_a_conftest_of_another_digest(tmp_path: Path) -> None:
    path = program(tmp_path / "bin", VERSION)
    digest = "0" * 64
    (tmp_path / "kfm-gates.toml").write_text(f'[engines.conftest]\npath = "{path}"\nsha256 = "{digest}"\n')
    ran = check(KANSAS, "--engine", "conftest", cwd=tmp_path)
    assert ran.code == 3, ran.said
    assert f"not the pinned {digest}; install the pinned one" in ran.err
    no_verdict(ran)


def test_a_conftest_among_the_evidence(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    program(root, f"touch {tmp_path}/started\n{VERSION}")
    (tmp_path / "kfm-gates.toml").write_text(
        'engine = "conftest"\nengines.conftest.path = "evidence/conftest"\n'
    )
    ran = check(root, cwd=tmp_path)
    assert ran.code == 2, ran.said
    assert "an engine is never taken from inside the evidence root" in ran.err
    assert not (tmp_path / "started").exists()


def test_an_unknown_engine(tmp_path: Path) -> None:
    ran = check(KANSAS, "--engine", "opa", cwd=tmp_path)
    assert ran.code == 2
    assert "invalid choice: 'opa'" in ran.err


@pytest.mark.conftest
@pytest.mark.slow
def test_evaluate_takes_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(real_path()["PATH"]))
    decision = evaluate(KANSAS, engine="both", checks=["rights.license"])
    assert decision.status.opens
    assert decision.statement["predicate"]["engines"]["rego"] == "regorus and conftest"


@pytest.mark.conftest
@pytest.mark.slow
@pytest.mark.parametrize("engine", ["conftest", "both"])
def test_policy_test_says_the_same_of_each_test(tmp_path: Path, engine: str) -> None:
    rule = tmp_path / "gates/rego/acme/own.rego"
    rule.parent.mkdir(parents=True)
    head = "# METADATA\n# title: A rule\npackage kfm.acme.own\n\ndefault allow := false\n\nallow if count(deny) == 0\n\n"
    rule.write_text(head + 'deny contains "x" if not startswith(input.a, "b")\n')
    tests = (
        "package kfm.acme.own_test\n\nimport data.kfm.acme.own\n\n"
        'test_pass if own.allow with input as {"a": "b"}\n\n'
        'test_deny if count(own.deny) == 1 with input as {"a": "c"}\n\n'
        "test_empty if count(own.deny) == 1 with input as {}\n"
    )
    rule.with_name("own_test.rego").write_text(tests)
    listing = {}
    for name in ("regorus", engine):
        ran = kfm_gates(
            "policy", "test", rule, "--engine", name, "--format", "json", cwd=tmp_path, env=real_path()
        )
        (about,) = json.loads(ran.out)["rules"]
        listing[name] = {test["name"]: test["passed"] for test in about["tests"]}
    assert listing["regorus"] == {"test_pass": True, "test_deny": True, "test_empty": True}
    # To OPA, `not f(x)` is undefined where `x` is; what differs is seen, and denied, by this test.
    assert listing[engine] == {"test_pass": True, "test_deny": True, "test_empty": False}


@pytest.mark.conftest
@pytest.mark.slow
def test_the_tests_of_the_pack_pass_under_both(tmp_path: Path) -> None:
    ran = kfm_gates("policy", "test", "--engine", "both", cwd=tmp_path, env=real_path(), timeout=300)
    assert ran.code == 0, ran.said
    assert re.search(r"passed: (\d{3}) of \1 tests pass", ran.out), ran.out
