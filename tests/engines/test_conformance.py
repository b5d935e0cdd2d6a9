"""Published test data against the engines; skipped by name unless KFM_GATES_CONFORMANCE_DATA names the folder."""

from __future__ import annotations

import copy
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.engines import schema_sources
from kfm_gates.engines.json_schema_engine import JsonSchemaEngine
from kfm_gates.engines.stac import stac_problems

from .stac_samples import ITEM

FOLDER = os.environ.get("KFM_GATES_CONFORMANCE_DATA")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="KFM_GATES_CONFORMANCE_DATA does not name the folder with the published test data"
)
DATA = Path(FOLDER or "/absent").resolve()
RENDITIONS = (schema_sources.FILE_EXTENSION, schema_sources.PROJECTION_EXTENSION)

UNDECLARED_IN_THE_EXAMPLES = {
    "collection-with-schemas.json": {"resto"},
    "collectionless-item.json": {"cs"},
}
"""The specification's own examples that use fields of an extension that they do not declare."""


def published() -> dict[str, bytes]:
    folder = DATA / "stac-schemas"
    files = (path for path in folder.rglob("*.json") if path.parent != folder)
    found = {"https://" + path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    return {url: raw for url, raw in found.items() if url not in schema_sources.CORE}


@pytest.fixture(scope="module")
def reference() -> JsonSchemaEngine:
    """The published schemas only; they replace the own renditions."""
    return JsonSchemaEngine(published())


@pytest.fixture(scope="module")
def own() -> JsonSchemaEngine:
    """The published schemas, except where there is an own rendition."""
    return JsonSchemaEngine({url: raw for url, raw in published().items() if url not in RENDITIONS})


def examples() -> list[Path]:
    return sorted((DATA / "stac-examples").rglob("*.json"))


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.relative_to(DATA).as_posix())
def test_the_examples_of_the_specification_are_valid(
    path: Path, own: JsonSchemaEngine, reference: JsonSchemaEngine
) -> None:
    document = json.loads(path.read_bytes())
    engine = reference if path.name == "proj-example.json" else own  # PROJJSON needs the published schema
    found = stac_problems(engine, document)
    undeclared = {problem.pointer.rsplit("/", 1)[-1].split(":")[0] for problem in found}
    assert undeclared == UNDECLARED_IN_THE_EXAMPLES.get(path.name, set()), found


WORDS = [
    None,
    True,
    -1,
    0,
    1.5,
    "",
    "x",
    "EPSG:4326",
    "1220ff",
    "FF",
    "a/b/",
    "a//b",
    "big-endian",
    [],
    {},
    [1, 2],
    [1.5, 2],
    [1, 2, 3, 4],
    ["a", 1, 2, 3],
    [1] * 6,
    [1] * 9,
    {"lat": 1, "lon": 2},
    {"lat": 91, "lon": 2},
    {"lat": 1},
    {"type": "Point", "coordinates": [1, 2]},
    [{"values": [1], "summary": "s"}],
    [{"values": [], "summary": "s"}],
    [{"values": [1], "summary": ""}],
    [{"summary": "s"}],
]
KEYS = [
    "file:byte_order",
    "file:checksum",
    "file:header_size",
    "file:size",
    "file:values",
    "file:local_path",
    "file:no",
    "proj:code",
    "proj:wkt2",
    "proj:geometry",
    "proj:bbox",
    "proj:centroid",
    "proj:shape",
    "proj:transform",
    "proj:no",
    "proj:epsg",
    "other",
    "datetime",
    "start_datetime",
    "gsd",
]


