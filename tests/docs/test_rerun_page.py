"""docs/rerun.md says what the program says, and what the decision does."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from kfm_gates.facts.rerun_decision import decide
from kfm_gates.facts.rerun_vocabulary import Mode
from kfm_gates.front.cli import main
from tests.facts.test_rerun_decision import BACKFILL, NOTHING, REBUILD, REPROCESS, RETRY
from tests.support.judging import EVALUATED_AT, KANSAS, REPOSITORY, RERUNS

PAGE = (REPOSITORY / "docs" / "rerun.md").read_text("utf-8")
SHOWN = re.findall(r"```console\n\$ kfm-gates rerun evidence ([^\n]*)\n(.*?)```", PAGE, re.DOTALL)
VERSION = "2017.f1a021ca.2c0b6394"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(KANSAS, tmp_path / "evidence")
    request = json.loads((RERUNS / f"release/reruns/kansas-counties/{VERSION}/request.json").read_text())
    (tmp_path / "request.json").write_text(json.dumps(request))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_is_an_example_before_and_one_after() -> None:
    assert [out.partition(" ")[0] for _, out in SHOWN] == ["REFUSE", "Retry"]


@pytest.mark.parametrize(("words", "shown"), SHOWN)
def test_the_examples_are_what_is_printed(
    folder: Path, words: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["rerun", "evidence", *words.split(), "--evaluated-at", EVALUATED_AT])
    printed = capsys.readouterr().out
    assert printed.startswith(shown)
    if shown.startswith("Retry"):
        (end,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
        assert printed.endswith(end)


@pytest.mark.parametrize("facts", [RETRY, REPROCESS, BACKFILL, REBUILD, NOTHING])
def test_the_table_names_what_each_mode_emits(facts: object) -> None:
    made = decide(facts)  # type: ignore[arg-type]
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| {made.mode.value} |"))
    assert re.findall(r"`(\w+)`", row.split("|")[3]) == [each.value for each in made.emits]


def test_every_mode_has_a_row() -> None:
    for mode in Mode:
        assert f"\n| {mode.value} |" in PAGE


def test_its_links_lead_somewhere() -> None:
    here = REPOSITORY / "docs"
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        if not target.startswith("schemas/"):  # generated
            assert (here / target).is_file(), target
