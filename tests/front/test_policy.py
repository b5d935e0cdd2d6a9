"""`kfm-gates policy …` as people call it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kfm_gates.front.cli import main
from tests.support.judging import KANSAS, REPOSITORY, kansas, suite, write_tree

RULE = """# METADATA
# title: A rule of another team
# description: Deny what this team does not want; it is an example of a rule in a pack.
# custom:
#   evidence: [manifest]
#   serves: [R-183]
package kfm.acme.own

default allow := false

allow if {
	is_object(input.manifest)
	count(deny) == 0
}

deny contains {"msg": "nobody approved it"} if count(input.manifest.approvals) == 0
"""
TESTS = """package kfm.acme.own_test

import data.kfm.acme.own

given(approvals) := {"manifest": {"approvals": approvals}}

test_one_passes if {
	own.allow with input as given([1])
	count(own.deny) == 0 with input as given([1])
}

test_none_is_denied if {
	count(own.deny) == 1 with input as given([])
	not own.allow with input as given([])
}

test_empty if not own.allow with input as {}
"""
CASE = json.dumps(
    {
        "base": "public",
        "why": "nobody approved it",
        "ops": [{"file": "manifest", "patch": [{"op": "remove", "path": "/approvals/0"}]}],
    }
)
PROFILE = """profile = { name = "own-v1", extends = "promotion-v1", packs = ["gates"] }
gates.own = { checks = ["acme.own"] }
"""


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "own.toml": PROFILE,
        "gates/rego/acme/own.rego": RULE,
        "gates/rego/acme/own_test.rego": TESTS,
        "gates/denials/acme.own/none.json": CASE,
    }
    write_tree(tmp_path, {name: text.encode() for name, text in files.items()})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rewrite(pack: Path, old: str, new: str, name: str = "own.rego") -> None:
    path = pack / "gates/rego/acme" / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_digest_is_that_of_decisions(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "digest", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["policy_pack"] == suite().pack_digest
    assert main(["policy", "digest", "--profile", "own.toml", "--format", "json"]) == 0
    own = json.loads(capsys.readouterr().out)
    assert own["policy_pack"] != suite().pack_digest
    assert [part["pack"] for part in own["parts"]] == ["kfm-gates", str(pack / "gates")]
    rewrite(pack, "nobody approved it", "nobody did")
    assert main(["policy", "digest", "--profile", "own.toml"]) == 0
    said = capsys.readouterr().out
    assert own["policy_pack"] not in said
    assert said.splitlines()[0].endswith("  policy pack")


def test_lint_of_the_house_finds_nothing(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "lint"]) == 0
    rules = len([p for p in (REPOSITORY / "rego").glob("*/*.rego") if not p.stem.endswith("_test")])
    assert capsys.readouterr().out == f"{rules} rules, 0 problems\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "input.manifest.approvals",
            "input.manifest.aprovals",
            "own.rego:16:68: no input has `aprovals` here",
        ),
        ("evidence: [manifest]", "evidence: [manifests]", "own.rego:1:1: no evidence is named 'manifests'"),
        ("#   serves: [R-183]\n", "", "own.rego:1:1: `custom` lacks serves"),
        (
            "#   serves: [R-183]\n",
            "#   serves: [R-183]\n#   effective_on: 2027-13-01\n",
            "own.rego:1:1: `effective_on` must be a day such as 2027-01-01",
        ),
        (
            "default allow := false",
            "default allow := true",
            "own.rego:9:1: the default of `allow` must be false",
        ),
        ("deny contains {", "deny[{", "own.rego:16:"),
        ("package kfm.acme.own", "package kfm.acme.onw", "own.rego:7:1: the package is `kfm.acme.onw`"),
    ],
)
def test_lint_names_file_line_and_column(
    pack: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    rewrite(pack, old, new)
    assert main(["policy", "lint", "gates"]) == 1
    out = capsys.readouterr().out
    assert f"gates/rego/acme/{said}" in out, out
    assert main(["policy", "lint", "gates/rego/acme/own.rego", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["problems"]


def test_lint_names_a_rule_that_is_there_twice(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(pack / "gates", pack / "more")
    assert main(["policy", "lint", "gates", "more"]) == 1
    assert "is the check of gates/rego/acme/own.rego already" in capsys.readouterr().out


def test_a_path_without_rules_is_a_usage_error(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack / "empty").mkdir()
    assert main(["policy", "lint", "empty"]) == main(["policy", "test", "nowhere"]) == 2
    said = capsys.readouterr().err
    assert "there is no rule in Rego" in said
    assert "there is no such file" in said


def test_test_runs_the_tests_and_kills_mutants(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "test", "gates", "--mutate"]) == 0
    said = capsys.readouterr().out
    assert "acme.own: 3/3 tests, 1 deny rules, " in said
    assert said.splitlines()[-1].startswith(
        "passed: 3 of 3 tests pass; 1 of 1 deny rules fire, rest and are killed"
    )


def test_test_lists_what_survives_and_fails(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(
        pack,
        "count(own.deny) == 1 with input as given([])",
        "count(own.deny) >= 0 with input as given([])",
        "own_test.rego",
    )
    rewrite(pack, "not own.allow with input as given([])", "true", "own_test.rego")
    assert main(["policy", "test", "gates"]) == 0
    assert main(["policy", "test", "gates", "--mutate"]) == 1
    said = capsys.readouterr().out
    assert "gates/rego/acme/own.rego:16:1: no test notices when the rule never fires (rule `deny`)" in said
    assert main(["policy", "test", "gates", "--mutate", "--threshold", "0"]) == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("given([1])", "given([])", "own_test.rego:7: test_one_passes gives "),
        ("test_empty if", "empty if", "there is no test with the empty input"),
        ("package kfm.acme.own_test", "package kfm.acme.other", "the package must be kfm.acme.own_test"),
    ],
)
def test_test_fails_and_says_why(
    pack: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    rewrite(pack, old, new, "own_test.rego")
    assert main(["policy", "test", "gates", "--threshold", "0"]) == 1
    assert said in capsys.readouterr().out


def test_test_without_a_test_file_fails(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack / "gates/rego/acme/own_test.rego").unlink()
    assert main(["policy", "test", "gates", "--format", "json", "--threshold", "0"]) == 1
    (rule,) = json.loads(capsys.readouterr().out)["rules"]
    assert rule["error"] == "there is no gates/rego/acme/own_test.rego"


@pytest.mark.slow
def test_the_tests_of_the_house_hold_every_deny_rule(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["policy", "test", "--mutate"])
    said = capsys.readouterr().out
    assert code == 0, said


def test_diff_lists_every_verdict_that_flips(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = pack / "record"
    at = ("--evaluated-at", "2026-10-31T12:00:00Z")
    evidence = write_tree(pack / "evidence", kansas())
    assert main(["check", str(evidence), "--record", str(record), *at]) == 0
    assert main(["policy", "diff", "promotion-v1", "promotion-v1", "--against", str(record)]) == 0
    stricter = (
        RULE + '\ndeny contains {"msg": "no counties"} if contains(input.manifest.dataset_slug, "kansas")\n'
    )
    shutil.copytree(pack / "gates", pack / "new")
    (pack / "new/rego/acme/own.rego").write_text(stricter)
    capsys.readouterr()
    assert main(["policy", "diff", "gates", "new", "--against", str(record), "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["subjects"] == 2
    assert {(each["check"], each["old"], each["new"]) for each in found["flips"]} == {
        (None, "PASS", "DENY"),
        ("acme.own", "PASS", "DENY"),
    }
    assert {each["why"] for each in found["flips"]} == {"", "no counties"}


def test_diff_says_when_the_evidence_has_changed(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = pack / "record"
    evidence = write_tree(pack / "evidence", kansas())
    assert (
        main(["check", str(evidence), "--record", str(record), "--evaluated-at", "2026-10-31T12:00:00Z"]) == 0
    )
    for path in evidence.glob("release/manifests/*/*.json"):
        path.write_bytes(path.read_bytes() + b"\n")
    assert main(["policy", "diff", "promotion-v1", "own.toml", "--against", str(record)]) == 3
    assert "not compared, the evidence has changed since it was judged" in capsys.readouterr().out


def test_diff_against_what_is_no_record_is_a_usage_error(pack: Path) -> None:
    (pack / "odd").mkdir()
    (pack / "odd" / "decision.json").write_text("{}")
    assert main(["policy", "diff", "promotion-v1", "own.toml", "--against", "odd"]) == 2
    assert main(["policy", "diff", "promotion-v1", "own.toml", "--against", "nowhere"]) == 2
    assert main(["policy", "diff", "odd", "own.toml", "--against", str(KANSAS)]) == 2
