"""The tests that stand beside the rules in Rego, each run in an engine of its own with the pack's tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import regorus

from tests.support.judging import REPOSITORY

REGO = REPOSITORY / "rego"
FILES = sorted(REGO.glob("*/*_test.rego"))
NAME = re.compile(r"^(test_\w+)\b", re.MULTILINE)
CASES = [(path, name) for path in FILES for name in NAME.findall(path.read_text("utf-8"))]


def _engine(path: Path) -> regorus.Engine:
    rule = path.with_name(path.name.replace("_test.rego", ".rego"))
    tables = {table.stem: json.loads(table.read_bytes()) for table in (REGO / "data").glob("*.json")}
    engine = regorus.Engine()
    for file in (rule, path):
        engine.add_policy(file.name, file.read_text("utf-8"))
    engine.add_data_json(json.dumps({"kfm_data": tables}))
    return engine


@pytest.mark.parametrize(("path", "name"), CASES, ids=[f"{p.parent.name}.{p.stem}-{n}" for p, n in CASES])
def test_rule(path: Path, name: str) -> None:
    package = f"kfm.{path.parent.name}.{path.stem}"
    assert _engine(path).eval_rule_as_json(f"data.{package}.{name}") == "true"


@pytest.mark.parametrize("path", FILES, ids=[f"{p.parent.name}.{p.stem}" for p in FILES])
def test_every_rule_is_tried_with_good_bad_and_empty_input(path: Path) -> None:
    names = [name for file, name in CASES if file == path]
    assert len(names) == len(set(names))
    assert any("pass" in name for name in names)
    assert any("denied" in name for name in names)
    assert any("empty" in name for name in names)
