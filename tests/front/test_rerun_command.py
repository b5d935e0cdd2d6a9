"""`kfm-gates rerun`: what it prints, how it ends, and that it writes nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.front.cli import main
from tests.support.judging import EVALUATED_AT, KANSAS, RERUNS, read_tree

SLUG = "kansas-counties"
BACKFILL, RETRY = f"{SLUG}/2017.90834627.fdff5ab1", f"{SLUG}/2017.f1a021ca.2c0b6394"
PROMOTION = "kfm://run/2026-09-09T15:00:00Z.kansas-counties-promote"
JOB = "https://ci.example.org/jobs/4711"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The Kansas counties with requests to rerun them."""
    shutil.copytree(KANSAS, tmp_path / "evidence")
    shutil.copytree(RERUNS, tmp_path / "evidence", dirs_exist_ok=True)
    return tmp_path / "evidence"


@pytest.fixture
def run(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(root.parent)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["rerun", "evidence", "--evaluated-at", EVALUATED_AT, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_backfill_in_words(run: Run, root: Path) -> None:
    before = read_tree(root)
    code, out, err = run("--subject", BACKFILL)
    assert (code, err) == (0, "")
    assert out.startswith(f"Backfill  {BACKFILL}\n")
    assert (
        "the bytes upstream changed: that is a Backfill, whatever else changed (R-042, R-046; routing.upstream)"
        in out
    )
    record = "data/raw/kansas-counties/us-atlas-3.0.1/acquisition.json#/artifacts"
    assert f"the source has other bytes than were acquired, by the observation  [{record}]" in out
    assert "must be emitted  superseding_acquisition, new_version, run_receipt, ledger_entry\n" in out
    assert "next             run the ingestion or transform again (procedure A)\n" in out
    assert out.endswith("at the end       post run validation\n")
    assert read_tree(root) == before and sorted(p.name for p in root.parent.iterdir()) == ["evidence"]


def test_json_says_the_same(run: Run) -> None:
    code, out, _ = run("--subject", RETRY, "--format", "json")
    said = json.loads(out)
    assert code == 0
    assert (said["subject"], said["mode"], said["derived"], said["evaluated_at"]) == (
        RETRY,
        "Retry",
        "Retry",
        EVALUATED_AT,
    )
    assert (said["emits"], said["next_flow"]) == (["run_receipt", "ledger_entry"], "rerun_promotion")
    assert said["ends_in"] == "post_run_validation"
    known = {each["name"]: each for each in said["facts"]}
    assert known["prior_receipt"]["value"] == "yes"
    assert (
        known["prior_receipt"]["file"] == "data/receipts/kansas-counties/2017.f1a021ca.2c0b6394/promote.json"
    )
    assert known["failure"]["value"] == "policy_gate" and known["failure"]["pointer"] == "/failure_class"
    assert all(each["check"] and each["requirements"] and each["text"] for each in said["reasons"])
    assert not any(each["blocks"] for each in said["reasons"])


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        (("--subject", SLUG), RETRY),  # the version of the dataset that ran last
        (("--run", PROMOTION), RETRY),
        (("--ci-url", JOB), BACKFILL),
        (("--request", f"evidence/release/reruns/{BACKFILL}/request.json"), BACKFILL),
    ],
)
def test_the_ways_to_name_a_version(run: Run, words: tuple[str, ...], subject: str) -> None:
    code, out, err = run(*words)
    assert code == 0, err
    assert out.partition("\n")[0].endswith(f"  {subject}")


@pytest.mark.parametrize(
    "words",
    [
        ("--subject", "kansas-rivers"),
        ("--subject", f"{SLUG}/2016.aaaaaaaa.bbbbbbbb"),
        ("--run", "kfm://run/2026-09-09T15:00:00Z.another"),
        ("--ci-url", "https://ci.example.org/jobs/1"),
    ],
)
def test_nothing_of_that_name_ends_with_five(run: Run, words: tuple[str, ...]) -> None:
    code, out, _ = run(*words)
    assert (code, out.count("\n")) == (5, 1)
    code, out, _ = run(*words, "--format", "json")
    assert code == 5 and json.loads(out)["subject"] is None and json.loads(out)["no_subject"]


def test_without_a_request_the_environment_is_unknown_and_that_refuses(run: Run, root: Path) -> None:
    shutil.rmtree(root / "release/reruns")
    code, out, _ = run("--subject", RETRY)
    assert code == 1
    assert out.startswith(f"REFUSE  {RETRY}\n")
    assert "✗ nobody knows whether code, image or parameters changed since the prior run" in out
    assert out.endswith("nothing may be run until what blocks is settled\n")