def mutants(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Items, collections and catalogs with up to three random changes."""
    choose = random.Random(seed)
    collection = {**ITEM, "type": "Collection", "item_assets": ITEM["assets"]}
    for _ in range(count):
        document = copy.deepcopy(choose.choice([ITEM, ITEM, collection, {**ITEM, "type": "Catalog"}]))
        for _ in range(choose.randint(1, 3)):
            holders = [value for value in _objects(document)]
            holder = choose.choice(holders)
            if isinstance(holder, dict):
                key: Any = choose.choice([*KEYS, *holder])
            elif holder:
                key = choose.randrange(len(holder))
            else:
                continue
            if isinstance(holder, dict) and key in holder and choose.random() < 0.3:
                del holder[key]
            else:
                holder[key] = copy.deepcopy(choose.choice(WORDS))
        yield document


def _objects(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _objects(item)


@pytest.mark.parametrize("uri", RENDITIONS)
def test_own_renditions_give_the_published_verdict(
    uri: str, own: JsonSchemaEngine, reference: JsonSchemaEngine
) -> None:
    verdicts = [0, 0]
    for document in mutants(600, seed=7):
        ours, theirs = bool(own.problems(uri, document)), bool(reference.problems(uri, document))
        assert ours == theirs, document
        verdicts[ours] += 1
    assert min(verdicts) > 50  # both verdicts were reached, or nothing was compared


def test_jsonschema_is_of_the_same_mind(own: JsonSchemaEngine) -> None:
    """python-jsonschema with all formats is the oracle for jsonschema-rs."""
    from jsonschema import Draft7Validator, Draft202012Validator
    from referencing import Registry, Resource

    schemas = {uri: own.schema(uri) for uri in own._schemas}
    registry: Any = Registry().with_resources(
        [(uri, Resource.from_contents(schema)) for uri, schema in schemas.items()]
    )
    judged = (schema_sources.ITEM, schema_sources.COLLECTION, *RENDITIONS, schema_sources.KFM_ITEM)
    oracles = {}
    for uri in judged:
        kind = Draft202012Validator if "2020" in schemas[uri]["$schema"] else Draft7Validator
        oracles[uri] = kind(schemas[uri], registry=registry, format_checker=kind.FORMAT_CHECKER)
    verdicts = [0, 0]
    for document in mutants(150, seed=11):
        for uri in judged:
            refused = bool(own.problems(uri, document))
            assert refused == (not oracles[uri].is_valid(document)), (uri, document)
            verdicts[refused] += 1
    assert min(verdicts) > 50


def shacl_cases() -> list[Path]:
    files = sorted((DATA / "shacl-core").rglob("*.ttl"))
    return [path for path in files if b"sht:Validate" in path.read_bytes()]


@pytest.mark.parametrize("path", shacl_cases(), ids=lambda path: path.relative_to(DATA).as_posix())
def test_the_w3c_core_suite(path: Path) -> None:
    """All 98 cases pass; there is no known difference to list."""
    from rdflib import Graph, Namespace
    from rdflib.namespace import RDF, SH

    from kfm_gates.engines.shacl_core import parse_turtle, run_pyshacl

    sht, mf = (
        Namespace("http://www.w3.org/ns/shacl-test#"),
        Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"),
    )

    def load(file: Path) -> Graph:
        base = file.as_uri()
        return parse_turtle(file.name, f"@base <{base}> .\n" + file.read_text())

    graph = load(path)
    for test in graph.subjects(RDF.type, sht.Validate):
        action = graph.value(test, mf.action)
        wanted = graph.value(test, mf.result)
        parts = []
        for role in (sht.dataGraph, sht.shapesGraph):
            where = str(graph.value(action, role)).removeprefix("file://")
            parts.append(graph if Path(where) == path else load(Path(where)))
        conforms, report = run_pyshacl(parts[0], parts[1])
        if wanted == sht.Failure:
            continue
        assert conforms is (str(graph.value(wanted, SH.conforms)) == "true")
        got = Counter(_focus(report, node) for node in report.objects(None, SH.result))
        assert got == Counter(_focus(graph, node) for node in graph.objects(wanted, SH.result))


def _focus(graph: Any, result: Any) -> tuple[str, str]:
    """A result's focus node (blank nodes are all alike) and its constraint."""
    from rdflib import BNode
    from rdflib.namespace import SH

    node = graph.value(result, SH.focusNode)
    shown = "blank" if isinstance(node, BNode) else str(node)
    return shown, str(graph.value(result, SH.sourceConstraintComponent))
