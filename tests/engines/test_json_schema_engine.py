from __future__ import annotations

import json
import socket

import pytest

from kfm_gates.engines import schema_sources
from kfm_gates.engines.interface import SchemaEngine
from kfm_gates.engines.json_schema_engine import JsonSchemaEngine
from kfm_gates.errors import EngineError

from .stac_samples import ITEM, edit

URL = "https://example.org/s.json"
DRAFT7 = "http://json-schema.org/draft-07/schema#"
DRAFT2020 = "https://json-schema.org/draft/2020-12/schema"


@pytest.fixture(scope="module")
def engine() -> JsonSchemaEngine:
    return JsonSchemaEngine()


def with_schema(**schema: object) -> JsonSchemaEngine:
    return JsonSchemaEngine({URL: json.dumps({"$schema": DRAFT2020, **schema}).encode()})


def test_it_is_a_schema_engine(engine: JsonSchemaEngine) -> None:
    plain: SchemaEngine = engine
    assert plain.knows(schema_sources.ITEM)
    assert not plain.knows("https://stac-extensions.github.io/eo/v2.0.0/schema.json")
    assert plain.problems(schema_sources.ITEM, ITEM) == ()
    assert engine.version


def test_an_unknown_schema_is_an_engine_error(engine: JsonSchemaEngine) -> None:
    for uri in ("https://example.org/other.json", "file:///etc/passwd", "./evil.json", ""):
        with pytest.raises(EngineError, match="nothing is fetched"):
            engine.problems(uri, ITEM)


@pytest.mark.parametrize(
    ("path", "to", "pointer", "words"),
    [
        (("id",), ..., "", "`id` is missing"),
        (("id",), 1, "/id", "of type string"),
        (("properties", "datetime"), "2024-13-01T00:00:00Z", "/properties/datetime", "valid date-time"),
        (("links", 0, "href"), "", "/links/0/href", "at least 1 characters"),
        (("geometry", "coordinates", 0, 0), ["x", 1], "/geometry/coordinates/0/0/0", "of type number"),
        (("assets", "data", "roles"), "data", "/assets/data/roles", "of type array"),
        (("bbox",), [1, 2, 3], "/bbox", ""),
    ],
)
def test_problems_are_leaves_with_pointers(
    engine: JsonSchemaEngine, path: tuple[str | int, ...], to: object, pointer: str, words: str
) -> None:
    found = engine.problems(schema_sources.ITEM, edit(ITEM, *path, to=to))
    assert any(problem.pointer == pointer and words in problem.message for problem in found), found
    assert all(len(problem.found) <= 160 for problem in found)


def test_the_branch_that_was_meant_is_told(engine: JsonSchemaEngine) -> None:
    published = {
        "oneOf": [
            {"properties": {"type": {"const": kind}, "n": {"type": "integer", "minimum": low}}}
            for kind, low in (("Catalog", 1), ("Feature", 5), ("Collection", 9))
        ]
    }
    found = with_schema(**published).problems(URL, {"type": "Feature", "n": 3})
    assert [(problem.pointer, problem.expected) for problem in found] == [("/n", "at least 5")]
    both = with_schema(oneOf=[{"type": "integer"}, {"minimum": 1}]).problems(URL, 3)
    assert [problem.message for problem in both] == [
        "The document is not valid in exactly one of the allowed forms."
    ]


@pytest.mark.parametrize("draft", [DRAFT7, DRAFT2020])
@pytest.mark.parametrize(("form", "bad"), [("date-time", "yesterday"), ("iri", "not a uri"), ("email", "@")])
def test_formats_are_asserted(draft: str, form: str, bad: str) -> None:
    schema = json.dumps({"$schema": draft, "format": form}).encode()
    assert JsonSchemaEngine({URL: schema}).problems(URL, bad)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (b"{", "strict JSON"),
        (b'{"a": 1, "a": 2}', "strict JSON"),
        (b"[]", "must declare"),
        (b"true", "must declare"),
        (b"{}", "must declare"),
        (b'{"$schema": "http://json-schema.org/draft-04/schema#"}', "must declare"),
        (b'{"$schema": "http://json-schema.org/draft-07/schema#", "type": "text"}', "compiling"),
    ],
)
def test_bad_locked_schemas_are_an_engine_error(schema: bytes, words: str) -> None:
    with pytest.raises(EngineError, match=words):
        JsonSchemaEngine({URL: schema})


@pytest.mark.parametrize(
    "reference", ["https://example.org/absent.json", "file:///etc/passwd", "absent.json"]
)
def test_an_unresolvable_reference_is_found_at_the_start(
    reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(EngineError, match="neither vendored nor locked"):
        with_schema(properties={"never": {"$ref": reference}})


def test_core_can_not_be_replaced_and_renditions_can() -> None:
    anything = json.dumps({"$schema": DRAFT7}).encode()
    with pytest.raises(EngineError, match="STAC core"):
        JsonSchemaEngine({schema_sources.ITEM: anything})
    bad = edit(ITEM, "assets", "data", "file:size", to=-1)
    assert JsonSchemaEngine().problems(schema_sources.FILE_EXTENSION, bad)
    assert not JsonSchemaEngine({schema_sources.FILE_EXTENSION: anything}).problems(
        schema_sources.FILE_EXTENSION, bad
    )


def test_a_lone_surrogate_is_an_engine_error(engine: JsonSchemaEngine) -> None:
    with pytest.raises(EngineError, match="failed while validating"):
        engine.problems(schema_sources.KFM_ITEM, edit(ITEM, "id", to="\ud800"))


def test_a_changed_core_schema_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = schema_sources._read
    monkeypatch.setattr(schema_sources, "_read", lambda path: real(path) + b" ")
    with pytest.raises(EngineError, match="not the published one"):
        JsonSchemaEngine()


def test_an_absent_pystac_is_an_engine_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_sources, "find_spec", lambda name: None)
    with pytest.raises(EngineError, match="pystac-core"):
        JsonSchemaEngine()
