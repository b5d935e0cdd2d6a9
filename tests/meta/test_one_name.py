"""One name everywhere: a check's ID is its file, its denial cases, its known-answer sample and its page."""

from __future__ import annotations

import pytest

from kfm_gates.checks.pack import check_files, known_ids
from tests.support.repository import DENIALS, DOCS, PACKAGE, REPOSITORY, SAMPLES, cases, check_ids, checks


@pytest.mark.parametrize("id", check_ids())
class TestEveryCheck:
    def test_is_judged_by_exactly_one_file(self, id: str) -> None:
        assert len(check_files(PACKAGE, id)) == 1

    def test_says_first_what_it_denies(self, id: str) -> None:
        assert checks()[id].about.title.startswith("Deny ")

    def test_says_why_it_matters(self, id: str) -> None:
        assert len(checks()[id].about.description) >= 60

    def test_serves_a_requirement(self, id: str) -> None:
        assert checks()[id].about.serves

    def test_has_a_page(self, id: str) -> None:
        assert (DOCS / f"{id}.md").is_file(), "run `make docs`"

    def test_has_a_sample_that_it_must_deny_before_each_run(self, id: str) -> None:
        assert (SAMPLES / f"{id}.json").is_file()

    def test_has_a_resealed_case_for_each_requirement_that_it_serves(self, id: str) -> None:
        proven = {served for case in cases(id).values() if case.get("reseal") for served in case["serves"]}
        assert set(checks()[id].about.serves) <= proven

    def test_its_cases_cite_only_what_it_serves(self, id: str) -> None:
        cited = {served for case in cases(id).values() for served in case["serves"]}
        assert cited <= set(checks()[id].about.serves)

    def test_its_cases_say_what_is_broken(self, id: str) -> None:
        assert [name for name, case in cases(id).items() if len(case["why"]) < 10] == []

    def test_its_metadata_say_how_grave_it_is_how_to_mend_it_and_whose_it_is(self, id: str) -> None:
        (path,) = check_files(PACKAGE, id)
        if path.suffix != ".py":
            head = path.read_text("utf-8").partition("\n\n")[0]
            assert [
                each for each in ("severity", "remediation", "owner") if f"#   {each}: " not in head
            ] == []

    def test_its_rule_has_a_test_of_its_own(self, id: str) -> None:
        if checks()[id].about.kind != "rego":
            return
        family, _, name = id.partition(".")
        assert (REPOSITORY / "rego" / family / f"{name}_test.rego").is_file()


def test_every_file_that_judges_is_in_a_profile() -> None:
    assert sorted(known_ids(PACKAGE)) == list(check_ids())


def test_every_folder_of_cases_belongs_to_a_check() -> None:
    assert sorted(path.name for path in DENIALS.iterdir()) == list(check_ids())


def test_every_sample_belongs_to_a_check() -> None:
    assert sorted(path.stem for path in SAMPLES.iterdir()) == list(check_ids())


def test_every_page_belongs_to_a_check() -> None:
    assert sorted(path.stem for path in DOCS.iterdir()) == sorted([*check_ids(), "index"])


def test_every_test_of_a_rule_belongs_to_a_rule() -> None:
    tests = {path.relative_to(REPOSITORY / "rego") for path in (REPOSITORY / "rego").glob("*/*_test.rego")}
    rules = {path.with_name(f"{path.name.removesuffix('_test.rego')}.rego") for path in tests}
    assert [rule for rule in sorted(rules) if not (REPOSITORY / "rego" / rule).is_file()] == []
