"""JSON-LD: nothing fetched, nothing lost, each problem with its pointer."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.engines import jsonld
from kfm_gates.errors import EngineError

DOCUMENT = {
    "@context": {
        "dct": "http://purl.org/dc/terms/",
        "kfm": "https://w3id.org/kfm/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "title": "dct:title",
        "license": {"@id": "dct:license", "@type": "@id"},
        "issued": {"@id": "dct:issued", "@type": "xsd:dateTime"},
    },
    "@graph": [
        {
            "@id": "kfm://dataset_version/a/b",
            "@type": ["kfm:Version", "https://example.org/T"],
            "title": ["a", {"@value": "b", "@language": "en"}],
            "dct:title": "a",
            "license": "https://spdx.org/licenses/MIT",
            "issued": "2024-01-01T00:00:00Z",
            "kfm:size": {"@value": "0064", "@type": "xsd:integer"},
            "kfm:n": [1, 2.5, True],
            "kfm:file": {"@id": "kfm://file/x", "kfm:of": {"@id": "kfm:local"}},
        }
    ],
}
NODE = "/@graph/0"


def changed(**node: object) -> dict[str, object]:
    document: dict[str, Any] = copy.deepcopy(dict(DOCUMENT))
    document["@graph"][0].update({key.replace("__", ":"): value for key, value in node.items()})
    return document


def pointers(document: object) -> list[str]:
    return [problem.pointer for problem in jsonld.problems(document)]


def test_a_good_document_loses_nothing() -> None:
    assert jsonld.problems(DOCUMENT) == ()
    graph = jsonld.to_graph(DOCUMENT)
    assert len(graph) == len(jsonld.triples(DOCUMENT)) == 12
    text = {(str(p), str(o)) for _, p, o in graph}
    assert ("https://w3id.org/kfm/ns#size", "0064") in text  # literals keep their spelling
    assert ("https://w3id.org/kfm/ns#file", "kfm://file/x") in text  # a scheme is no prefix
    assert ("https://w3id.org/kfm/ns#of", "https://w3id.org/kfm/ns#local") in text


def test_a_document_of_one_node_needs_no_graph_keyword() -> None:
    document = {"@context": {"t": "urn:t:"}, "@id": "urn:t:a", "t:p": "x"}
    assert len(jsonld.to_graph(document)) == 1


@pytest.mark.parametrize(
    ("context", "pointer"),
    [
        (None, "/@context"),
        ("https://www.w3.org/ns/prov", "/@context"),
        ("/etc/passwd", "/@context"),
        ([{}, "https://www.w3.org/ns/prov"], "/@context"),
        ({"@import": "https://example.org/c"}, "/@context/@import"),
        ({"@vocab": "https://example.org/"}, "/@context/@vocab"),
        ({"@base": "https://example.org/"}, "/@context/@base"),
        ({"t": {"@id": "urn:t:", "@context": "https://example.org/c"}}, "/@context/t"),
        ({"t": {"@id": "urn:t:", "@container": "@list"}}, "/@context/t"),
        ({"t": {"@reverse": "urn:t:"}}, "/@context/t"),
        ({"t": {"@id": "urn:t:", "@type": "@vocab"}}, "/@context/t"),
        ({"t": None}, "/@context/t"),
        ({"t": "relative"}, "/@context/t"),
        ({"t": "_:b"}, "/@context/t"),
        ({"a/b": "urn:t:"}, "/@context/a~1b"),
    ],
)
def test_contexts_that_are_refused(context: object, pointer: str) -> None:
    assert pointers({"@context": context, "@graph": []}) == [pointer]
    with pytest.raises(EngineError, match="without loss"):
        jsonld.to_graph({"@context": context, "@graph": []})


@pytest.mark.parametrize(
    ("document", "at"),
    [
        (changed(licence="x"), [f"{NODE}/licence"]),
        (changed(foo__bar="x"), [f"{NODE}/foo:bar"]),
        (changed(dct__="x"), [f"{NODE}/dct:"]),
        (changed(title__x="x"), [f"{NODE}/title:x"]),
        (changed(title=None), [f"{NODE}/title"]),
        (changed(title=[]), [f"{NODE}/title"]),
        (changed(title=[["x"]]), [f"{NODE}/title/0"]),
        (changed(license="relative"), [f"{NODE}/license"]),
        (changed(license="kfm://run/<placeholder>"), [f"{NODE}/license"]),
        (changed(license=1), [f"{NODE}/license"]),
        (changed(**{"@id": "relative"}), [f"{NODE}/@id"]),
        (changed(**{"@id": "_:b"}), [f"{NODE}/@id"]),
        (changed(**{"@id": "kfm://file/a b"}), [f"{NODE}/@id"]),
        (changed(**{"@id": None}), [f"{NODE}/@id"]),
        (changed(**{"@type": "Nope"}), [f"{NODE}/@type"]),
        (changed(**{"@type": ["kfm:A", 1]}), [f"{NODE}/@type/1"]),
        (changed(**{"@type": []}), [f"{NODE}/@type"]),
        (changed(**{"@context": {}}), [f"{NODE}/@context"]),
        (changed(**{"@reverse": {}}), [f"{NODE}/@reverse"]),
        (changed(**{"@idd": "x"}), [f"{NODE}/@idd"]),
        (changed(kfm__file={"kfm:of": "x"}), [f"{NODE}/kfm:file"]),
        (changed(kfm__file={"@list": ["x"]}), [f"{NODE}/kfm:file", f"{NODE}/kfm:file/@list"]),
        (changed(kfm__x={"@value": None}), [f"{NODE}/kfm:x/@value"]),
        (changed(kfm__x={"@value": "x", "@type": "no"}), [f"{NODE}/kfm:x/@type"]),
        (changed(kfm__x={"@value": "x", "@language": ""}), [f"{NODE}/kfm:x/@language"]),
        (changed(kfm__x={"@value": "x", "kfm:y": "x"}), [f"{NODE}/kfm:x/kfm:y"]),
        ({**DOCUMENT, "title": "x"}, ["/title"]),
        ({**DOCUMENT, "@graph": []}, ["/@graph"]),
        ({**DOCUMENT, "@graph": ["x"]}, ["/@graph/0"]),
        ([DOCUMENT], [""]),
        (None, [""]),
    ],
)
def test_problems_have_their_pointer(document: object, at: list[str]) -> None:
    assert pointers(document) == at
    with pytest.raises(EngineError):
        jsonld.to_graph(document)


def test_deep_nesting_is_a_problem_not_a_crash() -> None:
    node: dict[str, object] = {"@id": "urn:t:x"}
    for _ in range(100):
        node = {"@id": "urn:t:x", "t:p": node}
    found = jsonld.problems({"@context": {"t": "urn:t:"}, "@graph": [node]})
    assert any("deeper" in problem.message for problem in found)


def test_a_lost_triple_is_an_engine_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "dumps", lambda value, **_: '{"@id": "urn:a", "urn:b": "c"}')
    with pytest.raises(EngineError, match="made 1 triples of a JSON-LD document that states 12"):
        jsonld.to_graph(DOCUMENT)


def test_no_network_and_no_file_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The graph does not depend on the current directory."""
    before = {str(term) for triple in jsonld.to_graph(DOCUMENT) for term in triple}
    monkeypatch.chdir(tmp_path)
    assert {str(term) for triple in jsonld.to_graph(DOCUMENT) for term in triple} == before
    assert not any(str(tmp_path) in term for term in before)
