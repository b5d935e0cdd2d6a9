"""Drafts and plans of index backfills over the example dataset."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kfm_gates.judge.request import Request
from kfm_gates.model.index_plan import IndexPlan
from kfm_gates.permit.plan_make import make_plan
from kfm_gates.planning.documents import plan_digest
from kfm_gates.planning.refusals import PlanRefused
from tests.support.running import EVALUATED_AT

PUBLIC, GENERALIZED = "2017.90834627.fdff5ab1", "2017.f1a021ca.2c0b6394"
SLUG = "kansas-counties"
HEX = "0123456789abcdef"

DRAFT: dict[str, Any] = {
    "kfm_index_backfill_draft_version": "v1",
    "runbook": "docs/runbooks/index-backfill.md",
    "reason": "Generalised boundaries are shown from now on.",
    "trigger": {"kind": "new_versions", "evidence": "https://example.org/changes/12"},
    "requested_by": "example:map-team",
    "reviewers": ["example:steward-1"],
    "owner": "example:owner-1",
    "change": "https://example.org/changes/12",
    "incidents": [],
    "deployment": "staging",
    "scope": {"kind": "dataset", "dataset_slug": SLUG},
    "targets": [
        {
            "store": "tiles",
            "live": SLUG,
            "output": "tiles/kansas-counties-2.pmtiles",
            "source": ["artifacts"],
            "format": "PMTiles 3",
            "estimate": {"size_bytes": 120_000, "runtime_seconds": 10},
        }
    ],
    "strategy": "blue_green",
    "strategy_risk": "Needs the space of both bundles.",
    "builder": {
        "image": "registry.example.org/tiler",
        "image_digest": "sha256:" + HEX * 4,
        "git_commit": (HEX * 3)[:40],
        "params_digest": "sha256:" + HEX[::-1] * 4,
        "supports_time_scope": False,
    },
    "validation": [{"check": "V1", "criteria": "each county is in the tiles"}],
    "chunking": {"mode": "version", "max_parallelism": 1},
    "run_order": {
        "batch_size": 105,
        "cursor": "geoid",
        "workers": 1,
        "phases": [{"name": "tiles", "targets": [f"tiles:{SLUG}"], "after": []}],
    },
    "rollback": {"strategy": "point back", "prior_versions": [f"{SLUG}/{PUBLIC}"]},
}

Change = Callable[[dict[str, Any]], object]


def draft(change: Change | None = None) -> dict[str, Any]:
    """A draft that becomes a plan, with a change."""
    made = copy.deepcopy(DRAFT)
    if change is not None:
        change(made)
    return made


def write_draft(folder: Path, change: Change | None = None) -> Path:
    path = folder / "draft.json"
    path.write_text(json.dumps(draft(change)), "utf-8")
    return path


def request(root: Path, **changes: Any) -> Request:
    return Request(
        **{"folder": str(root.parent), "targets": (str(root),), "evaluated_at": EVALUATED_AT} | changes
    )


def make(root: Path, change: Change | None = None, **changes: Any) -> IndexPlan:
    """A plan for the evidence below `root`, whose draft lies beside it."""
    return make_plan(write_draft(root.parent, change), request(root, **changes))[0]


def write_plan(
    folder: Path,
    plan: IndexPlan,
    change: Change | None = None,
    *,
    approved: bool = True,
    redigest: bool = True,
) -> Path:
    """The plan as a file, changed, with its digest made to fit and its owner's approval."""
    raw = copy.deepcopy(plan.raw)
    if approved:
        raw["sign_offs"] = [approval(raw["plan_digest"])]
    if change is not None:
        change(raw)
    if redigest:
        raw["plan_digest"] = plan_digest(raw)
        for each in raw["sign_offs"]:
            each["plan_digest"] = raw["plan_digest"]
    path = folder / "plan.json"
    path.write_text(json.dumps(raw), "utf-8")
    return path


def approval(digest: str) -> dict[str, str]:
    return {
        "statement": "owner_approval",
        "principal": "example:owner-1",
        "role": "owner",
        "plan_digest": digest,
        "expires_at": "2026-11-30T00:00:00Z",
    }


def refused(refusals: PlanRefused) -> set[tuple[str, str]]:
    """Check and JSON pointer of each refusal."""
    return {(each.check, each.finding.place.pointer) for each in refusals.refusals}
