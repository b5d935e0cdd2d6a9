"""The table of media types, and what is said of each artifact."""

from __future__ import annotations

import json
from typing import cast

import pytest

from kfm_gates.checks.pack import HOUSE, tables
from kfm_gates.facts.media_types import MediaTypes, TypedArtifact
from tests.support.judging import kansas

from .catalog_trees import artifact, changed
from .on_trees import facts, path

TYPES = MediaTypes(tables((HOUSE,))["media_types"])
TIFF = "image/tiff"


def test_every_type_of_the_table_can_be_told_and_named() -> None:
    for name, about in TYPES.table.items():
        assert name == name.lower() and "/" in name
        assert about["extensions"] and all(each.startswith(".") for each in about["extensions"]), name
        assert ("magic" in about) != ("content" in about), name
        assert all(bytes.fromhex(magic) for magic in about.get("magic", [])), name
        assert all(TYPES.known(alias) == name for alias in about["aliases"]), name


def test_no_name_stands_for_two_types() -> None:
    names = [each for name, about in TYPES.table.items() for each in (name, *about["aliases"])]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("image/tiff; application=geotiff; profile=cloud-optimized", TIFF),
        ("IMAGE/TIFF;application=geotiff", TIFF),
        ("image/vnd.stac.geotiff; cloud-optimized=true", TIFF),
        ("application/x-parquet", "application/vnd.apache.parquet"),
        ('text/csv; charset="windows-1252"; header=present', "text/csv"),
        ("application/json; charset=UTF-8", "application/json"),
        ("application/json; charset=utf-16", None),
        ("image/tiff; application=", None),
        ("image/tiff;", None),
        ("image/tif", None),
        ("application/octet-stream", None),
        ("", None),
    ],
)
def test_names_of_types(text: str, name: str | None) -> None:
    assert TYPES.known(text) == name


@pytest.mark.parametrize(
    ("name", "head", "fits"),
    [
        (TIFF, b"II*\0\x08", True),
        (TIFF, b"MM\0+\0\x08", True),
        (TIFF, b"II", False),
        ("application/geo+json", b'\n{ "type": "FeatureCollection"', True),
        ("application/geo+json", b'{"features" : []', True),
        ("application/geo+json", b'{"type": "Topology"', False),
        ("application/json", b'{"type": "Topology"', True),
        ("application/json", b"<html>", False),
        ("text/csv", b"id,name\n1,\xe9t\xe9\n", True),
        ("text/csv", b"PAR1", False),
        ("text/csv", b"a\0b", False),
        ("text/csv", b"", False),
        ("application/gml+xml", b"\xef\xbb\xbf<?xml", True),
        ("application/x-netcdf", b"\x89HDF\r\n\x1a\n", True),
    ],
)
def test_how_files_begin(name: str, head: bytes, fits: bool) -> None:
    assert TYPES.fits(name, head) is fits


def test_what_a_file_looks_like() -> None:
    assert TYPES.seen(b"PMTiles\3") == "application/vnd.pmtiles"
    assert [TYPES.seen(head) for head in (b'{"features": []}', b"[1]", b"<a/>", b"a,b")] == [
        "GeoJSON",
        "JSON",
        "XML",
        "plain text",
    ]
    assert TYPES.seen(b"\0\1\2") == "bytes that begin with 000102"
    assert TYPES.seen(b"") == "an empty file"


def test_every_document_has_its_say_and_the_specification_the_first() -> None:
    found = cast("tuple[TypedArtifact, ...]", facts(kansas()).resolve(tuple[TypedArtifact, ...]))
    assert [each.path for each in found] == [artifact("parquet"), artifact("pmtiles")]
    for each in found:
        assert [claim.source for claim in each.claims] == [
            "the specification", "the manifest", "the receipt of the transform run", "DCAT", "STAC",
        ]  # fmt: skip
        assert len({claim.value for claim in each.claims}) == 1
        document = json.loads(kansas()[path("manifest")])
        assert document["artifacts"][0]["media_type"] == found[0].claims[1].value


def test_what_is_said_of_other_files_is_not_taken_for_it() -> None:
    def elsewhere(document: dict[str, object]) -> None:
        document["artifacts"] = [
            {"path": "data/elsewhere.parquet", "digest": "sha256:" + "a" * 64, "media_type": "text/plain"}
        ]

    tree = changed(path("manifest"), elsewhere)
    found = cast("tuple[TypedArtifact, ...]", facts(tree).resolve(tuple[TypedArtifact, ...]))
    assert "the manifest" not in {claim.source for each in found for claim in each.claims}
