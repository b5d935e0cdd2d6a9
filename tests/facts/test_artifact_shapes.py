"""What footers and headers claim, and what is wrong with them."""

from __future__ import annotations

import datetime
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pmtiles.tile import deserialize_header, serialize_header

from kfm_gates.facts.artifact_content import ArtifactContent
from kfm_gates.facts.artifact_shapes import ArtifactShape, SpecifiedShape
from kfm_gates.facts.container import Unmet
from kfm_gates.facts.data_formats import CantVerify
from kfm_gates.facts.data_shape import CRS84, DataColumn, DataShape, around, box_of
from kfm_gates.facts.geojson import GeoJsonReader
from kfm_gates.facts.geoparquet import ParquetReader
from kfm_gates.facts.pmtiles_archive import PmtilesReader
from tests.facts.on_trees import LAYOUT, facts, path, subject
from tests.support.judging import kansas

WKB = bytes.fromhex("01010000000000000000001440000000000000f03f")
WGS84 = {"type": "GeographicCRS", "id": {"authority": "EPSG", "code": 4326}}
UTM = {"type": "ProjectedCRS", "id": {"authority": "EPSG", "code": 26914}}


def parquet(
    geometry: dict[str, Any] | None, *, geo: dict[str, Any] | None = None, **columns: Any
) -> DataShape:
    about = {"encoding": "WKB", "geometry_types": ["Point"]} | (geometry or {})
    metadata = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}} | (
        geo or {}
    )
    table = pa.table({"geometry": pa.array([WKB, None], pa.binary()), **columns})
    if geometry is not None:
        table = table.replace_schema_metadata({"geo": json.dumps(metadata)})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return ParquetReader(io.BytesIO(sink.getvalue())).shape()


def artifact(name: str) -> bytes:
    return kansas()[path("checksums").replace("checksums.json", f"artifacts/{name}")]


def pmtiles(**changes: Any) -> DataShape:
    """The tiles of the example with another header."""
    data = artifact("counties.pmtiles")
    header: Any = deserialize_header(data[:127])
    made = serialize_header(header | changes)
    return PmtilesReader(io.BytesIO(made + data[127:])).shape()


