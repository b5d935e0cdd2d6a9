from __future__ import annotations

import pytest

from kfm_gates.engines.pattern_lint import pattern_problem


@pytest.mark.parametrize(
    "pattern",
    [
        "^[0-9a-f]{64}$",
        "^[a-z0-9]+(-[a-z0-9]+)*$",
        "^https://spdx[.]org/licenses/[A-Za-z0-9.-]+$",
        "^(public|internal)$",
        "^([0-9]{2}:){5}$",
        "^a+b+c+$",
        "^(a|ab)+$",
        "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
    ],
)
def test_linear_patterns_pass(pattern: str) -> None:
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a*)*$",
        "^([a-z]+)*$",
        "^(a|a)*$",
        "^(a|b?)+$",
        "(x+x+)+y",
        "^(-[a-z-]+)*$",
        "^(?:(?:a+)b?)+$",
        r"^(\w+\s?)*$",
        "^((a{1,9})b{0,9}){50}$",
        r"^(a+)\1$",
    ],
)
def test_patterns_that_backtrack_are_refused(pattern: str) -> None:
    assert pattern_problem(pattern)


def test_no_pattern_is_refused_too() -> None:
    assert "not a regular expression" in (pattern_problem("(") or "")
