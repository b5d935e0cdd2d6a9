"""A backfill in chunks: four quarters make up the year, or the version is not released, nor any beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.seal import seal
from kfm_gates.evidence.strict_yaml import dump_yaml, parse_yaml
from tests.support.judging import explained, judge_tree, kansas, not_passed, write_tree
from tests.support.quarterly_dataset import quarterly
from tests.support.running import check

pytest.importorskip("mapbox_vector_tile")

Change = Callable[[Any], object]


def edited(ending: str, change: Change) -> dict[str, bytes]:
    """The four quarters with one document changed and all digests downstream computed anew."""
    (path,) = [path for path in quarterly() if path.endswith(ending)]
    if path.endswith(".yaml"):
        document = parse_yaml(quarterly()[path])
        change(document)
        data = dump_yaml(document)
    else:
        document = json.loads(quarterly()[path])
        change(document)
        data = json.dumps(document, indent=2).encode() + b"\n"
    return dict(seal({**quarterly(), path: data}, Layout.kfm_v1()))


def judged(tree: dict[str, bytes]) -> tuple[dict[str, str], str]:
    (result,) = judge_tree(tree).values()
    return not_passed(result), explained(result)


def test_four_quarters_of_which_one_failed_first_pass() -> None:
    assert judged(dict(quarterly())) == ({}, "")


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def window(start: str, end: str) -> Change:
    return lambda receipt: receipt["window"].update(start=f"{start}Z", end=f"{end}Z")


CHANGES: dict[str, tuple[str, Change, set[str]]] = {
    "a quarter ends a microsecond early": (
        "transform-q2.json",
        window("2017-04-01T00:00:00", "2017-06-30T23:59:59.999999"),
        {"release.rollup", "receipt.chunks"},
    ),
    "a quarter begins a microsecond early": (
        "transform-q4.json",
        window("2017-09-30T23:59:59.999999", "2018-01-01T00:00:00"),
        {"release.rollup", "receipt.chunks"},
    ),
    "a quarter was made with other code": (
        "transform-q3.json",
        lambda receipt: receipt["environment"].update(git_commit="c0ffee1d93a84f26c0e9b1d47f3a6852be90c4d7"),
        {"release.rollup"},
    ),
    "a quarter names no specification": (
        "transform-q3.json",
        lambda receipt: receipt["inputs"].pop(),
        {"release.rollup"},
    ),
    "the plan counts by months": (
        ".yaml",
        lambda plan: plan["chunking"].update(mode="monthly"),
        {"receipt.chunks"},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_wrong_with_a_quarter_is_denied(name: str) -> None:
    ending, change, denied_by = CHANGES[name]
    ending = f"{next(p for p in quarterly() if 'release/plans' in p)}" if ending == ".yaml" else ending
    statuses, why = judged(edited(ending, change))
    assert {check for check, status in statuses.items() if status == "DENY"} == denied_by, why


def test_a_quarter_that_only_failed_is_a_gap() -> None:
    def fail(receipt: Any) -> None:
        receipt["validation"] |= {"status": "fail", "reason_code": "upstream-timeout"}

    tree = edited("transform-q1.json", fail)
    statuses, why = judged(tree)
    assert statuses["release.rollup"] == statuses["receipt.chunks"] == "DENY", why
    assert "a run that failed" in why


def test_one_chunk_that_is_missing_withholds_the_permit_from_all(tmp_path: Path) -> None:
    """Two datasets, one of them short of a quarter: no permit for either."""
    short = edited("transform-q4.json", window("2017-10-01T00:00:00", "2017-12-31T00:00:00"))
    ledger, checkpoint = "audit/ledger.jsonl", "audit/checkpoint"
    both = {**kansas(), **short, ledger: kansas()[ledger], checkpoint: kansas()[checkpoint]}
    lines = [json.loads(line) for data in (kansas()[ledger], short[ledger]) for line in data.splitlines()]
    for number, entry in enumerate(sorted(lines, key=lambda entry: entry["ts"])):
        entry |= {"seq": number, "prev": "" if number else None}
    lines.sort(key=lambda entry: entry["seq"])
    both[ledger] = b"".join(canonical(entry) for entry in lines)
    both[checkpoint] = canonical(json.loads(both[checkpoint]) | {"time": lines[-1]["ts"]})
    root = write_tree(tmp_path / "evidence", seal(both, Layout.kfm_v1()))
    ran = check(root, cwd=tmp_path, at=None)
    assert ran.code == 1, ran.said
    assert sorted(s["status"] for s in ran.predicate["subjects"]) == ["DENY", "PASS", "PASS"], ran.said
    assert ran.denied() == {"release.rollup", "receipt.chunks"}
    assert not ran.permit.exists()
