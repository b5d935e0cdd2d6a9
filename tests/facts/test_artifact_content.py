"""The readers of artifacts, on small files made here."""

from __future__ import annotations

import io
import json
import sys
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from kfm_gates.errors import EngineError
from kfm_gates.facts.artifact_content import ArtifactContent
from kfm_gates.facts.container import Unmet
from kfm_gates.facts.data_formats import CantVerify, DataReader, Flaw
from kfm_gates.facts.geojson import GeoJsonReader
from kfm_gates.facts.geoparquet import ParquetReader
from kfm_gates.facts.vector_tiles import attributes, decoded, off_grid_in_tile
from tests.facts.on_trees import facts, path
from tests.support.judging import kansas

GENERALISED = "public_generalized"
ON = [(1.0, 2.0), (1.5, 2.0), (1.5, 2.5), (1.0, 2.0)]
OFF = [(1.0, 2.0), (1.5001, 2.0), (1.5, 2.5), (1.0, 2.0)]


def geoparquet(rings: list[Any], geo: dict[str, Any] | None = None, **columns: Any) -> ParquetReader:
    shapes = [None if ring is None else shapely.Polygon(ring) for ring in rings]
    about = {"encoding": "WKB", "geometry_types": ["Polygon"]} | (geo or {})
    metadata = {"geo": json.dumps({"primary_column": "geometry", "columns": {"geometry": about}})}
    table = pa.table({**columns, "geometry": pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())})
    return parquet(table.replace_schema_metadata(metadata))


def parquet(table: pa.Table) -> ParquetReader:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return ParquetReader(io.BytesIO(sink.getvalue()))


def geojson(value: Any) -> GeoJsonReader:
    return GeoJsonReader(io.BytesIO(json.dumps(value).encode()))


def feature(coordinates: Any, kind: str = "Point", **more: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": {}} | more


def contents(label: str, tree: dict[str, bytes] | None = None) -> tuple[ArtifactContent, ...]:
    found: Any = facts(kansas() if tree is None else tree, label).resolve(tuple[ArtifactContent, ...])
    return tuple(found)


def reader_of(label: str, suffix: str) -> DataReader:
    (reader,) = [each.reader for each in contents(label) if each.path.endswith(suffix)]
    assert reader is not None
    return reader


class TestOpening:
    def test_by_what_the_bytes_are(self) -> None:
        formats = {each.path.rpartition(".")[2]: each.format for each in contents("public")}
        assert formats == {"parquet": "GeoParquet", "pmtiles": "PMTiles"}

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"geoid,lon,lat\n",
            b"PAR1",
            b"PAR1" * 9,
            b"PMTiles\x02",
            b"PMTiles\x03" + bytes(200),
            b"{}",
            b"{",
        ],
        ids=repr,
    )
    def test_what_nobody_can_look_into_has_a_problem(self, data: bytes) -> None:
        file = next(each.path for each in contents("public"))
        (broken,) = [each for each in contents("public", {**kansas(), file: data}) if each.path == file]
        assert broken.reader is None
        assert broken.problem

    def test_without_artifacts_there_is_nothing_to_look_into(self) -> None:
        folder = path("checksums").removesuffix("checksums.json")
        with pytest.raises(Unmet, match=r"evidence\.present"):
            contents("public", {p: d for p, d in kansas().items() if not p.startswith(f"{folder}artifacts/")})

    def test_a_missing_library_is_named_with_the_way_to_install_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
        with pytest.raises(EngineError, match=r"pip install 'kfm-gates\[data\]'"):
            contents("public")


