"""What the catalogs of generalised data may say, and how precise is too precise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from kfm_gates.checks.sensitivity.leaks import leaks
from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.place_names import place_names
from kfm_gates.facts.shown_places import ShownPlace, ShownPlaces
from kfm_gates.facts.spec_obligations import SpecObligation
from kfm_gates.model.finding import Denied, Place
from kfm_gates.model.spec import Spec
from tests.facts.on_trees import facts
from tests.support.judging import explained, judge_tree, kansas, suite

ITEM, HERE = "stac_item:counties-parquet.json", Place("item.json", "/bbox")
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"


def add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


VARIANTS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "heights, which need not lie on the grid": (
        ITEM,
        [replace("/bbox", [-102.05, 37, 207.3, -94.6, 40, 1231.7])],
    ),
    "a centroid on the grid": (ITEM, [add("/properties/proj:centroid", {"lat": 38.5, "lon": -98.35})]),
    "the step of a dimension beside its extent": (
        ITEM,
        [add("/properties/kfm:grid", {"lat": {"extent": [37.0, 40.0], "step": 0.0125}})],
    ),
    "numbers that are none of a place": (
        ITEM,
        [
            add("/properties/gsd", 27.123),
            add("/properties/proj:shape", [60, 149]),
            add("/properties/lat_error", 0.001),
        ],
    ),
    "the box of an asset": (ITEM, [add("/assets/data/proj:bbox", [-102.05, 37.0, -94.6, 40.0])]),
    "figures in words": (
        "stac_collection",
        [
            replace(
                "/description",
                "105 counties, 213300.417 km²; precision 0.912, recall 0.874 (build 2.38.512).",
            )
        ],
    ),
    "a geometry in words, on the grid": (
        "stac_collection",
        [
            replace(
                "/description",
                "Within POLYGON((-102.05 37, -94.6 37, -94.6 40, -102.05 37)), at 38.500, -98.350.",
            )
        ],
    ),
    "a centroid in DCAT on the grid": (
        "dcat",
        [add("/@graph/7/dcat:centroid", {"@value": "POINT(-98.35 38.5)", "@type": WKT})],
    ),
    "a distance in metres in the report": (
        "qa_report",
        [replace("/checks/1/metric", "centroid_shift_m"), replace("/checks/1/message", "moved by 0.000 m")],
    ),
    "a run in PROV with a note of its grid": ("prov", [add("/@graph/0/kfm:note", "snapped to 0.05 degrees")]),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_valid_variant_passes(name: str) -> None:
    file, patch = VARIANTS[name]
    ops = [{"file": file, "patch": patch}]
    if file == "qa_report":
        ops.append({"file": "spec", "patch": [replace("/qa/thresholds/1/metric", "centroid_shift_m")]})
    case = {"base": "public_generalized", "why": name, "ops": ops, "reseal": True}
    for result in judge_tree(apply(case, kansas(), Layout.kfm_v1()).files).values():
        rows = {check["id"]: check["status"] for check in result["checks"]}
        assert rows.get("sensitivity.leaks", "PASS") == "PASS", explained(result)
        assert result["status"] == "PASS", explained(result)


def denied(
    degrees: Iterable[float] | None,
    grids: Iterable[float] = (),
    label: object = "public_generalized",
    **settings: float,
) -> list[str]:
    """What is found wrong with one place under obligations with these grids."""
    shown = ShownPlaces(
        "item.json", (ShownPlace(HERE, "`bbox`", None if degrees is None else tuple(degrees)),)
    )
    obligations = tuple(SpecObligation(HERE, "generalize_geometry", {"grid_degrees": grid}) for grid in grids)
    spec = facts(kansas()).get(Spec)
    labelled = spec.model_copy(update={"policy": spec.policy.model_copy(update={"policy_label": label})})
    verdict = leaks(shown, obligations, labelled, place_names(suite().tables), **settings)
    return [each.message for each in verdict.findings] if isinstance(verdict, Denied) else []


@pytest.mark.parametrize(
    ("degrees", "grid"),
    [
        ((-102.05, 37.0), 0.05),
        ((-102.0500001, 37.0), 0.05),
        ((33.333333, 66.666667), 1 / 3),
        ((180.0, -180.0, 90.0, -90.0), 0.07),
        ((), 0.05),
        ((38.123456,), 1e-9),
        ((38.123456,), 5e-324),
    ],
)
def test_on_the_grid(degrees: tuple[float, ...], grid: float) -> None:
    assert denied(degrees, [grid]) == []


@pytest.mark.parametrize("degrees", [(-102.0501,), (37.0, 38.51), (0.02,), (-102.050002,)])
def test_off_the_grid(degrees: tuple[float, ...]) -> None:
    (message,) = denied(degrees, [0.05])
    assert "more precisely" in message


@pytest.mark.parametrize("degrees", [None, (500000.0, 4200000.0), (float("nan"),), (float("inf"),), (181.0,)])
def test_what_are_no_degrees(degrees: tuple[float, ...] | None) -> None:
    (message,) = denied(degrees, [0.05])
    assert "can't be read as degrees" in message


def test_every_grid_counts() -> None:
    assert denied([0.05], [0.05, 0.1]) != []
    assert denied([0.1], [0.05, 0.1]) == []


def test_a_label_hides_places_whether_or_not_there_is_an_obligation() -> None:
    hidden = "restricted_sensitive_location"
    assert denied([0.05], (), hidden) != []
    assert denied([0.1], (), hidden) == []
    assert denied([0.05], [0.05], hidden) != []
    assert denied([0.25], [0.25], hidden) == []
    assert denied([0.1], (), hidden, finest_degrees=1.0) != []


@pytest.mark.parametrize("label", ["public", "restricted", None, ["restricted_sensitive_location"], 5])
def test_without_a_reason_to_hide_places_they_are_shown(label: object) -> None:
    assert denied([38.123456], (), label) == []


def test_a_report_does_not_repeat_the_place() -> None:
    shown = ShownPlaces("item.json", (ShownPlace(HERE, "`bbox`", (38.123456,)),))
    obligation = SpecObligation(HERE, "generalize_geometry", {"grid_degrees": 0.05})
    verdict = leaks(shown, (obligation,), facts(kansas()).get(Spec), place_names(suite().tables))
    assert isinstance(verdict, Denied)
    assert "38.1" not in repr(verdict)
