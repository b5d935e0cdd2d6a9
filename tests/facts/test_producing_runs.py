"""Which runs are chunks of a version, and which only go on from what chunks delivered."""

from __future__ import annotations

from typing import Any, cast

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.producing_runs import ProducingRun
from tests.support.judging import kansas
from tests.support.runs import FAILED, copied, patch, put, window

from .on_trees import facts

TRANSFORM = "receipt:transform.json"
PARQUET = "data/processed/{slug}/{version}/artifacts/counties.parquet"
HALF, REST = window("2017-01-01", "2017-07-01"), window("2017-07-01", "2018-01-01")


def runs(*operations: dict[str, Any]) -> dict[str, ProducingRun]:
    case = {"base": "public", "why": "", "ops": [*operations, patch(TRANSFORM)]}
    tree = apply(case, kansas(), Layout.kfm_v1()).files
    found = cast("tuple[ProducingRun, ...]", facts(tree).resolve(tuple[ProducingRun, ...]))
    return {each.receipt.path.rpartition("/")[2].removesuffix(".json"): each for each in found}


def reading(path: str) -> tuple[str, str, Any]:
    return put("/inputs/0", {"uri": path, "digest": "sha256:" + "7f3a" * 16})


TILES_ONLY = (("remove", "/outputs/3"), ("remove", "/outputs/2"), ("remove", "/outputs/0"))
TABLE_ONLY = patch(TRANSFORM, ("remove", "/outputs/1"))


def test_the_one_run_of_a_version_is_its_chunk() -> None:
    (run,) = runs().values()
    assert run.is_chunk
    assert str(run.period) == "2017-01-01T00:00:00Z to 2018-01-01T00:00:00Z"


def test_a_failed_run_is_no_chunk() -> None:
    found = runs(*copied("transform", "first", "2026-09-01T10:19:00Z", *FAILED))
    assert {name: run.is_chunk for name, run in found.items()} == {"first": False, "transform": True}


def test_a_run_that_joins_what_others_made_is_no_chunk() -> None:
    tiles = copied("transform", "tiles", "2026-09-01T10:21:00Z", *TILES_ONLY, reading(PARQUET))
    found = runs(*tiles, TABLE_ONLY)
    assert found["tiles"].continues and not found["tiles"].is_chunk
    assert found["transform"].is_chunk


def test_a_chunk_that_builds_on_the_one_before_is_one() -> None:
    """It reads an artifact of another period, so it is no run over what the others covered."""
    steps = (put("/window", REST), *TILES_ONLY, reading(PARQUET))
    later = copied("transform", "rest", "2026-09-01T10:21:00Z", *steps)
    found = runs(*later, TABLE_ONLY, patch(TRANSFORM, put("/window", HALF)))
    assert {name: run.is_chunk for name, run in found.items()} == {"transform": True, "rest": True}


def test_of_a_run_and_the_same_once_more_only_the_last_counts() -> None:
    found = runs(*copied("transform", "again", "2026-09-01T10:20:00.5Z"))
    assert found["transform"].repeated and not found["transform"].is_chunk
    assert found["again"].is_chunk


def test_a_rerun_that_failed_takes_nothing_away() -> None:
    found = runs(*copied("transform", "again", "2026-09-01T10:25:00Z", put("/validation/status", "fail")))
    assert found["transform"].is_chunk
