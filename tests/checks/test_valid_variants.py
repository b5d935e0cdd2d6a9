"""Valid data that looks unusual must pass: a false denial is a defect too."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from tests.support.judging import explained, judge_tree, kansas

LATER = "data/decisions/earlier.json"
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "an earlier decision denied": [
        {"file": "policy_decision", "copy": LATER},
        {
            "file": LATER,
            "patch": [
                {"op": "replace", "path": "/decision_id", "value": "kfm://policy_decision/earlier"},
                {"op": "replace", "path": "/outcome", "value": "deny"},
                {"op": "replace", "path": "/decided_at", "value": "2026-01-10T10:00:00Z"},
            ],
        },
    ],
    "an environment that no run of this version used": [
        {
            "file": "environments/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a.json",
            "text": "{}",
        },
    ],
    "a title with words of other languages and a less-than sign": [
        {"file": "spec", "patch": [{"op": "replace", "path": "/title", "value": "Städte < 5 km², 省"}]},
    ],
    "another cadence": [
        {"file": "spec", "patch": [{"op": "replace", "path": "/cadence", "value": "every ten years"}]},
    ],
    "nothing was quarantined, and the report says so": [
        {"file": "qa_report", "patch": [{"op": "add", "path": "/quarantined", "value": []}]},
    ],
    "no ETag but a time of modification": [
        {
            "file": "acquisition",
            "patch": [{"op": "replace", "path": "/last_modified", "value": "2026-08-01T00:00:00Z"}],
        },
    ],
    "a coordinate reference system whose code is a word": [
        {
            "file": f"stac_item:counties-{name}.json",
            "patch": [{"op": "replace", "path": "/properties/proj:code", "value": "OGC:CRS84"}],
        }
        for name in ("parquet", "pmtiles")
    ],
}


@pytest.mark.parametrize("name", VARIANTS)
def test_valid_variant_passes(name: str) -> None:
    case = {"base": "public", "why": name, "ops": VARIANTS[name], "reseal": True}
    for result in judge_tree(apply(case, kansas(), Layout.kfm_v1()).files).values():
        assert result["status"] == "PASS", explained(result)