def test_what_is_given_goes_before_what_lies_in_the_evidence(run: Run, root: Path) -> None:
    request = _changed(root, "request", mode="Reprocess")
    code, out, _ = run("--subject", RETRY, "--request", request)
    assert code == 1
    assert "✗ Reprocess is declared, and the facts lead to Retry (R-038; routing.mode)" in out
    observed = _changed(
        root, "observation", projections=[{"target": "search", "drifted": True, "seen_by": "a count"}]
    )
    code, out, _ = run("--subject", RETRY, "--observed", observed, "--format", "json")
    drifted = next(each for each in json.loads(out)["facts"] if each["name"] == "drifted")
    assert (code, drifted["value"], drifted["file"]) == (0, "yes", observed)


def test_a_question_is_answered(run: Run, root: Path) -> None:
    """A request without a mode asks which one follows; with the environment it can be told."""
    question = _changed(root, "request", mode=None, plan=None)
    code, out, _ = run("--subject", RETRY, "--request", question)
    assert (code, out.partition(" ")[0]) == (0, "Retry")


def test_nothing_to_do_ends_with_zero(run: Run, root: Path) -> None:
    question = _changed(root, "request", mode=None, plan=None, failure_class=None, denied_by=None)
    code, out, _ = run("--subject", RETRY, "--request", question)
    assert (code, out.partition(" ")[0]) == (0, "NOOP")
    assert out.endswith("\nnothing is to be run\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"kfm_rerun_request_version": "v1"', "is not JSON"),
        ("[]", "not an object"),
        ('{"kfm_rerun_request_version": "v1"}', "`dataset_slug` is missing"),
    ],
)
def test_a_request_that_is_none_is_one_sentence(run: Run, root: Path, text: str, said: str) -> None:
    (root.parent / "request.json").write_text(text)
    code, out, err = run("--subject", RETRY, "--request", "request.json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "request.json" in err and said in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--subject SLUG[/VERSION], --run RUN_ID, --ci-url URL or --request FILE"),
        (("--subject", RETRY, "--run", PROMOTION), "not allowed with argument"),
        (("--subject", RETRY, "--request", "nowhere.json"), "nowhere.json: the rerun request can't be read"),
        (("--subject", RETRY, "--observed", "evidence"), "can't be read"),
        (
            ("--subject", BACKFILL, "--request", f"evidence/release/reruns/{RETRY}/request.json"),
            f"is about {RETRY}",
        ),
        (
            ("--run", "kfm://run/2026-09-08T10:20:00Z.kansas-counties-transform"),
            "the request names another run",
        ),
        (("--subject", RETRY, "--evaluated-at", "now"), "write a time as 2026-10-01T12:00:00Z"),
    ],
)
def test_what_is_asked_wrongly_is_one_sentence(run: Run, words: tuple[str, ...], said: str) -> None:
    code, out, err = run(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_malformed_request_in_the_evidence_is_denied(run: Run, root: Path) -> None:
    (root / f"release/reruns/{RETRY}/request.json").write_text("{}")
    code, out, err = run("--subject", RETRY)
    assert (code, out) == (1, "")
    assert f"release/reruns/{RETRY}/request.json: " in err


def test_there_is_no_root(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rerun", "nowhere", "--subject", SLUG]) == 2
    assert "nowhere: there is no such folder" in capsys.readouterr().err


def test_the_path_templates_of_the_configuration_hold(run: Run, root: Path) -> None:
    (root / "asked").mkdir()
    for each in ("request", "observation"):
        source = root / f"release/reruns/{BACKFILL}/{each}.json"
        target = root / "asked" / BACKFILL / f"{each}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
    (root.parent / "kfm-gates.toml").write_text(
        '[paths]\nrerun_request = "asked/{slug}/{version}/request.json"\n'
        'rerun_observation = "asked/{slug}/{version}/observation.json"\n'
    )
    code, out, _ = run("--subject", BACKFILL)
    assert (code, out.partition(" ")[0]) == (0, "Backfill")
    assert f"[asked/{BACKFILL}/request.json#/mode]" in out


def test_what_is_not_for_a_terminal_is_made_visible(run: Run, root: Path) -> None:
    record = root / "data/raw/kansas-counties/us-atlas-3.0.1/acquisition.json"
    path = root / f"release/reruns/{BACKFILL}/request.json"
    path.write_text(path.read_text().replace('"job": "rerun"', '"job": "hotfix"'))
    code, out, _ = run("--subject", BACKFILL)
    assert code == 1 and "the job is hotfix" in out and record.is_file()
    assert "\x1b" not in out


def _changed(root: Path, what: str, **fields: Any) -> str:
    """A document beside the evidence, with other fields than the one in it; a field of None is left out."""
    document = json.loads((root / f"release/reruns/{RETRY}/{what}.json").read_text()) | fields
    path = root.parent / f"{what}.json"
    path.write_text(json.dumps({name: value for name, value in document.items() if value is not None}))
    return path.name
