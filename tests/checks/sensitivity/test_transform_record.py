"""Records in PROV that are written in other ways, all of them right."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.checks.sensitivity.transform_record import TRANSFORMS
from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from kfm_gates.model.obligation import PARAMETERS
from tests.support.judging import explained, judge_tree, kansas

RUN = "kfm://run/2026-09-08T10:20:00Z.kansas-counties-transform"
FILE = "kfm://file/data/processed/kansas-counties/2017.f1a021ca.2c0b6394"
PARQUET, REPORT = f"{FILE}/artifacts/counties.parquet", f"{FILE}/qa/report.json"


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


VARIANTS: dict[str, list[dict[str, Any]]] = {
    "parameters with spaces, and the number written otherwise": [
        replace("/@graph/1/kfm:parameters", '{ "grid_degrees": 5e-2 }'),
    ],
    "one input and one output that stand alone, not in a list": [
        replace("/@graph/1/kfm:output", {"@id": PARQUET}),
        replace(
            "/@graph/1/kfm:input",
            {"@id": PARQUET.replace("2017.f1a021ca.2c0b6394", "2017.90834627.fdff5ab1")},
        ),
    ],
    "another prefix for the same vocabulary": [
        add("/@context/k", "https://w3id.org/kfm/ns#"),
        replace("/@graph/1/@type", "k:AppliedObligation"),
        {"op": "remove", "path": "/@graph/1/kfm:method"},
        add("/@graph/1/k:method", "generalize_geometry"),
    ],
    "the specification is named among the inputs": [
        add("/@graph/1/kfm:input/-", {"@id": "kfm://file/data/registry/kansas-counties/specs/f1a021ca.yaml"}),
    ],
    "the record is an entity of its own as well": [
        replace("/@graph/1/@type", ["kfm:AppliedObligation", "kfm:Note"]),
    ],
    "a second record of an earlier, coarser step": [
        add("/@graph/0/kfm:applied/-", {"@id": f"{RUN}#first-step"}),
        add(
            "/@graph/-",
            {
                "@id": f"{RUN}#first-step",
                "@type": "kfm:AppliedObligation",
                "kfm:method": "generalize_geometry",
                "kfm:parameters": '{"grid_degrees":0.5}',
            },
        ),
    ],
    "no record of a text that must be shown, since no run shows it": [
        {"op": "remove", "path": "/@graph/0/kfm:applied/2"},
        {"op": "remove", "path": "/@graph/3"},
    ],
    "the output is what the artifacts derive from": [
        replace("/@graph/1/kfm:output", {"@id": REPORT}),
        add("/@graph/6/prov:wasDerivedFrom/-", {"@id": REPORT}),
    ],
    "a note in words": [add("/@graph/1/kfm:note", "snapped to the grid with half to even")],
}


@pytest.mark.parametrize("name", VARIANTS)
def test_valid_variant_passes(name: str) -> None:
    ops = [{"file": "prov", "patch": VARIANTS[name]}]
    case = {"base": "public_generalized", "why": name, "ops": ops, "reseal": True}
    for result in judge_tree(apply(case, kansas(), Layout.kfm_v1()).files).values():
        assert result["status"] == "PASS", explained(result)


def test_every_obligation_that_changes_data_is_known() -> None:
    shown = {"require_attribution", "show_notice", "deny_asset_links", "block_export"}
    assert set(PARAMETERS) == TRANSFORMS | shown
