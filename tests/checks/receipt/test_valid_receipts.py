"""Runs that look unusual and are right must pass: a false denial is a defect too."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from tests.support.judging import explained, judge_tree, kansas
from tests.support.runs import FAILED, copied, environment, index_backfill, patch, put, window

TRANSFORM = "receipt:transform.json"
ALL = ("ingest", "transform", "catalog", "promote")
HALF, REST = window("2017-01-01", "2017-07-01"), window("2017-07-01", "2018-01-01")
TILES = "stac_item:*pmtiles.json"
SEEDED, SEEDED_FILE = environment({"kind": "run-parameters", "shuffle": True, "seed": 20170101})
IMAGE, IMAGE_FILE = environment({"kind": "container", "description": "The image that makes tiles."})


def without(*pointers: str, outputs: int, inputs: int) -> list[tuple[str, str]]:
    """Steps that take fields away, and the media types of outputs."""
    types = [f"/outputs/{number}/media_type" for number in range(outputs)]
    return [("remove", pointer) for pointer in (*pointers, *types)]


def in_form(*pointers: str) -> list[dict[str, Any]]:
    """All receipts of the public version without these fields."""
    sizes = {"ingest": 3, "transform": 4, "catalog": 5, "promote": 1}
    return [patch(f"receipt:{name}.json", *without(*pointers, outputs=sizes[name], inputs=0)) for name in ALL]


_RERUN_ONLY = ("/dataset_slug", "/window", "/policy/policy_label", "/policy/obligations_applied")


def tiles_apart(*steps: tuple[Any, ...], at: str = "2026-09-01T10:20:00Z") -> list[dict[str, Any]]:
    """The tiles were written by a second run; the first wrote everything else."""
    return [
        *copied(
            "transform", "tiles", at, ("remove", "/outputs/3"), ("remove", "/outputs/2"),
            ("remove", "/outputs/0"), *steps,
        ),
        patch(TILES, put("/links/5/href", "../../../../../receipts/{slug}/{version}/tiles.json")),
        patch(TRANSFORM, ("remove", "/outputs/1")),
    ]  # fmt: skip


FROM_PARQUET = put(
    "/inputs/0",
    {"uri": "data/processed/{slug}/{version}/artifacts/counties.parquet", "digest": "sha256:" + "0" * 64},
)
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "receipts of the form of pipeline-backfill": in_form(*_RERUN_ONLY),
    "receipts of the form of data-runbooks": in_form(*_RERUN_ONLY, "/actor", "/environment/params_digest"),
    "an index backfill with a UUID of version 4": index_backfill("5f0c9d4e-1f5b-4c58-9d0e-6a8d3a0c7b11"),
    "an index backfill with a UUID of version 7, and its time": index_backfill(
        "0199258d-5c00-7abc-8def-0123456789ab", created_at="2026-09-10T08:00:00.250Z"
    ),
    "an index backfill with a run id of the other form": index_backfill(
        "kfm://run/2026-09-10T08:00:00Z.search"
    ),
    "an index backfill that failed after the promotion": index_backfill(
        "5f0c9d4e-1f5b-4c58-9d0e-6a8d3a0c7b11",
        outputs={},
        validation={
            "status": "fail",
            "checks": [{"id": "counts", "status": "fail"}, {"id": "extent", "status": "waived"}],
            "reason_code": "counts-differ",
        },
    ),
    "an index backfill that died before it validated": index_backfill(
        "5f0c9d4e-1f5b-4c58-9d0e-6a8d3a0c7b11",
        outputs={},
        validation={"status": "fail", "checks": [], "reason_code": "out-of-memory"},
    ),
    "a run that failed first and passed then": copied(
        "transform", "transform-1", "2026-09-01T10:19:00Z", *FAILED
    ),
    "a catalog run that failed twice and passed then": [
        *copied("catalog", "catalog-1", "2026-09-01T10:38:00Z", *FAILED),
        *copied("catalog", "catalog-2", "2026-09-01T10:39:59.999Z", *FAILED, seq=8),
    ],
    "a failed run over more than the version": copied(
        "transform", "decade", "2026-09-01T10:19:00Z", *FAILED,
        put("/window", window("2010-01-01", "2020-01-01")),
    ),
    "the same run once more, with the same bytes": copied(
        "transform", "transform-again", "2026-09-01T10:25:00Z"
    ),
    "two halves of the year": [*tiles_apart(put("/window", REST)), patch(TRANSFORM, put("/window", HALF))],
    "a half that failed first": [
        *tiles_apart(put("/window", REST)),
        patch(TRANSFORM, put("/window", HALF)),
        *copied("transform", "rest-1", "2026-09-01T10:19:00Z", *FAILED, put("/window", REST), seq=8),
    ],
    "two steps over the year, in two images": [
        *tiles_apart(put("/environment/container_digest", IMAGE)), IMAGE_FILE,
    ],
    "a run that makes the tiles from the table": [
        *tiles_apart(
            FROM_PARQUET, put("/environment/container_digest", IMAGE), at="2026-09-01T10:21:00Z"
        ),
        IMAGE_FILE,
    ],
    "a window in other spelling": [
        patch(
            TRANSFORM,
            put("/window", {"start": "2017-01-01T00:00:00.000Z", "end": "2018-01-01T00:00:00.000000Z"}),
        ),
    ],
    "no windows at all": [
        patch("spec", ("remove", "/window")),
        *[patch(f"receipt:{name}.json", ("remove", "/window")) for name in ALL],
    ],
    "a run without a window in a version that has one": [patch(TRANSFORM, ("remove", "/window"))],
    "a run id without separators, begun an hour before": [
        patch("receipt:promote.json", put("/run_id", "kfm://run/20260902T140000.5Z.promote")),
        patch("ledger", put("/3/run_id", "kfm://run/20260902T140000.5Z.promote")),
    ],
    "people in other roles": [
        patch("receipt:ingest.json", put("/actor", {"principal": "example:engineer-1", "role": "data_engineer"})),
        patch("receipt:promote.json", put("/actor", {"principal": "example:publisher", "role": "publisher"})),
        patch("policy_decision", put("/decided_by", {"principal": "example:engine", "role": "policy_engine"})),
    ],
    "principals that are e-mail addresses": [
        patch(f"receipt:{name}.json", put("/actor/principal", "user:data.team@example.org")) for name in ALL
    ],
    "chance with a seed": [patch(TRANSFORM, put("/environment/params_digest", SEEDED)), SEEDED_FILE],
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_valid_variant_passes(name: str) -> None:
    case = {"base": "public", "why": name, "ops": VARIANTS[name], "reseal": True}
    for result in judge_tree(apply(case, kansas(), Layout.kfm_v1()).files).values():
        assert result["status"] == "PASS", explained(result)