class TestParquet:
    def test_of_the_example(self) -> None:
        found = ParquetReader(io.BytesIO(artifact("counties.parquet"))).shape()
        assert (found.kind, found.problems, found.rows, found.crs) == ("table", (), 105, CRS84)
        assert (found.geographic, found.areal, found.placeless) == (True, True, False)
        assert found.box == (-102.052894, 36.992751, -94.60152, 40.002896)
        assert DataColumn("vertex_count", "int64") in found.columns

    def test_without_metadata(self) -> None:
        found = parquet(None)
        assert found.problems[0].startswith("it has no `geo` metadata")
        assert (found.crs, found.box, found.rows) == (None, None, 2)

    @pytest.mark.parametrize(
        ("crs", "expected"),
        [
            (WGS84, ("EPSG:4326", True, False)),
            (UTM, ("EPSG:26914", False, False)),
            ({"type": "GeographicCRS"}, (None, True, False)),
            ({"id": {"code": 4326}}, (None, False, False)),
            (None, (None, False, True)),
        ],
    )
    def test_reference_systems(self, crs: Any, expected: tuple[Any, ...]) -> None:
        found = parquet({"crs": crs})
        assert (found.crs, found.geographic, found.placeless) == expected
        assert found.problems == ()

    @pytest.mark.parametrize(
        "geometry",
        [
            {"geometry_types": []},
            {"geometry_types": ["Point", "MultiPoint Z", "LineString ZM"]},
            {"edges": "spherical", "orientation": "counterclockwise", "epoch": 2017.5},
            {"bbox": [1, 2, 3, 4]},
            {"bbox": [1, 2, 0, 3, 4, 9]},
        ],
    )
    def test_what_the_specification_allows(self, geometry: dict[str, Any]) -> None:
        assert parquet(geometry).problems == ()

    @pytest.mark.parametrize(
        ("geometry", "problem"),
        [
            ({"encoding": "WKT"}, "no known encoding"),
            ({"encoding": None}, "no known encoding"),
            ({"geometry_types": "Point"}, "no list of known geometry types"),
            ({"geometry_types": ["Circle"]}, "no list of known geometry types"),
            ({"geometry_types": [["Point"]]}, "no list of known geometry types"),
            ({"crs": "EPSG:4326"}, "no PROJJSON"),
            ({"edges": "straight"}, "edges of no known kind"),
            ({"orientation": "clockwise"}, "orientation other than"),
            ({"bbox": [1, 2, 3]}, "`bbox` that is none"),
            ({"bbox": [1, 2, 3, None]}, "`bbox` that is none"),
            ({"covering": {"bbox": {"xmin": ["box", "xmin"]}}}, "`covering` by columns that are not there"),
            ({"covering": None}, "`covering` by columns that are not there"),
        ],
    )
    def test_what_it_does_not(self, geometry: dict[str, Any], problem: str) -> None:
        found = parquet(geometry).problems
        assert len(found) == 1
        assert problem in found[0]

    @pytest.mark.parametrize(
        ("geo", "problem"),
        [
            ({"version": "0.4.0"}, "none of GeoParquet 1 or 2"),
            ({"version": None}, "none of GeoParquet 1 or 2"),
            ({"primary_column": "place"}, "`primary_column`"),
            ({"columns": {"geometry": 7}}, "is no object"),
            ({"columns": {"place": {"encoding": "WKB", "geometry_types": []}}}, "names the column place"),
            (
                {"columns": {"group": {"encoding": "WKB", "geometry_types": []}}, "primary_column": "group"},
                "no column of bytes",
            ),
        ],
    )
    def test_metadata_of_the_file(self, geo: dict[str, Any], problem: str) -> None:
        group = pa.array([{"a": 1}, None])
        assert any(problem in each for each in parquet({}, geo=geo, group=group).problems)

    @pytest.mark.parametrize("geo", [{"columns": {}}, {"columns": []}])
    def test_metadata_without_columns_is_none(self, geo: dict[str, Any]) -> None:
        with pytest.raises(CantVerify, match="names no column"):
            parquet({}, geo=geo)

    def test_times_by_statistics(self) -> None:
        moments = [
            datetime.datetime(2017, 3, 1, 6, tzinfo=datetime.UTC),
            datetime.datetime(2016, 1, 1, tzinfo=datetime.UTC),
        ]
        found = parquet(
            {},
            seen=pa.array(moments, pa.timestamp("us", "America/Chicago")),
            day=pa.array([datetime.date(1867, 2, 26), None]),
            never=pa.array([None, None], pa.date32()),
            name=pa.array(["2099", "2098"]),
        )
        assert found.times == (
            ("seen", "2016-01-01T00:00:00Z", "2017-03-01T06:00:00Z"),
            ("day", "1867-02-26T00:00:00Z", "1867-02-26T00:00:00Z"),
        )

    def test_the_box_of_a_covering_is_an_extra(self) -> None:
        covering = {"bbox": {name: ["box", name] for name in ("xmin", "ymin", "xmax", "ymax")}}
        edge = {"xmin": 5.0, "ymin": 1.0, "xmax": 5.0, "ymax": 1.0}
        found = parquet({"covering": covering}, box=pa.array([edge, None]))
        assert (found.problems, found.extra) == ((), {"box"})


class TestPmtiles:
    def test_of_the_example(self) -> None:
        found = PmtilesReader(io.BytesIO(artifact("counties.pmtiles"))).shape()
        assert (found.kind, found.problems, found.crs, found.geographic) == ("tiles", (), CRS84, True)
        assert DataColumn("geoid", None) in found.columns
        assert found.box == pytest.approx((-102.052894, 36.992751, -94.60152, 40.002896))

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            ({"min_zoom": 9}, "zoom levels"),
            ({"max_zoom": 40}, "zoom levels"),
            ({"tile_data_length": 1 << 40}, "tile data does not lie within the file"),
            ({"leaf_directory_offset": 3, "leaf_directory_length": 9}, "leaf directory does not lie"),
            ({"metadata_offset": 130}, "sections overlap"),
            ({"tile_data_length": 10}, "beyond its section"),
            ({"tile_contents_count": 99}, "more contents than entries"),
        ],
    )
    def test_what_is_wrong_is_named(self, changes: dict[str, Any], problem: str) -> None:
        if "metadata_offset" in changes:
            with pytest.raises(CantVerify):
                pmtiles(**changes)
            return
        assert any(problem in each for each in pmtiles(**changes).problems)

    @pytest.mark.parametrize("name", ["PNG", "WEBP", "UNKNOWN"])
    def test_tiles_of_images_are_an_archive_too(self, name: str) -> None:
        from pmtiles.tile import TileType

        found = pmtiles(tile_type=TileType[name])
        assert bool(found.problems) == (name == "UNKNOWN")

    def test_counts_that_are_unknown_are_zero(self) -> None:
        assert pmtiles(addressed_tiles_count=0).problems == ()


