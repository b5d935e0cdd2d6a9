from __future__ import annotations

from kfm_gates.model.receipt import Receipt
from kfm_gates.model.receipt_forms import read_receipt

from .samples import sample


def made(time: str | None, path: str = "r.json") -> Receipt:
    raw = sample("receipt.pipeline-backfill")
    raw["created_at"] = time
    receipt, found = read_receipt(raw, path)
    assert receipt is not None, found
    return receipt


def test_runs_are_in_the_order_of_time_not_of_letters() -> None:
    times = ["2026-03-02T00:00:00Z", "2026-03-02T00:00:00.5Z", "2026-03-02T00:00:00.25Z"]
    ordered = sorted(map(made, times), key=lambda each: each.moment)
    assert [each.created_at for each in ordered] == [times[0], times[2], times[1]]


def test_of_two_runs_at_one_moment_the_path_decides() -> None:
    same = "2026-03-02T00:00:00Z"
    assert made(same, "a.json").moment < made("2026-03-02T00:00:00.0Z", "b.json").moment


def test_a_run_that_does_not_say_when_comes_first() -> None:
    raw = sample("receipt.index-backfill")
    receipt, _ = read_receipt(raw, "z.json")
    assert receipt is not None and receipt.moment < made("1970-01-01T00:00:00Z").moment
