"""The tests that stand beside the rules (`*_test.rego`), run by the engine that judges with the pack's tables."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import pytest
import regorus

from kfm_gates.checks.pack import HOUSE, tables
from tests.support.judging import REPOSITORY

FILES = sorted((REPOSITORY / "rego").glob("*/*_test.rego"))
RULES = sorted(p for p in (REPOSITORY / "rego").glob("*/*.rego") if not p.stem.endswith("_test"))


def names_in(path: Path) -> list[str]:
    return re.findall(r"^(test_\w+)\b", path.read_text(), re.MULTILINE)


@functools.cache
def engine(path: Path) -> regorus.Engine:
    made = regorus.Engine()
    for each in (path.with_name(path.name.replace("_test.rego", ".rego")), path):
        made.add_policy(str(each), each.read_text())
    made.add_data_json(json.dumps({"kfm_data": tables((HOUSE,))}))
    return made


@pytest.mark.parametrize(
    ("path", "name"),
    [(p, n) for p in FILES for n in names_in(p)],
    ids=lambda value: getattr(value, "stem", value),
)
def test_rule(path: Path, name: str) -> None:
    package = re.search(r"^package (\S+)", path.read_text(), re.MULTILINE)
    assert package is not None
    assert engine(path).eval_rule_as_json(f"data.{package[1]}.{name}") == "true"


def test_every_rule_has_tests_that_pass_deny_and_start_from_nothing() -> None:
    for rule in RULES:
        names = names_in(rule.with_name(f"{rule.stem}_test.rego"))
        assert len(names) >= 3, rule