class TestExampleDataset:
    @pytest.mark.parametrize("suffix", [".parquet", ".pmtiles"])
    def test_generalised_data_lies_on_its_grid(self, suffix: str) -> None:
        assert list(reader_of(GENERALISED, suffix).off_grid(0.05)) == []

    @pytest.mark.parametrize("suffix", [".parquet", ".pmtiles"])
    def test_precise_data_does_not(self, suffix: str) -> None:
        found = list(reader_of("public", suffix).off_grid(0.05))
        assert len(found) > 1
        assert not any("102." in flaw.found for flaw in found), "a report must not repeat coordinates"

    @pytest.mark.parametrize("suffix", [".parquet", ".pmtiles"])
    def test_fields(self, suffix: str) -> None:
        names = {flaw.found for flaw in reader_of("public", suffix).fields()}
        assert {"geoid", "area_km2", "centroid_lon"} <= names
        assert "centroid_lon" not in {flaw.found for flaw in reader_of(GENERALISED, suffix).fields()}

    @pytest.mark.parametrize("suffix", [".parquet", ".pmtiles"])
    def test_counts(self, suffix: str) -> None:
        reader = reader_of("public", suffix)
        assert list(reader.fewer_than("vertex_count", 2)) == []
        assert {flaw.found for flaw in reader.fewer_than("vertex_count", 30)} == {"a smaller number"}
        assert list(reader.fewer_than("name", 1))
        with pytest.raises(CantVerify):
            list(reader.fewer_than("population", 1))

    @pytest.mark.parametrize("suffix", [".parquet", ".pmtiles"])
    def test_times_that_are_not_there_can_not_be_verified(self, suffix: str) -> None:
        for fields in ([], ["surveyed_at"]):
            with pytest.raises(CantVerify, match="no time"):
                list(reader_of("public", suffix).finer_than("year", fields))

    def test_attribution(self) -> None:
        assert reader_of("public", ".parquet").attribution() is None
        assert "Census" in (reader_of("public", ".pmtiles").attribution() or "")


class TestGeoParquet:
    def test_one_vertex_off_the_grid(self) -> None:
        assert list(geoparquet([ON, None]).off_grid(0.5)) == []
        found = Flaw("column geometry", "1 of 8 vertices, the first in row 1")
        assert list(geoparquet([ON, OFF]).off_grid(0.5)) == [found]

    def test_rounding_of_binary_numbers_is_on_the_grid(self) -> None:
        assert list(geoparquet([[(0.1 * k, 0.1 * k * k) for k in (1, 3, 7, 1)]]).off_grid(0.1)) == []

    @pytest.mark.parametrize("bbox", [[1.0, 2.0, 1.5001, 2.5], [1.0, 2.0, 0.0, 1.5001, 2.5, 9.0]])
    def test_box_off_the_grid(self, bbox: list[float]) -> None:
        found = list(geoparquet([ON], {"bbox": bbox}).off_grid(0.5))
        assert [flaw.where for flaw in found] == ["bbox of column geometry"]

    def test_heights_need_not_lie_on_the_grid(self) -> None:
        assert list(geoparquet([ON], {"bbox": [1.0, 2.0, 0.3, 1.5, 2.5, 0.7]}).off_grid(0.5)) == []

    def test_covering_off_the_grid(self) -> None:
        covering = {"bbox": {name: ["box", name] for name in ("xmin", "ymin", "xmax", "ymax")}}
        box = {"xmin": 1.0, "ymin": 2.0, "xmax": 1.5001, "ymax": 2.5}
        found = list(geoparquet([ON], {"covering": covering}, box=pa.array([box])).off_grid(0.5))
        assert [flaw.where for flaw in found] == ["column box.xmax"]

    @pytest.mark.parametrize(
        "geo",
        [{"encoding": "point"}, {"bbox": [1, 2, 3]}, {"bbox": "all"}, {"covering": {}}, {"covering": 1}],
    )
    def test_metadata_that_nobody_can_read(self, geo: dict[str, Any]) -> None:
        with pytest.raises(CantVerify):
            list(geoparquet([ON], geo).off_grid(0.5))

    def test_bytes_that_are_not_explained(self) -> None:
        with pytest.raises(CantVerify, match="more"):
            list(geoparquet([ON], more=pa.array([b"\x01"])).off_grid(0.5))

    @pytest.mark.parametrize("rings", [[], [None]])
    def test_nothing_to_look_at(self, rings: list[Any]) -> None:
        with pytest.raises(CantVerify, match="no coordinates"):
            list(geoparquet(rings).off_grid(0.5))

    def test_without_geo_metadata(self) -> None:
        with pytest.raises(CantVerify, match="nobody knows"):
            list(parquet(pa.table({"lon": [1.0]})).off_grid(0.5))

    def test_nested_fields_are_found(self) -> None:
        reader = parquet(pa.table({"site": pa.array([{"place": {"lon": 1.0}}])}))
        assert {"site", "place", "lon", "site.place.lon"} <= {flaw.found for flaw in reader.fields()}

    @pytest.mark.parametrize(
        ("values", "unit", "cut"),
        [
            (pa.array([datetime(2017, 1, 1), None]), "year", True),
            (pa.array([datetime(2017, 1, 2)]), "year", False),
            (pa.array([datetime(2017, 5, 1)], pa.timestamp("ns", "America/Chicago")), "day", True),
            (pa.array([datetime(2017, 5, 1)], pa.date32()), "week", True),
            (pa.array([datetime(2017, 5, 2)], pa.date32()), "week", False),
            (pa.array(["2017-04", None]), "month", True),
            (pa.array(["2017-04-02"]), "month", False),
        ],
    )
    def test_times(self, values: pa.Array, unit: str, cut: bool) -> None:
        found = list(parquet(pa.table({"seen": values})).finer_than(unit, ["seen"]))
        assert found == ([] if cut else [Flaw("column seen", "a finer time")])

    @pytest.mark.parametrize("values", [pa.array([12], pa.time32("s")), pa.array(["soon"]), pa.array([2017])])
    def test_what_is_no_date(self, values: pa.Array) -> None:
        with pytest.raises(CantVerify):
            list(parquet(pa.table({"seen": values})).finer_than("year", ["seen"]))


