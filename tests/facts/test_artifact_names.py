"""The names in artifacts of many formats, and where nobody can tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kfm_gates.facts.artifact_names import MOST, ArtifactNames
from kfm_gates.facts.content_names import ContentName
from tests.facts.on_trees import facts, path
from tests.support.judging import kansas

FOLDER = path("checksums").removesuffix("checksums.json") + "artifacts/"


def names_of(name: str, data: bytes) -> ArtifactNames:
    """The names in one more artifact of the version."""
    found: Any = facts({**kansas(), FOLDER + name: data}).resolve(tuple[ArtifactNames, ...])
    (one,) = [each for each in found if each.place.file == FOLDER + name]
    return one


def test_of_the_example_dataset() -> None:
    found: Any = facts(kansas()).resolve(tuple[ArtifactNames, ...])
    assert [(each.format, each.problem) for each in found] == [("GeoParquet", None), ("PMTiles", None)]
    for each in found:
        names = [one.name for one in each.names]
        assert len(names) == len(set(names))
        assert {one.name for one in each.names if one.is_place} == {"centroid_lon", "centroid_lat"}


@pytest.mark.parametrize(
    ("name", "data", "names"),
    [
        ("a.csv", b"geoid,owner name,\xc3\xa9tat\n1,2,3\n", ["geoid", "owner name", "état"]),
        ("a.csv", b'\xef\xbb\xbf"geoid","a, b"\r\n1,2\r\n', ["geoid", "a, b"]),
        ("a.CSV", b"geoid", ["geoid"]),
        ("a.tsv", b"geoid\tname\n", ["geoid", "name"]),
        ("a.json", b'{"objects": [{"id": 1, "id2": {"deep": null}}]}', ["objects", "id", "id2", "deep"]),
        ("a.json", b"[]", []),
        ("a.geojson", b'{"type": "Feature", "geometry": null, "properties": {"name": "x"}}', ["name"]),
    ],
)
def test_names_that_can_be_read(name: str, data: bytes, names: list[str]) -> None:
    found = names_of(name, data)
    assert found.problem is None
    assert [each.name for each in found.names] == names


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.tif", b"II*\0" + bytes(60)),
        ("a.tif", b"MM\0+" + bytes(60)),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(60)),
        ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(60)),
        ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 "),
        ("a.pdf", b"%PDF-1.7\n"),
        ("a.pmtiles", b"PMTiles\x03" + bytes(91) + b"\x02" + bytes(27)),
        ("README.md", b"# Counties\n"),
        ("terms.txt", b"as is\n"),
    ],
)
def test_what_has_no_names(name: str, data: bytes) -> None:
    found = names_of(name, data)
    assert (found.problem, found.names) == (None, ())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""),
        ("a.csv", b"\xff\xfe,\n"),
        ("a.csv", b'"open,\n'),
        ("a.csv", b"a," * 40_000),
        ("a.json", b'{"a": 1'),
        ("a.json", b'{"a": 1, "a": 2}'),
        ("a.gpkg", b"SQLite format 3\0" + bytes(84)),
        ("a.zip", b"PK\x03\x04"),
        ("a.parquet", b"PAR1" * 9),
        ("a.pmtiles", b"PMTiles\x03" + bytes(119)),
        ("a.bin", b""),
        ("a", b"geoid,name\n"),
        ("a.json", json.dumps({f"k{n}": n for n in range(MOST + 1)}).encode()),
    ],
)
def test_what_nobody_can_tell(name: str, data: bytes) -> None:
    assert names_of(name, data).problem


def test_content_is_told_by_names_and_titles() -> None:
    found: Any = facts(kansas()).resolve(tuple[ContentName, ...])
    said = {(each.what, each.name) for each in found}
    assert ("the file", "counties") in said
    assert ("a column", "centroid_lon") in said
    assert ("a name (column centroid_lon)", "centroid_lon") in said
    assert ("the title", "Counties of Kansas") in said
    assert ("a title or keyword", "Counties of Kansas") in said
    assert {each.place.file.rpartition("/")[2] for each in found} >= {
        "counties.parquet",
        "counties.pmtiles",
        "dcat.jsonld",
        "collection.json",
        "counties-parquet.json",
    }
    assert not any("boundary files" in name for _, name in said), "descriptions are not read"
