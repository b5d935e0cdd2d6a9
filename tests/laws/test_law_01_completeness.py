"""Law 1. Completeness, not absence of failure: open only if every docket entry ended well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kfm_gates.judge.profile_file import load_profile
from tests.support.running import EVALUATED_AT, check, kansas_copy
from tests.support.trees import edit, file_of, version_of


@pytest.mark.parametrize("narrow", ["--check", "--gate", "--subject"])
def test_a_part_of_the_profile_never_yields_a_permit(tmp_path: Path, narrow: str) -> None:
    root = kansas_copy(tmp_path)
    part = {"--check": "rights.license", "--gate": "B", "--subject": f"kansas-counties/{version_of(root)}"}
    ran = check(root, narrow, part[narrow], cwd=tmp_path, at=None)
    assert ran.code == 0, ran.said
    assert ran.predicate["partial"] is True
    assert not ran.permit.exists()
    assert "part" in ran.run["no_permit"]


def test_the_record_names_every_check_of_the_profile_for_every_subject(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    ran = check(root, cwd=tmp_path)
    planned = sorted(load_profile("promotion-v1", tmp_path).check_ids())
    assert len(ran.predicate["subjects"]) == 2
    for subject in ran.predicate["subjects"]:
        recorded = [c["id"] for c in subject["checks"]] + [c["id"] for c in subject["not_planned"]]
        assert sorted(recorded) == planned


def test_what_does_not_apply_is_recorded_with_its_fact(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    ran = check(root, cwd=tmp_path)
    by_version = {s["id"].partition("/")[2]: s["not_planned"] for s in ran.predicate["subjects"]}
    absent = by_version[version_of(root, "public")]
    assert {entry["fact"] for entry in absent} == {
        "has_obligations",
        "has_plan",
        "has_prior_version",
        "hides_places",
    }
    assert {entry["value"] for entry in absent} == {False}
    assert by_version[version_of(root, "public_generalized")] == []


def test_one_bad_subject_withholds_the_permit_from_all(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    edit(file_of(root, "manifest", "public_generalized"), lambda m: m["approvals"].clear())
    ran = check(root, cwd=tmp_path, at=None)
    assert ran.code == 1, ran.said
    assert sorted(s["status"] for s in ran.predicate["subjects"])[-1] == "PASS", "the other one is sound"
    assert not ran.permit.exists()


def test_a_version_whose_files_are_gone_is_still_a_subject(tmp_path: Path) -> None:
    """The ledger speaks of it, so it can't quietly drop out of the list."""
    root = kansas_copy(tmp_path)
    version = version_of(root, "public_generalized")
    for path in sorted(root.rglob(f"*{version}*"), reverse=True):
        for each in sorted(path.rglob("*"), reverse=True) if path.is_dir() else [path]:
            each.rmdir() if each.is_dir() else each.unlink()
        if path.is_dir():
            path.rmdir()
    ran = check(root, cwd=tmp_path)
    assert ran.code == 1, ran.said
    denied = [s["id"] for s in ran.predicate["subjects"] if s["status"] != "PASS"]
    assert any(version in id for id in denied)


def test_an_earlier_permit_does_not_survive_a_denial(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    assert check(root, cwd=tmp_path, at=None).permit.exists()
    edit(file_of(root, "manifest"), lambda m: m["approvals"].clear())
    ran = check(root, cwd=tmp_path, at=None)
    assert ran.code == 1
    assert not ran.permit.exists()
    assert json.loads(ran.decision)["predicate"]["status"] == "DENY"


def test_an_old_judgement_yields_no_permit(tmp_path: Path) -> None:
    ran = check(kansas_copy(tmp_path), cwd=tmp_path, at=EVALUATED_AT)
    assert ran.code == 0, ran.said
    assert not ran.permit.exists()


@pytest.mark.parametrize(
    "gate", ['checks = ["rights.license"]', "checks = []"], ids=["twice", "a gate without checks"]
)
def test_a_profile_that_judges_twice_or_nothing_is_refused(tmp_path: Path, gate: str) -> None:
    text = f'profile = {{ name = "own-v1", extends = "promotion-v1" }}\n[gates.own]\n{gate}\n'
    (tmp_path / "own.toml").write_text(text)
    ran = check(kansas_copy(tmp_path), "--profile", "own.toml", cwd=tmp_path, at=None)
    assert ran.code == 2, ran.said
    assert not ran.permit.exists()