class TestNumbersUnderNamesOfCoordinates:
    """What a person reads as a place although no format calls it one."""

    def names(self, *found: str) -> Any:
        return lambda name: name in found

    @pytest.mark.parametrize(
        ("column", "off"),
        [
            (pa.array([1.0, None, 2.5]), False),
            (pa.array([1.0, 2.5001]), True),
            (pa.array(["1.5", "2.0"]), False),
            (pa.array(["1.5001"]), True),
            (pa.array([[1.0, 1.5], [2.25]]), True),
            (pa.array([{"lat": 1.5, "lon": 2.0}]), False),
            (pa.array([{"lat": 1.5, "lon": 2.01}]), True),
            (pa.array([[1.0, 1.25]], pa.list_(pa.float64(), 2)), True),
        ],
    )
    def test_parquet(self, column: pa.Array, off: bool) -> None:
        found = list(parquet(pa.table({"site": column})).numbers_off_grid(0.5, self.names("site")))
        assert [flaw.found for flaw in found] == ["a number off the grid"] * off

    @pytest.mark.parametrize(
        "column", [pa.array([4_200_000.0]), pa.array(["north"]), pa.array([b"x"]), pa.array([float("nan")])]
    )
    def test_what_is_no_degree_can_not_be_verified(self, column: pa.Array) -> None:
        with pytest.raises(CantVerify, match="column site"):
            list(parquet(pa.table({"site": column})).numbers_off_grid(0.5, self.names("site")))

    def test_other_columns_are_not_looked_at(self) -> None:
        reader = parquet(pa.table({"area": [1.234]}))
        assert list(reader.numbers_off_grid(0.5, self.names("lon"))) == []

    @pytest.mark.parametrize(
        ("properties", "places"),
        [
            ({"lon": 1.5, "lat": None, "area": 1.234}, 0),
            ({"lon": 1.234, "lat": 2.345}, 2),
            ({"site": {"lon": 1.234}}, 1),
            ({"lon": [1.5, 1.6]}, 1),
            ({"lon": {"deg": 1.234}}, 1),
        ],
    )
    def test_geojson(self, properties: dict[str, Any], places: int) -> None:
        reader = geojson(feature([1.0, 2.0], properties=properties))
        assert len(list(reader.numbers_off_grid(0.5, self.names("lon", "lat")))) == places

    def test_tiles(self) -> None:
        reader = reader_of("public", ".pmtiles")
        assert len(list(reader.numbers_off_grid(0.05, self.names("centroid_lon")))) > 1
        assert list(reader.numbers_off_grid(0.05, self.names("vertex_count"))) == []
        assert list(reader.numbers_off_grid(0.05, self.names("population"))) == []
        with pytest.raises(CantVerify, match="attribute name"):
            list(reader.numbers_off_grid(0.05, self.names("name")))


class TestNames:
    def test_of_layers_and_attributes(self) -> None:
        names = {flaw.found for flaw in reader_of("public", ".pmtiles").names()}
        assert {"counties", "geoid", "centroid_lon"} <= names

    def test_of_columns_and_fields_within_them(self) -> None:
        reader = parquet(pa.table({"site": pa.array([{"place": {"lon": 1.0}}])}))
        assert [flaw.found for flaw in reader.names()] == ["site", "place", "lon"]

    def test_of_a_collection(self) -> None:
        value = {
            "type": "FeatureCollection",
            "name": "sites",
            "features": [feature([1, 2], properties={"a": 1})],
        }
        assert [flaw.found for flaw in geojson(value).names()] == ["sites", "a"]


