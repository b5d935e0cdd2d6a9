"""`kfm-gates diff` on records of real runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.running import KANSAS, Ran

Cli = Callable[..., Ran]


@pytest.fixture
def records(cli: Cli, denied: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The record of a run that opened, and of one that did not."""
    root = tmp_path / "good"
    shutil.copytree(KANSAS, root)
    for name, where, code in (("good.rec", root, 0), ("bad.rec", denied, 1)):
        assert cli("check", where, "--profile", "acme.toml", "--record", name).code == code
    return tmp_path / "good.rec", tmp_path / "bad.rec"


def test_what_is_new_in_a_run_that_turned_red(cli: Cli, records: tuple[Path, Path]) -> None:
    good, bad = records
    ran = cli("diff", good, bad)
    assert ran.code == 1, ran.said
    assert "  new   acme.label at release/manifests/kansas-counties/" in ran.out
    assert "was changed\n" in ran.out
    assert "changed:   evaluated at: " in ran.out or "changed:" not in ran.out
    back = cli("diff", bad / "decision.json", good)
    assert back.code == 0, back.said
    assert "findings:  0 new, 1 gone, 0 same\n" in back.out
    same = json.loads(cli("diff", bad, bad, "--format", "json").out)
    assert (same["counts"], same["causes"]) == ({"new": 0, "gone": 0, "same": 1}, [])


def test_a_printed_predicate_is_a_decision_too(
    cli: Cli, records: tuple[Path, Path], denied: Path, tmp_path: Path
) -> None:
    ran = cli("check", denied, "--profile", "acme.toml", "--format", "json:printed.json")
    assert ran.code == 1, ran.said
    assert cli("diff", records[1], "printed.json").code == 0


def test_another_policy_is_named_as_what_changed(
    cli: Cli, records: tuple[Path, Path], denied: Path, tmp_path: Path
) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(path.read_text() + '\n[settings]\n"acme.quality".refused = ["fail", "pass"]\n')
    assert cli("check", denied, "--profile", "acme.toml", "--record", "strict.rec").code == 1
    ran = cli("diff", records[1], "strict.rec")
    assert ran.code == 1, ran.said
    assert ran.out.index("changed:   profile: acme (sha256:") < ran.out.index("  new   acme.quality at ")
    assert "  same  1 findings\n" in ran.out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "the decision can't be read: No such file"),
        (b"", "is no gate decision: "),
        (b"null", "the document is null, not an object"),
        (b"[]", "the document is a list, not an object"),
        (b"{}", "is missing"),
        (b'{"_type": "https://in-toto.io/Statement/v1"}', "is missing"),
        (b'{"a": 1, "a": 2}', "is no gate decision: "),
        (b"\xff", "is no gate decision: "),
        (b"[" * 100_000, "is no gate decision: "),
    ],
)
def test_what_is_no_decision_is_a_sentence_and_2(
    cli: Cli, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / "x.json").write_bytes(content)
    ran = cli("diff", "x.json", "x.json")
    assert ran.code == 2, ran.said
    assert ran.out == "" and ran.err.startswith("kfm-gates: x.json: ") and ran.err.count("\n") == 1
    assert sentence in ran.err


def test_a_decision_with_one_field_changed_is_refused(
    cli: Cli, records: tuple[Path, Path], tmp_path: Path
) -> None:
    statement = json.loads((records[0] / "decision.json").read_bytes())
    statement["predicate"]["status"] = "GREEN"
    (tmp_path / "x.json").write_text(json.dumps(statement))
    ran = cli("diff", "x.json", records[0])
    assert ran.code == 2 and "/predicate/status" in ran.err, ran.said
