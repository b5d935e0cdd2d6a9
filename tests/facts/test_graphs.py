from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.engines.interface import ShapesAnswer, ShapesEngine
from kfm_gates.errors import EngineError
from kfm_gates.facts.container import Unmet
from kfm_gates.facts.given import ShapeChecks
from kfm_gates.facts.graphs import GraphReport
from tests.support.judging import kansas, suite

from .catalog_trees import changed
from .on_trees import facts, path

SHAPES = ShapeChecks(
    {"a.dcat": Path("a/dcat.ttl"), "b.dcat": Path("b/dcat.ttl"), "a.prov": Path("a/prov.ttl"), "a.both": Path("a/both.ttl")},
    {"a.dcat": ("dcat",), "b.dcat": ("dcat",), "a.prov": ("prov",), "a.both": ("dcat", "prov")},
)  # fmt: skip


class Remembers:
    """Remembers what it was asked: the documents and the shape files of each call."""

    def __init__(self) -> None:
        self.calls: dict[tuple[str, ...], list[str]] = {}
        self.count = 0

    def ask(self, documents: Mapping[str, Any], shape_files: Sequence[Path]) -> Callable[[], ShapesAnswer]:
        self.count += 1
        self.calls[tuple(documents)] = [file.as_posix() for file in shape_files]
        return lambda: ShapesAnswer((), {})


def answered(found: GraphReport, shapes: ShapeChecks = SHAPES) -> dict[tuple[str, ...], str | None]:
    """Ask for every group of documents: None for an answer, else the check that explains why there is none."""
    outcome: dict[tuple[str, ...], str | None] = {}
    for names in shapes.evidence.values():
        try:
            outcome[names] = None if found.answer(names) else "no graph"
        except Unmet as unmet:
            outcome[names] = unmet.because
    return outcome


def report(tree: Mapping[str, bytes], engine: Any, shapes: ShapeChecks = SHAPES) -> GraphReport:
    about = facts(tree)
    about.given = {**about.given, ShapesEngine: engine, ShapeChecks: shapes}
    return about.get(GraphReport)


def test_shapes_see_the_documents_that_they_name_and_share_a_call() -> None:
    engine = Remembers()
    found = report(kansas(), engine)
    assert not engine.calls, "nothing is computed before it is asked for"
    answered(found)
    answered(found)
    assert engine.calls == {
        ("dcat",): ["a/dcat.ttl", "b/dcat.ttl"],
        ("prov",): ["a/prov.ttl"],
        ("dcat", "prov"): ["a/both.ttl"],
    }
    assert engine.count == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update({"@context": "https://www.w3.org/ns/dcat.jsonld"}),
        lambda d: d["@graph"].clear(),
        lambda d: d["@graph"][0].update(licence="ISC"),
        lambda d: d["@graph"][0].update({"kfm:stac": {"@id": "a/relative.json"}}),
        lambda d: d["@graph"].append({"@id": "_:b0"}),
    ],
)
def test_a_document_that_is_no_graph_is_not_given_to_an_engine(change: Any) -> None:
    engine = Remembers()
    found = report(changed(path("dcat"), change), engine)
    assert answered(found) == {("dcat",): "no graph", ("prov",): None, ("dcat", "prov"): "no graph"}
    assert set(engine.calls) == {("prov",)}
    dcat, prov = found.documents(("dcat", "prov"))
    assert dcat.form.findings or dcat.problems
    assert not prov.problems


@pytest.mark.parametrize(("data", "because"), [(None, "evidence.present"), (b"{", "evidence.wellformed")])
def test_a_document_that_can_not_be_read_is_said_elsewhere(data: bytes | None, because: str) -> None:
    tree = dict(kansas())
    del tree[path("dcat")]
    engine = Remembers()
    found = report(tree if data is None else {**tree, path("dcat"): data}, engine)
    assert answered(found) == {("dcat",): because, ("prov",): None, ("dcat", "prov"): because}
    assert set(engine.calls) == {("prov",)}


def test_an_engine_that_fails_is_not_an_answer() -> None:
    class Fails:
        def ask(self, documents: Any, shape_files: Any) -> Callable[[], ShapesAnswer]:
            raise EngineError("no")

    with pytest.raises(EngineError):
        answered(report(kansas(), Fails()))


def test_the_suite_names_its_shapes() -> None:
    assert suite().shapes.evidence == {"catalog.dcat": ("dcat",), "catalog.prov": ("prov",)}