class TestGeoJson:
    def test_properties_of_all_features(self) -> None:
        features = [
            {"type": "Feature", "geometry": None, "properties": {"a": 1}},
            {"type": "Feature", "geometry": None, "properties": {"b": None}},
            {"type": "Feature", "geometry": None, "properties": None},
        ]
        document = {"type": "FeatureCollection", "features": features, "bbox": [1, 2, 3, 4]}
        reader = GeoJsonReader(io.BytesIO(json.dumps(document).encode()))
        found = reader.shape()
        assert [column.name for column in found.columns] == ["a", "b", "geometry"]
        assert (found.rows, found.box) == (3, (1, 2, 3, 4))
        assert list(reader.records(("a",))) == [(1,), (None,), (None,)]
        with pytest.raises(CantVerify):
            list(reader.records(("c",)))


class TestArtifacts:
    def shapes(self, tree: dict[str, bytes]) -> dict[str, ArtifactShape]:
        found: Any = facts(tree).resolve(tuple[ArtifactShape, ...])
        return {each.path.rpartition("/")[2]: each for each in found}

    def test_of_the_example(self) -> None:
        found = self.shapes(dict(kansas()))
        assert {name: each.format for name, each in found.items()} == {
            "counties.parquet": "GeoParquet",
            "counties.pmtiles": "PMTiles",
        }

    def test_what_nobody_can_read_has_a_problem(self) -> None:
        file = path("checksums").replace("checksums.json", "artifacts/counties.parquet")
        found = self.shapes({**kansas(), file: b"PAR1"})["counties.parquet"]
        assert found.shape is None
        assert found.problem

    def test_a_pointer_is_for_another_check(self) -> None:
        file = path("checksums").replace("checksums.json", "artifacts/counties.parquet")
        pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12345\n"
        with pytest.raises(Unmet, match=r"evidence\.present"):
            self.shapes({**kansas(), file: pointer})

    @pytest.mark.parametrize(("role", "found"), [("data", "data"), ("primary", "data"), ("tiles", "data")])
    def test_tables_are_the_data_when_nothing_is_said_to_be(self, role: str, found: str) -> None:
        version = subject().version.split(".")[1]
        file = LAYOUT.path("spec", slug="kansas-counties", spec8=version)
        tree = {**kansas(), file: kansas()[file].replace(b"role: data", f"role: {role}".encode())}
        shapes: Any = facts(tree).resolve(tuple[SpecifiedShape, ...])
        assert {each.path.rpartition(".")[2]: each.role for each in shapes} == {
            "parquet": found,
            "pmtiles": "tiles",
        }

    def test_records_of_every_format_have_keys(self) -> None:
        found: Any = facts(dict(kansas())).resolve(tuple[ArtifactContent, ...])
        for content in found:
            assert content.reader is not None
            records = set(content.reader.records(("geoid", "vertex_count")))
            assert {geoid for geoid, _ in records} >= {"20057", "20209"}
            with pytest.raises(CantVerify):
                list(content.reader.records(("population",)))


@pytest.mark.parametrize(
    "values", [None, [], [1, 2, 3], [1, 2, 3, "4"], [1, 2, 3, True], [1, 2, 3, float("nan")], "1234"]
)
def test_what_is_no_box(values: Any) -> None:
    assert box_of(values) is None


def test_boxes_together() -> None:
    assert around([]) is None
    assert around([(1, 2, 3, 4), (0, 3, 2, 9)]) == (0, 2, 3, 9)
