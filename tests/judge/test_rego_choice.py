"""Which engine judges the rules in Rego, as kfm-gates.toml and a run say it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kfm_gates.engines.conftest_binary import ConftestChoice
from kfm_gates.errors import EngineError, UsageError
from kfm_gates.judge.configuration import Configuration, load_configuration
from kfm_gates.judge.rego_choice import RegoChoice, read_choice
from kfm_gates.judge.suite import assemble
from tests.support.conftest_program import VERSION, program
from tests.support.judging import suite


def test_without_a_word_it_is_regorus() -> None:
    assert read_choice({}, Path("/f"), "x.toml") == RegoChoice() == Configuration(Path("/f")).rego
    assert suite().conftest is None
    assert suite().engines["rego"] == "regorus"
    assert "conftest" not in suite().engines


def test_what_a_file_says(tmp_path: Path) -> None:
    digest = "0" * 64
    (tmp_path / "kfm-gates.toml").write_text(
        f'engine = "both"\n[engines.conftest]\npath = "tools/conftest"\nsha256 = "{digest}"\n'
    )
    choice = load_configuration(None, tmp_path, None).rego
    assert choice == RegoChoice("both", ConftestChoice(tmp_path / "tools/conftest", digest))
    assert choice.takes_conftest
    assert choice.described == "regorus and conftest"
    assert choice.named(None) == choice
    assert choice.named("regorus") == RegoChoice("regorus", choice.conftest)
    assert not choice.named("regorus").takes_conftest


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            {"engine": "confest"},
            r"x\.toml: engine: unknown engine 'confest' \(did you mean 'conftest'\?\); known: ",
        ),
        ({"engine": ["both"]}, "'engine' must be a text"),
        ({"engine": ""}, "unknown engine ''"),
        ({"engines": {"opa": {}}}, r"x\.toml: engines: unknown key 'opa'"),
        (
            {"engines": {"conftest": {"sha": "0"}}},
            r"engines\.conftest: unknown key 'sha' \(did you mean 'sha256'\?\)",
        ),
        ({"engines": {"conftest": "conftest"}}, "'conftest' must be a table"),
        (
            {"engines": {"conftest": {"sha256": "abc"}}},
            "'sha256' must be a digest of 64 hexadecimal digits, not 'abc'",
        ),
        ({"engines": {"conftest": {"path": 1}}}, "'path' must be a text"),
    ],
)
def test_what_is_no_choice(table: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_choice(table, Path("/f"), "x.toml")


def test_a_suite_names_its_conftest_and_looks_for_none_without_need(tmp_path: Path) -> None:
    path = program(tmp_path, VERSION)
    configuration = Configuration(tmp_path, rego=RegoChoice("both", ConftestChoice(path)))
    made = assemble(configuration, "promotion-v1")
    assert made.conftest is not None
    assert made.engines["conftest"] == made.conftest.described
    assert made.engines["rego"] == "regorus and conftest"
    assert assemble(configuration, "promotion-v1", "regorus").conftest is None
    path.unlink()
    with pytest.raises(EngineError, match="conftest is missing"):
        _ = assemble(configuration, "promotion-v1").conftest
    with pytest.raises(UsageError, match="engine: unknown engine 'opa'"):
        assemble(configuration, "promotion-v1", "opa")
