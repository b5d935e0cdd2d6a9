from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kfm_gates.checks.api import Outcome
from kfm_gates.checks.shacl_check import read_shacl_check
from kfm_gates.engines.interface import ShapeResult, ShapesAnswer, ShapesEngine
from kfm_gates.errors import EngineError, UsageError
from kfm_gates.facts.given import ShapeChecks
from kfm_gates.judge.known_answers import prove
from kfm_gates.model.finding import Status
from tests.facts.catalog_trees import changed, node
from tests.facts.on_trees import facts, path, subject
from tests.support.judging import REPOSITORY, engines, kansas, suite

DCT = "http://purl.org/dc/terms/"
VERSION = f"kfm://dataset_version/{subject().id}"
DCAT = read_shacl_check("catalog.dcat", REPOSITORY / "shapes" / "catalog" / "dcat.ttl")
FILE = DCAT.file.as_posix()


class Fixed:
    """A SHACL engine with one answer."""

    def __init__(self, counts: Mapping[str, Mapping[str, int]], *results: ShapeResult) -> None:
        self.answer = ShapesAnswer(results, counts)

    def ask(self, documents: Mapping[str, Any], shape_files: Sequence[Path]) -> Callable[[], ShapesAnswer]:
        return lambda: self.answer


def outcome(engine: Any, tree: Mapping[str, bytes] | None = None) -> Outcome:
    about = facts(kansas() if tree is None else tree)
    shapes = ShapeChecks({"catalog.dcat": DCAT.file}, {"catalog.dcat": ("dcat",)})
    about.given = {**about.given, ShapesEngine: engine, ShapeChecks: shapes}
    return DCAT.run(about, {})


def result(focus: str, at: str | None, value: str | None) -> ShapeResult:
    return ShapeResult(FILE, focus, at, value, "It must not be so.", "Violation")


def test_no_result_and_a_focus_node_for_each_shape_is_a_pass() -> None:
    assert outcome(Fixed({FILE: {"urn:a": 1, "urn:b": 2}})) == Outcome(Status.PASS, 3)


def test_a_shape_that_looked_at_nothing_denies() -> None:
    found = outcome(Fixed({FILE: {"urn:a": 1, "urn:shapes#B": 0}}))
    assert found.status is Status.DENY
    assert [each.message for each in found.findings] == [
        "Nothing in this document is what the shape B looks at"
    ]


@pytest.mark.parametrize("counts", [{}, {FILE: {}}, {"other.ttl": {"urn:a": 1}}])
def test_without_a_focus_node_nothing_is_proven(counts: Mapping[str, Mapping[str, int]]) -> None:
    assert outcome(Fixed(counts)).status is Status.ERROR


@pytest.mark.parametrize("severity", ["Violation", "Warning", "Info"])
def test_a_result_of_any_severity_denies(severity: str) -> None:
    one = dataclasses.replace(result(VERSION, None, None), severity=severity)
    assert outcome(Fixed({FILE: {"urn:a": 1}}, one)).status is Status.DENY


def test_results_of_other_files_are_not_told_twice() -> None:
    one = dataclasses.replace(result(VERSION, None, None), shape_file="other.ttl")
    assert outcome(Fixed({FILE: {"urn:a": 1}}, one)).status is Status.PASS


@pytest.mark.parametrize(
    ("focus", "at", "value", "pointer", "found"),
    [
        (VERSION, DCT + "title", "x", "/@graph/0/dct:title", "x"),
        (VERSION, DCT + "title", "", "/@graph/0/dct:title", "an empty text"),
        (VERSION, DCT + "identifier", None, "/@graph/0/dct:identifier", f'"{subject().version}"'),
        (VERSION, DCT + "absent", None, "/@graph/0", "nothing"),
        (VERSION, None, VERSION, "/@graph/0", VERSION),
        ("urn:not-here", DCT + "title", "x", "", "x"),
    ],
)
def test_a_finding_names_the_node_and_the_key(
    focus: str, at: str | None, value: str | None, pointer: str, found: str
) -> None:
    (finding,) = outcome(Fixed({FILE: {"urn:a": 1}}, result(focus, at, value))).findings
    assert (finding.place.file, finding.place.pointer, finding.found) == (path("dcat"), pointer, found)


@pytest.mark.parametrize("change", [{"licence": "ISC"}, {"@id": ""}], ids=["key is lost", "no IRI"])
def test_json_ld_that_would_lose_something_is_not_shown_to_an_engine(change: dict[str, str]) -> None:
    found = outcome(None, changed(path("dcat"), lambda d: d["@graph"][0].update(change)))
    assert found == Outcome(Status.ABSTAIN, because=("catalog.jsonld",))


def test_what_dcat_does_not_say_is_not_made_good_by_prov() -> None:
    licence = {"@id": VERSION, "dct:license": {"@id": "https://spdx.org/licenses/ISC"}}
    tree = changed(path("dcat"), lambda d: node(d, VERSION).pop("dct:license"))
    tree = changed(path("prov"), lambda d: d["@graph"].append(licence), tree)
    about = facts(tree)
    about.given = {**about.given, ShapesEngine: engines().given[ShapesEngine], ShapeChecks: suite().shapes}
    found = suite().checks["catalog.dcat"].run(about, {})
    assert [each.message.partition(",")[0] for each in found.findings] == [
        "The dataset must have exactly one license"
    ]


def test_results_with_and_without_a_path_are_told_together() -> None:
    """Both at one node: an absent path must not upset the order of the results."""
    run = "kansas-counties-transform"
    tree = changed(path("prov"), lambda d: node(d, run).update({"@type": ["prov:Activity", "prov:Entity"]}))
    about = facts(tree)
    about.given = {**about.given, ShapesEngine: engines().given[ShapesEngine], ShapeChecks: suite().shapes}
    found = suite().checks["catalog.prov"].run(about, {})
    assert [each.place.pointer for each in found.findings] == ["/@graph/1", "/@graph/1"]


@pytest.mark.parametrize("id", ["catalog.dcat", "catalog.prov"])
def test_an_engine_that_always_conforms_is_found_before_each_run(id: str) -> None:
    class Conforms:
        def ask(
            self, documents: Mapping[str, Any], shape_files: Sequence[Path]
        ) -> Callable[[], ShapesAnswer]:
            return lambda: ShapesAnswer((), {file.as_posix(): {"urn:shape": 1} for file in shape_files})

    narrowed = dataclasses.replace(suite(), checks={id: suite().checks[id]})
    stub: Any = SimpleNamespace(given={**engines().given, ShapesEngine: Conforms()})
    with pytest.raises(EngineError, match="does not deny a bad sample"):
        prove(narrowed, stub)


def test_a_shape_that_asks_for_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    text = DCAT.file.read_text("utf-8").replace("evidence: [dcat]", "evidence: [spec]")
    (tmp_path / "x.ttl").write_text(text, "utf-8")
    with pytest.raises(UsageError, match="no JSON-LD document"):
        read_shacl_check("x.y", tmp_path / "x.ttl")
