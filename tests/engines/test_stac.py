from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.engines.json_schema_engine import JsonSchemaEngine
from kfm_gates.engines.stac import profile_problems, stac_problems

from .stac_samples import COLLECTION, ITEM, edit

EO = "https://stac-extensions.github.io/eo/v2.0.0/schema.json"
Path = tuple[str | int, ...]


@pytest.fixture(scope="module")
def engine() -> JsonSchemaEngine:
    return JsonSchemaEngine()


@pytest.mark.parametrize("document", [ITEM, COLLECTION])
def test_good_documents(engine: JsonSchemaEngine, document: dict[str, Any]) -> None:
    assert stac_problems(engine, document) == ()
    assert profile_problems(engine, document) == ()


@pytest.mark.parametrize(
    ("path", "to", "pointer"),
    [
        (("type",), "Item", "/type"),
        (("stac_version",), "9.9.9", "/stac_version"),
        (("stac_version",), ..., "/stac_version"),
        (("stac_extensions",), [], "/assets/data/file:checksum"),
        (("stac_extensions",), [], "/properties/proj:code"),
        (("properties", "eo:cloud_cover"), 5, "/properties/eo:cloud_cover"),
        (("links", 0, "eo:x"), 5, "/links/0/eo:x"),
        (("assets", "data", "eo:x"), 5, "/assets/data/eo:x"),
        (("assets", "data", "file:checksum"), "sha256:" + "b" * 64, "/assets/data/file:checksum"),
        (("assets", "data", "file:sise"), 5, "/assets/data"),
        (("properties", "proj:code"), 4326, "/properties/proj:code"),
        (("properties", "proj:bbox"), [1, 2, 3, 4, 5], "/properties/proj:bbox"),
        (("properties", "proj:projjson"), {"type": "GeographicCRS"}, "/properties/proj:projjson"),
    ],
)
def test_what_is_not_stac(engine: JsonSchemaEngine, path: Path, to: object, pointer: str) -> None:
    found = stac_problems(engine, edit(ITEM, *path, to=to))
    assert pointer in [problem.pointer for problem in found], found


@pytest.mark.parametrize(
    "document", [None, [], "x", {}, {"type": "Feature"}, {"type": ["Feature"], "stac_version": "1.1.0"}]
)
def test_what_is_no_document(engine: JsonSchemaEngine, document: object) -> None:
    assert stac_problems(engine, document)
    assert profile_problems(engine, document)


@pytest.mark.parametrize("uri", [EO, "./evil.json", "file:///etc/passwd", 5])
def test_an_unknown_extension_is_a_problem_and_the_hint_is_the_way_out(
    engine: JsonSchemaEngine, uri: object
) -> None:
    found = stac_problems(engine, edit(ITEM, "stac_extensions", to=[*ITEM["stac_extensions"], uri]))
    unknown = [problem for problem in found if problem.pointer == "/stac_extensions/2" and problem.hint]
    assert [
        problem.hint.startswith("If you trust it, pin it: kfm-gates schemas lock") for problem in unknown
    ] == [True]


def test_kfm_fields_and_asset_names_are_free(engine: JsonSchemaEngine) -> None:
    named = edit(ITEM, "assets", "a:b", to=ITEM["assets"]["data"])
    assert stac_problems(engine, edit(named, "properties", "kfm:anything", to={"x:y": 1})) == ()


REQUIRED: list[tuple[dict[str, Any], Path]] = [
    *[(ITEM, ("properties", key)) for key in ITEM["properties"] if ":" in key],
    *[(ITEM, ("assets", "data", key)) for key in ITEM["assets"]["data"]],
    *[(ITEM, ("links", index)) for index in range(len(ITEM["links"]))],
    *[(ITEM, (key,)) for key in ("collection", "assets", "links", "stac_extensions", "properties", "id")],
    (ITEM, ("assets", "data")),
    (ITEM, ("stac_extensions", 0)),
    (ITEM, ("stac_extensions", 1)),
    *[(COLLECTION, (key,)) for key in COLLECTION if ":" in key],
    *[(COLLECTION, ("links", index)) for index in range(len(COLLECTION["links"]))],
    *[(COLLECTION, (key,)) for key in ("id", "license", "links")],
]


@pytest.mark.parametrize(
    ("document", "path"),
    REQUIRED,
    ids=lambda value: ".".join(map(str, value)) if type(value) is tuple else "",
)
def test_each_required_part_of_the_profile(
    engine: JsonSchemaEngine, document: dict[str, Any], path: Path
) -> None:
    assert profile_problems(engine, edit(document, *path))
    if not isinstance(path[-1], int):
        values: list[Any] = [None, "", [], {}, 5]
        for bad in values:
            if (path[-1], bad) != ("file:size", 5):
                assert profile_problems(engine, edit(document, *path, to=bad)), bad


@pytest.mark.parametrize(
    ("document", "path", "to"),
    [
        (ITEM, ("id",), "counties"),
        (ITEM, ("id",), "latest.0a1b2c3d.counties"),
        (ITEM, ("collection",), "kansas-counties"),
        (ITEM, ("stac_version",), "1.0.0"),
        (ITEM, ("assets", "data", "file:checksum"), "1220ff"),
        (ITEM, ("assets", "data", "file:checksum"), "1220" + "B" * 64),
        (ITEM, ("assets", "data", "href"), "/etc/passwd"),
        (ITEM, ("assets", "data", "href"), "https://example.org/x"),
        (ITEM, ("assets", "data", "href"), "file:x"),
        (ITEM, ("assets", "data", "href"), "a\\b"),
        (ITEM, ("assets", "data", "href"), "x#y"),
        (ITEM, ("assets", "data", "roles"), []),
        (ITEM, ("assets", "more"), {"href": "x"}),
        (ITEM, ("properties", "proj:code"), None),
        (ITEM, ("properties", "proj:code"), "WGS84"),
        (ITEM, ("properties", "kfm:spec_hash"), "a" * 64),
        (ITEM, ("properties", "kfm:dataset_id"), "kansas-counties"),
        (ITEM, ("links", 0, "href"), "https://example.org/collection.json"),
        (ITEM, ("links", 0, "rel"), "self"),
        (ITEM, ("links", 4, "type"), "text/html"),
        (ITEM, ("links", 4), {"rel": "parent", "href": "x"}),
        (COLLECTION, ("license",), "proprietary"),
        (COLLECTION, ("license",), "CC-BY-4.0 OR MIT"),
        (COLLECTION, ("id",), f"{COLLECTION['id']}@x"),
        (COLLECTION, ("stac_version",), "1.1.0-beta.1"),
    ],
)
def test_subtly_wrong_values_of_the_profile(
    engine: JsonSchemaEngine, document: dict[str, Any], path: Path, to: object
) -> None:
    assert profile_problems(engine, edit(document, *path, to=to))


def test_the_older_version_form_is_readable(engine: JsonSchemaEngine) -> None:
    older = edit(COLLECTION, "id", to="kansas-counties@2024-01.0a1b2c3d")
    assert profile_problems(engine, edit(older, "kfm:dataset_version_id", to="2024-01.0a1b2c3d")) == ()
