"""Policies on trial: what tests do not hold in place is found, and what they do is not."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.engines import rego_trial
from kfm_gates.errors import EngineError

from .rego_samples import DATA, PACKAGE, PATH, policy

TESTS = f"""package {PACKAGE}_test

import data.{PACKAGE}

given(license) := {{"spec": {{"rights": {{"license": license}}}}}}

test_listed_licenses_pass if {{
	license.allow with input as given("CC0-1.0")
	count(license.deny) == 0 with input as given("CC0-1.0")
}}

test_other_licenses_are_denied if {{
	reasons := license.deny with input as given("GPL")
	count(reasons) == 1
	not license.allow with input as given("GPL")
}}

test_the_empty_input_is_denied if {{
	count(license.deny) == 1 with input as {{}}
	not license.allow with input as {{}}
}}
"""


def tried(tests: str = TESTS, body: str | None = None, *, mutate: bool = True) -> dict[str, Any]:
    text = policy().text if body is None else policy(body).text
    request = {"policy": [PATH, text], "tests": ["rego/rights/license_test.rego", tests]}
    report: dict[str, Any] = rego_trial.serve({**request, "data": DATA, "mutate": mutate})
    return report


def without(name: str) -> str:
    head, _, rest = TESTS.partition(f"test_{name} if ")
    return head + rest.partition("\n}\n")[2]


def test_good_tests_hold_everything() -> None:
    report = tried()
    assert [test["passed"] for test in report["tests"]] == [True] * 3
    assert [(rule["fires"], rule["rests"]) for rule in report["rules"]] == [(True, True)] * 2
    assert report["lacks"] == []
    assert report["mutants"] >= 8
    assert report["survivors"] == []


def test_a_test_that_fails_is_named_with_its_line_and_nothing_is_mutated() -> None:
    report = tried(TESTS.replace("count(reasons) == 1", "count(reasons) == 2"))
    failed = [test for test in report["tests"] if not test["passed"]]
    assert [(test["name"], test["line"]) for test in failed] == [("test_other_licenses_are_denied", 12)]
    assert report["mutants"] == 0


def test_a_deny_rule_that_never_fires_in_a_test_is_found() -> None:
    report = tried(without("other_licenses_are_denied"))
    assert [rule["fires"] for rule in report["rules"]] == [False, True]
    assert all(rule["rests"] for rule in report["rules"])
    assert {survivor["what"] for survivor in report["survivors"]} >= {"the rule never fires"}
    assert all(survivor["line"] > 0 and survivor["column"] > 0 for survivor in report["survivors"])


def test_a_deny_rule_that_always_fires_in_tests_is_found() -> None:
    always = 'default allow := false\n\nallow if count(deny) == 0\n\ndeny contains "x" if input.spec\n'
    tests = TESTS[: TESTS.index("test_listed")] + (
        'test_denied if count(license.deny) == 1 with input as given("a")\n'
    )
    report = tried(tests, always)
    assert [(rule["fires"], rule["rests"]) for rule in report["rules"]] == [(True, False)]
    assert report["lacks"] == ["an input that passes", "the empty input"]


@pytest.mark.parametrize(
    ("name", "lack"),
    [("listed_licenses_pass", "an input that passes"), ("the_empty_input_is_denied", "the empty input")],
)
def test_a_kind_of_input_that_lacks_is_named(name: str, lack: str) -> None:
    assert tried(without(name), mutate=False)["lacks"] == [lack]


@pytest.mark.parametrize(
    ("weak", "what"),
    [
        ("not listed(license)", "a `not` is left out"),
        ("listed(license) if license in", "a condition is left out"),
    ],
)
def test_tests_that_only_call_kill_nothing(weak: str, what: str) -> None:
    """Tests whose every word is true whatever the policy says let each mutant live."""
    assert weak in policy().text
    tests = TESTS[: TESTS.index("test_listed")] + (
        "test_nothing if {\n\tcount(license.deny) >= 0 with input as {}\n"
        '\tcount(license.deny) >= 0 with input as given("GPL")\n}\n'
    )
    report = tried(tests)
    assert what in {survivor["what"] for survivor in report["survivors"]}
    assert len(report["survivors"]) == report["mutants"]


BOUNDS = """default allow := false

allow if count(deny) == 0

few := {"a", "b"}

deny contains "x" if input.n >= 3

deny contains "y" if {
	not input.word in few
	input.on == true
}
"""


def test_each_operator_gives_its_mutants() -> None:
    tests = (
        TESTS[: TESTS.index("test_listed")] + "test_nothing if count(license.deny) >= 0 with input as {}\n"
    )
    found = [(each["line"], each["what"]) for each in tried(tests, BOUNDS)["survivors"]]
    whats = {what for _, what in found}
    assert whats == {
        "the default is true",
        "`allow` always holds",
        "the collection is empty",
        "the rule never fires",
        "`>=` is `>`",
        "`==` is `!=`",
        "a constant is another",
        "a condition is left out",
        "a condition is negated",
        "a `not` is left out",
    }


def test_tables_that_a_test_swaps_count_as_witnesses() -> None:
    body = (
        "default allow := false\n\nallow if count(deny) == 0\n\n"
        'deny contains "x" if "bad" in data.kfm_data.licenses\n'
    )
    tests = TESTS[: TESTS.index("test_listed")] + (
        "test_bad if count(license.deny) == 1 with input as {} "
        'with data.kfm_data.licenses as ["bad"]\n'
        "test_good if license.allow with input as {}\n"
    )
    report = tried(tests, body)
    assert report["rules"] == [{"line": report["rules"][0]["line"], "fires": True, "rests": True}]


def test_tests_of_another_package_are_refused() -> None:
    with pytest.raises(EngineError, match="the package must be"):
        tried(TESTS.replace(f"{PACKAGE}_test", "kfm.other_test"))


def test_two_tests_of_one_name_are_refused() -> None:
    with pytest.raises(EngineError, match="have the name"):
        tried(TESTS + "test_listed_licenses_pass if true\n")


def test_what_is_no_rego_is_refused() -> None:
    with pytest.raises(EngineError, match=r"license_test\.rego:\d+"):
        tried(TESTS + "= = =\n")
