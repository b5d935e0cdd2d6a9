"""The example of a profile of one's own works as its page says, and refuses what the page says it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.running import EVALUATED_AT, KANSAS, REPOSITORY, Ran, program

EXAMPLE = REPOSITORY / "examples" / "own-gates"
OWN = {"survey.cadence", "survey.publisher", "survey.extent"}


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy that a test may change, with the evidence where it looks for it."""
    shutil.copytree(KANSAS, tmp_path / "fixtures" / "kansas-counties")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "examples" / "own-gates"))


def judged(example: Path, *words: str) -> Ran:
    return program("check", "--evaluated-at", EVALUATED_AT, *words, cwd=example)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_it_opens_with_a_line_for_its_own_gate(example: Path) -> None:
    ran = judged(example)
    assert ran.code == 0, ran.said
    assert ran.out.count("H  Survey") == 2
    for subject in ran.predicate["subjects"]:
        assert {check["id"] for check in subject["checks"] if check["status"] == "PASS"} >= OWN


def test_the_override_is_tighter_for_this_dataset(example: Path) -> None:
    items = (example / "../../fixtures/kansas-counties/data/catalog").resolve().rglob("counties-*.json")
    for item in items:
        item.write_text(item.read_text().replace("-102.0", "-103.0"))
    edit(
        example / "survey.toml", 'needs = ["catalog"]\n', ""
    )  # the catalog is denied, and that is not asked here
    with_override = judged(example, "--check", "survey.extent")
    assert "survey.extent" in with_override.denied(), with_override.said
    edit(example / "survey.toml", 'subjects = "kansas-counties/*"', 'subjects = "kansas-rivers/*"')
    without = judged(example, "--check", "survey.extent")
    assert "survey.extent" not in without.denied(), without.said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("margin_degrees = 0.1", "margin_degrees = 5.0", "weaker than 2.0: it can only be made stricter (lower)"),
        ("margin_degrees = 0.1", "margin_degree = 0.1", "did you mean 'margin_degrees'?"),
        ('"survey.cadence",', '"survey.cadense",', "did you mean 'survey.cadence'?"),
        ('needs = ["catalog"]', 'needs = ["catalogue"]', "unknown gate 'catalogue'"),
        ('[[override]]', '[gates.catalog]\nlabel = "X"\nchecks = ["survey.cadence"]\n[[override]]', "only `checks`"),
        ('extends = "promotion-v1"', 'extends = "promotion-v2"', "did you mean 'promotion-v1'?"),
    ],
)  # fmt: skip
def test_it_refuses(example: Path, old: str, new: str, said: str) -> None:
    edit(example / "survey.toml", old, new)
    ran = judged(example)
    assert ran.code == 2, ran.said
    assert said in ran.err, ran.said
    assert not ran.permit.exists()


@pytest.mark.parametrize("check", sorted(OWN))
def test_it_refuses_a_check_without_a_case(example: Path, check: str) -> None:
    shutil.rmtree(example / "gates" / "denials" / check)
    ran = judged(example)
    assert ran.code == 2, ran.said
    assert f"{check}: the pack" in ran.err and "has no denial case" in ran.err, ran.said
    assert not ran.permit.exists()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rego/survey/cadence.rego", "yearly, irregular]", "yearly, irregular, now and then]"),
        ("checks/survey/extent.py", "if beyond <= margin_degrees:", "if beyond:"),
        ("shapes/survey/publisher.ttl", "    sh:minCount 1 ;\n", ""),
    ],
)
def test_a_check_that_was_made_to_pass_is_found_before_anything_is_judged(
    example: Path, file: str, old: str, new: str
) -> None:
    edit(example / "gates" / file, old, new)
    ran = judged(example)
    assert ran.code == 3, ran.said
    assert "does not deny a bad sample" in ran.err, ran.said
    assert not ran.permit.exists()