class TestGeoJson:
    def test_coordinates_and_boxes(self) -> None:
        assert list(geojson(feature([[ON]], "MultiPolygon", bbox=[1, 2, 1.5, 2.5])).off_grid(0.5)) == []
        off = {"type": "FeatureCollection", "features": [feature([1.0, 2.0]), feature([OFF], "Polygon")]}
        assert list(geojson(off).off_grid(0.5)) == [Flaw("/features/1/geometry", "1 of 4 vertices")]
        assert len(list(geojson(feature([1.0, 2.0], bbox=[1.1, 2, 3, 4])).off_grid(0.5))) == 1

    @pytest.mark.parametrize("coordinates", [[1.0], ["a", "b"], [[1.0, 2.0], 3], "x", []])
    def test_coordinates_that_are_none(self, coordinates: Any) -> None:
        with pytest.raises(CantVerify):
            list(geojson(feature(coordinates)).off_grid(0.5))

    def test_fields(self) -> None:
        value = feature([1, 2], properties={"name": "x", "site": {"lon": 1}}, precise=[1.01, 2])
        assert [flaw.found for flaw in geojson(value).fields()] == ["precise", "name", "site", "lon"]

    def test_counts_and_times(self) -> None:
        rows = [{"n": 12, "seen": "2017"}, {"n": None, "seen": "2017-02"}]
        reader = geojson(
            {"type": "FeatureCollection", "features": [feature([1, 2], properties=r) for r in rows]}
        )
        assert list(reader.fewer_than("n", 12)) == []
        assert len(list(reader.fewer_than("n", 13))) == 1
        assert len(list(reader.finer_than("year", ["seen"]))) == 1
        for field in ("m", "seen_at"):
            with pytest.raises(CantVerify):
                list(reader.fewer_than(field, 1))
            with pytest.raises(CantVerify):
                list(reader.finer_than("year", [field]))


class TestVectorTiles:
    """World tile 0/0/0 with an extent of 4096: a unit is 0.088 degrees of longitude."""

    def layer(self, geometry: list[int], kind: int, extent: int = 4096) -> Any:
        tile = vector_tile_pb2.tile()
        layer = tile.layers.add(name="sites", version=2, extent=extent)
        layer.features.add(type=kind).geometry.extend(geometry)
        return decoded(tile.SerializeToString()).layers[0]

    def moves(self, *points: tuple[int, int]) -> list[int]:
        flat, before = [1 << 3 | 1], (0, 0)
        for number, point in enumerate(points):
            if number == 1:
                flat.append((len(points) - 1) << 3 | 2)
            for now, last in zip(point, before, strict=True):
                flat.append(((now - last) << 1) ^ ((now - last) >> 63))
            before = point
        return flat

    def test_point_within_and_beyond_the_tile(self) -> None:
        for place in ((2048, 2048), (0, 2048), (4096, 2048), (-128, 2048)):
            assert off_grid_in_tile(self.layer(self.moves(place), 1), 0, 0, 0, 45.0) == (
                1,
                int(place[0] == -128),
            )

    def test_vertices_of_a_cut_are_not_the_data(self) -> None:
        line = self.moves((-128, 100), (2048, 2048), (4096, 1000))
        assert off_grid_in_tile(self.layer(line, 2), 0, 0, 0, 45.0) == (1, 0)
        inside = self.moves((-128, 100), (2048, 2000), (4096, 1000))
        assert off_grid_in_tile(self.layer(inside, 2), 0, 0, 0, 45.0) == (1, 1)

    def test_ring_without_area_is_judged(self) -> None:
        ring = [*self.moves((2000, 2000), (2001, 2000), (2002, 2000)), 15]
        assert off_grid_in_tile(self.layer(ring, 3), 0, 0, 0, 45.0) == (3, 3)

    @pytest.mark.parametrize("geometry", [[9, 1], [12, 0], [26, 0, 0]])
    def test_geometry_that_is_none(self, geometry: list[int]) -> None:
        with pytest.raises(ValueError, match="geometry"):
            off_grid_in_tile(self.layer(geometry, 2), 0, 0, 0, 45.0)

    def test_bytes_that_are_no_tile(self) -> None:
        with pytest.raises(CantVerify):
            decoded(b"\x1a\xff")

    def test_attributes(self) -> None:
        tile = vector_tile_pb2.tile()
        layer = tile.layers.add(name="sites", version=2)
        layer.keys.extend(["n", "unused"])
        layer.values.add(int_value=7)
        layer.features.add(type=1).tags.extend([0, 0])
        assert list(attributes(layer, "n")) == [7]
        assert list(attributes(layer, "unused")) == []
