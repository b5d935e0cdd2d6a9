"""Rasters, tiles and several tables: shapes that the example dataset does not have."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from kfm_gates.checks.quality.completeness import completeness
from kfm_gates.checks.quality.drift import drift
from kfm_gates.checks.quality.format import format
from kfm_gates.checks.quality.sanity import sanity
from kfm_gates.checks.quality.schema import schema
from kfm_gates.facts.artifact_shapes import ArtifactShape, SpecifiedShape
from kfm_gates.facts.column_types import ColumnTypes
from kfm_gates.facts.data_shape import CRS84, Box, DataColumn, DataShape
from kfm_gates.facts.given import Clock
from kfm_gates.facts.prior_report import PriorReport
from kfm_gates.facts.prior_version import PriorVersion, Relation
from kfm_gates.facts.stac_said import StacSystem, StacSystems
from kfm_gates.model.finding import Denied, Place, Verdict
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.spec import Spec
from tests.facts.on_trees import facts, path, subject
from tests.support.judging import EVALUATED_AT, REPOSITORY, kansas

BOX = (-102.0, 37.0, -95.0, 40.0)
TYPES = ColumnTypes(json.loads((REPOSITORY / "rego" / "data" / "column_types.json").read_text())["aliases"])
TABLE = DataShape(
    "table",
    columns=(DataColumn("id", "string"), DataColumn("geometry", "binary")),
    rows=10,
    box=BOX,
    crs=CRS84,
    geographic=True,
)
TILES = DataShape("tiles", columns=(DataColumn("id", None),), box=BOX, crs=CRS84, geographic=True)
RASTER = DataShape(
    "raster", columns=(DataColumn(None, "float32"),), box=BOX, crs="EPSG:4326", geographic=True
)


def spec(columns: dict[str, str] | None = None, **fields: Any) -> Spec:
    raw: Any = facts(dict(kansas())).get(Spec).document()
    listed = columns or {"id": "string", "geometry": "binary"}
    raw |= {"columns": [{"name": name, "type": type} for name, type in listed.items()]} | fields
    return Spec.read(raw, "spec.yaml")


def report(count: int = 10, bbox: Box = BOX, **metrics: float) -> QaReport:
    raw = json.loads(kansas()[path("qa_report")])
    row = {"min": -1e9, "status": "pass", "message": "m"}
    checks = [{"id": f"c{n}", "metric": m, "value": v, **row} for n, (m, v) in enumerate(metrics.items())]
    raw["summary"] = {"feature_count": count, "bbox": list(bbox)}
    return QaReport.read(raw | {"checks": checks or raw["checks"][1:2]}, "report.json")


def given(*shapes: tuple[str, str | None, DataShape]) -> tuple[SpecifiedShape, ...]:
    return tuple(SpecifiedShape(f"artifacts/{name}", role, shape) for name, role, shape in shapes)


def messages(verdict: Verdict) -> list[str]:
    return [finding.message for finding in verdict.findings] if isinstance(verdict, Denied) else []


class TestFormat:
    def artifact(self, format: str, **fields: Any) -> ArtifactShape:
        return ArtifactShape("artifacts/a", format, replace(TABLE, **fields), None)

    def test_approved_ones(self) -> None:
        for name in ("GeoParquet", "PMTiles", "COG"):
            assert messages(format(self.artifact(name))) == []

    def test_a_profile_may_approve_fewer(self) -> None:
        assert messages(format(self.artifact("COG"), approved=("GeoParquet",))) == [
            "the artifact is of a format that is not approved"
        ]

    def test_not_too_many_reasons(self) -> None:
        assert len(messages(format(self.artifact("Parquet", problems=tuple("abcdefgh"))))) == 5


class TestSchema:
    def judged(self, columns: dict[str, str], *shapes: tuple[str, str | None, DataShape]) -> list[str]:
        return messages(schema(spec(columns), given(*shapes), TYPES))

    def test_other_tables_hold_a_part(self) -> None:
        names = replace(TABLE, columns=(DataColumn("id", "string"),))
        assert (
            self.judged({"id": "string", "geometry": "binary"}, ("a", "data", TABLE), ("b", "lookup", names))
            == []
        )

    def test_every_table_of_the_data_holds_all(self) -> None:
        half = replace(TABLE, columns=TABLE.columns[:1])
        found = self.judged({"id": "string", "geometry": "binary"}, ("a", "data", TABLE), ("b", "data", half))
        assert found == ["the specification has the column geometry, and the data does not: artifacts/b"]

    def test_tiles_alone(self) -> None:
        assert self.judged({"id": "string", "geometry": "geometry"}, ("a", "tiles", TILES)) == []
        assert len(self.judged({"id": "string", "name": "string"}, ("a", "tiles", TILES))) == 1

    def test_bands_are_columns(self) -> None:
        two = replace(RASTER, columns=(DataColumn(None, "float32"), DataColumn(None, "uint8")))
        assert self.judged({"elevation": "float32"}, ("a", "data", RASTER)) == []
        assert self.judged({"elevation": "float", "quality": "uint8"}, ("a", "data", two)) == []
        for wrong in ({"elevation": "float64"}, {"elevation": "float32", "quality": "uint8"}):
            assert len(self.judged(wrong, ("a", "data", RASTER))) == 1
        assert len(self.judged({"quality": "uint8", "elevation": "float"}, ("a", "data", two))) == 1

    def test_a_raster_beside_the_data_may_show_anything(self) -> None:
        assert (
            self.judged(
                {"id": "string", "geometry": "binary"}, ("a", "data", TABLE), ("b", "overview", RASTER)
            )
            == []
        )


class TestSanity:
    def judged(
        self,
        *shapes: tuple[str, str | None, DataShape],
        bbox: Box = BOX,
        code: str | None = None,
        **fields: Any,
    ) -> list[str]:
        stated = () if code is None else (StacSystem("artifacts/a", code, Place("item.json")),)
        made = report(bbox=bbox)
        return messages(
            sanity(made, given(*shapes), spec(**fields), StacSystems(stated), Clock(EVALUATED_AT))
        )

    @pytest.mark.parametrize("bbox", [(-103.0, 36.0, -94.0, 41.0), (-100.0, 38.0, -99.0, 39.0)])
    def test_rasters_need_only_touch(self, bbox: Box) -> None:
        assert self.judged(("b", "data", RASTER), bbox=bbox) == []

    def test_a_raster_elsewhere(self) -> None:
        assert len(self.judged(("a", "data", RASTER), bbox=(5.0, 47.0, 15.0, 55.0))) == 1
        metres = replace(RASTER, crs="EPSG:3857", geographic=False)
        assert self.judged(("a", "data", metres), bbox=(5.0, 47.0, 15.0, 55.0)) == []

    @pytest.mark.parametrize("bbox", [(177.0, -19.0, -179.0, -16.0), (-180.0, -19.0, 180.0, -16.0)])
    def test_data_across_the_antimeridian(self, bbox: Box) -> None:
        fiji = replace(RASTER, box=(177.0, -19.0, -179.0, -16.0))
        assert self.judged(("a", "data", fiji), ("b", "tiles", replace(TILES, box=fiji.box)), bbox=bbox) == []

    @pytest.mark.parametrize(
        "box",
        [
            (36.99, -102.05, 40.0, -94.6),
            (257.9, 37.0, 265.4, 40.0),
            (-102.0, 40.0, -95.0, 37.0),
            (-1.13e7, 4.4e6, -1.05e7, 4.8e6),
        ],
    )
    def test_what_all_documents_agree_on_can_still_be_impossible(self, box: Box) -> None:
        assert len(self.judged(("a", "data", replace(TABLE, box=box)), bbox=box)) == 2

    def test_a_projected_system_has_boxes_in_metres(self) -> None:
        metres = replace(
            TABLE, box=(230000.0, 4090000.0, 880000.0, 4440000.0), crs="EPSG:26914", geographic=False
        )
        assert self.judged(("a", "data", metres), code="EPSG:26914") == []
        assert len(self.judged(("a", "data", metres), code="EPSG:4326")) == 1
        upside_down = replace(metres, box=(230000.0, 4440000.0, 880000.0, 4090000.0))
        assert len(self.judged(("a", "data", upside_down))) == 1

    @pytest.mark.parametrize("code", ["EPSG:4326", "epsg:4326", "OGC:CRS84"])
    def test_names_of_the_same_system(self, code: str) -> None:
        assert self.judged(("a", "data", TABLE), code=code) == []

    def test_a_system_without_a_name_is_not_compared(self) -> None:
        assert self.judged(("a", "data", replace(TABLE, crs=None)), code="EPSG:3857") == []
        assert len(self.judged(("a", "data", replace(TABLE, crs=None, placeless=True)))) == 1

    def test_polygons_have_an_area_and_points_need_none(self) -> None:
        line: Box = (-102.0, 37.0, -95.0, 37.0)
        assert self.judged(("a", "data", replace(TABLE, box=line)), bbox=line) == []
        assert len(self.judged(("a", "data", replace(TABLE, box=line, areal=True)), bbox=line)) == 1
        assert self.judged(("a", "data", replace(TABLE, box=line, areal=True, rows=0)), bbox=line) == []

    @pytest.mark.parametrize(
        ("last", "denied"),
        [
            ("1867-02-26T00:00:00Z", False),
            ("2026-10-31T12:00:00Z", False),
            ("2026-10-31T12:00:01Z", True),
            ("9999-12-31T00:00:00Z", False),
            ("9998-12-31T00:00:00Z", True),
        ],
    )
    def test_times_to_come(self, last: str, denied: bool) -> None:
        shape = replace(TABLE, times=(("seen", "0001-01-01T00:00:00Z", last),))
        assert bool(self.judged(("a", "data", shape))) == denied

    def test_a_forecast_has_the_times_of_its_window(self) -> None:
        shape = replace(TABLE, times=(("at", "2026-01-01T00:00:00Z", "2050-01-01T00:00:00Z"),))
        window = {"start": "2026-01-01T00:00:00Z", "end": "2050-01-01T00:00:00Z"}
        assert self.judged(("a", "data", shape), window=window) == []


class TestCompleteness:
    def judged(self, count: int, *shapes: tuple[str, str | None, DataShape], **metrics: float) -> list[str]:
        return messages(completeness(report(count, **metrics), given(*shapes), (), spec()))

    def test_the_metric_and_the_summary(self) -> None:
        assert self.judged(10, ("a", "data", TABLE), feature_count=10.0) == []
        assert len(self.judged(10, ("a", "data", TABLE), feature_count=11)) == 1


class TestDrift:
    def judged(
        self,
        now: QaReport,
        before: QaReport,
        *,
        same_slice: bool = True,
        relation: Relation = "earlier",
        obligations: Any = (),
        **settings: float,
    ) -> list[str]:
        prior = PriorVersion(subject(), relation, same_slice, "m.json", "s.yaml", "r.json", None)
        made = spec(policy={"policy_label": "public_generalized", "obligations": list(obligations)})
        return messages(drift(PriorReport(prior, before, None), now, made, **settings))

    def test_a_derived_version_that_shows_groups_only(self) -> None:
        grouped = [{"type": "min_count_threshold", "parameters": {"minimum": 11, "field": "members"}}]
        now, before = report(105, (-103.0, 36.0, -94.0, 41.0)), report(9000, (-100.0, 38.0, -99.0, 39.0))
        assert self.judged(now, before, relation="source", obligations=grouped) == []
        assert len(self.judged(now, before, relation="source")) == 5
        assert len(self.judged(now, before, obligations=grouped)) == 5
        assert len(self.judged(report(0), before, relation="source", obligations=grouped)) == 1
        assert len(self.judged(report(20000), before, relation="source", obligations=grouped)) == 1

    def test_the_grid_of_generalised_geometry_adds_to_what_edges_may_move(self) -> None:
        grid = [{"type": "generalize_geometry", "parameters": {"grid_degrees": 0.5}}]
        moved = report(bbox=(-103.4, 37.0, -95.0, 40.0))
        assert self.judged(moved, report(), obligations=grid) == []
        assert len(self.judged(moved, report())) == 1

    @pytest.mark.parametrize(
        ("before", "now"), [(100, 90), (100, 200), (3, 2), (1, 2), (0, 5000), (5, 5), (0, 0)]
    )
    def test_counts_that_moved_a_little(self, before: int, now: int) -> None:
        assert self.judged(report(now), report(before)) == []

    @pytest.mark.parametrize(("before", "now"), [(100, 89), (100, 201), (3, 1), (1, 0), (1, 3)])
    def test_counts_that_jumped(self, before: int, now: int) -> None:
        assert len(self.judged(report(now), report(before))) == 1

    @pytest.mark.parametrize(
        ("before", "now", "denied"),
        [(100, 11, False), (100, 900, False), (100, 9, True), (100, 1001, True), (100, 0, True)],
    )
    def test_another_slice_may_hold_much_less_or_more(self, before: int, now: int, denied: bool) -> None:
        assert bool(self.judged(report(now), report(before), same_slice=False)) == denied

    def test_a_profile_may_allow_less(self) -> None:
        assert len(self.judged(report(95), report(100), max_count_drop=0.01, ignored_difference=0.0)) == 1

    def test_other_metrics_that_count(self) -> None:
        assert len(self.judged(report(distinct_key_count=5), report(distinct_key_count=9))) == 1
        assert self.judged(report(total_area_km2=5), report(total_area_km2=900)) == []
        assert self.judged(report(distinct_key_count=5), report(other_count=9)) == []

    def test_what_should_not_be_there(self) -> None:
        assert self.judged(report(100, null_count=5), report(100, null_count=0)) == []
        assert len(self.judged(report(100, null_count=6), report(100, null_count=0))) == 1
        assert self.judged(report(100, null_count=0), report(100, null_count=90)) == []
        assert len(self.judged(report(100, null_rate=0.2), report(100, null_rate=0.1))) == 1
        assert self.judged(report(100, invalid_share=0.12), report(100, invalid_share=0.1)) == []

    def test_edges(self) -> None:
        moved = (-101.0, 37.5, -95.0, 40.0)
        assert self.judged(report(bbox=moved), report()) == []
        assert len(self.judged(report(bbox=(-100.9, 37.0, -93.9, 40.0)), report())) == 2
        assert self.judged(report(bbox=(5.0, 47.0, 15.0, 55.0)), report(), same_slice=False) == []

    def test_edges_across_the_antimeridian(self) -> None:
        assert (
            self.judged(
                report(bbox=(179.9, -19.0, -179.0, -16.0)), report(bbox=(-179.9, -19.0, -179.0, -16.0))
            )
            == []
        )
