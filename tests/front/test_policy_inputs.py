"""`kfm-gates policy inputs`: one file per rule and version, and nothing half written for what is asked wrongly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.judging import suite
from tests.support.running import EVALUATED_AT, KANSAS, kansas_copy, program

RULES = {rule.about.id: rule for rule in suite().rules}


@pytest.mark.slow
def test_every_rule_gets_an_input_of_its_published_form(tmp_path: Path) -> None:
    ran = program(
        *("policy", "inputs", KANSAS, "--out", "here", "--format", "json", "--evaluated-at", EVALUATED_AT),
        cwd=tmp_path,
    )
    assert ran.code == 0, ran.said
    listing = json.loads(ran.out)["inputs"]
    assert {each["check"] for each in listing} == set(RULES)
    assert len(listing) == 2 * len(RULES)
    for each in listing:
        document = json.loads((tmp_path / "here" / each["file"]).read_bytes())
        RULES[each["check"]].form.check(document)
        assert document["evaluated_at"] == EVALUATED_AT
        assert each["namespace"] == RULES[each["check"]].package
    data = json.loads((tmp_path / "here/kfm_data.json").read_bytes())
    assert data == {"kfm_data": dict(suite().tables.values)}
    assert (tmp_path / "here").stat().st_mode & 0o777 == 0o700
    again = program("policy", "inputs", KANSAS, "--out", "here", cwd=tmp_path)
    assert again.code == 2
    assert "here: is not empty" in again.err


@pytest.mark.slow
def test_what_can_not_be_had_is_named(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    for spec in root.rglob("*.yaml"):
        spec.write_text("spec: [")
    ran = program("policy", "inputs", root, "--out", tmp_path / "here", cwd=tmp_path)
    assert ran.code == 0, ran.said
    assert "rights.license of kansas-counties/" in ran.out
    assert "no input, because of " in ran.out


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("evidence/inputs", "lies inside the evidence root"),
        ("full", "is not empty"),
        ("file", "is not empty"),
    ],
)
def test_where_nothing_may_be_written(tmp_path: Path, out: str, words: str) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    (tmp_path / "file").touch()
    ran = program("policy", "inputs", "evidence", "--out", out, cwd=tmp_path)
    assert ran.code == 2, ran.said
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["evidence", "file", "file", "full"]


@pytest.mark.slow
def test_no_version(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    ran = program("policy", "inputs", "evidence", "--out", "here", cwd=tmp_path)
    assert ran.code == 5, ran.said
    assert "nothing was written" in ran.out
    assert not (tmp_path / "here").exists()
    shutil.rmtree(tmp_path / "evidence")
    assert program("policy", "inputs", "evidence", "--out", "here", cwd=tmp_path).code == 2
