"""A check that was replaced by one that always passes, or an engine that does, is found before each run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kfm_gates.checks.api import About, Outcome, PythonCheck
from kfm_gates.engines.interface import (
    RegoAnswer,
    RegoEngine,
    SchemaEngine,
    SchemaProblem,
    ShapeResult,
    ShapesAnswer,
    ShapesEngine,
    Variant,
)
from kfm_gates.errors import EngineError
from kfm_gates.facts.container import Facts
from kfm_gates.judge.known_answers import prove
from kfm_gates.model.finding import OK, Json, Place, Status, Verdict, deny, finding
from tests.support.judging import engines, suite
from tests.support.repository import check_ids, checks, profile_of

PYTHON = [id for id in check_ids() if checks()[id].about.kind == "python"]
RULES = [id for id in check_ids() if checks()[id].about.kind == "rego"]
SHAPES = [id for id in check_ids() if checks()[id].about.kind == "shacl"]


def _prove(id: str, *, check: Any = None, given: Mapping[Any, object] | None = None) -> None:
    """The known-answer tests of one check, with the check or some engines replaced."""
    judging = profile_of(id)
    narrowed = dataclasses.replace(suite(judging), checks={id: check or suite(judging).checks[id]})
    replaced: Any = SimpleNamespace(given={**engines(judging).given, **(given or {})})
    prove(narrowed, replaced)


class Fixed:
    """A check that always comes to the same outcome."""

    def __init__(self, about: About, outcome: Outcome) -> None:
        self.about, self.outcome = about, outcome

    def run(self, facts: Facts, settings: Mapping[str, Any]) -> Outcome:
        return self.outcome


def _always(verdict: Verdict | None, check: Any) -> PythonCheck:
    return dataclasses.replace(check, function=lambda *_, **__: verdict)


class FixedRules:
    """A Rego engine that gives every input the same answer."""

    name, version = "fixed", "0"

    def __init__(self, allow: bool | None, deny: tuple[Json, ...] = ()) -> None:
        self.answer = RegoAnswer(allow, deny)

    def judge(self, package: str, input: Json) -> RegoAnswer:
        return self.answer


class FixedVariants:
    """A Rego engine that says of changed inputs what it is told, whatever the rules say."""

    def __init__(self, unchanged: bool, changed: bool) -> None:
        self.unchanged, self.changed = unchanged, changed

    def ask_variants(
        self, package: str, input: Json, variants: Sequence[Variant], text: str | None = None
    ) -> Callable[[], tuple[bool, ...]]:
        return lambda: tuple(self.unchanged if each == Variant() else self.changed for each in variants)


class FixedShapes:
    """A SHACL engine that gives every graph the same answer."""

    def __init__(self, focus_nodes: int, message: str = "") -> None:
        self.focus_nodes, self.message = focus_nodes, message

    def ask(self, documents: Mapping[str, Json], shape_files: Sequence[Path]) -> Callable[[], ShapesAnswer]:
        counts = {file.as_posix(): {"urn:shape": self.focus_nodes} for file in shape_files}
        results = [
            ShapeResult(file.as_posix(), "urn:node", None, None, self.message, "Violation")
            for file in shape_files
        ]
        return lambda: ShapesAnswer(tuple(results) if self.message else (), counts)


class NoProblems:
    """A JSON Schema engine that finds nothing wrong."""

    def problems(self, uri: str, instance: Json) -> tuple[SchemaProblem, ...]:
        return ()

    def knows(self, uri: str) -> bool:
        return True


@pytest.mark.parametrize("id", check_ids())
class TestAnyCheck:
    def test_as_it_is_gives_the_known_answers(self, id: str) -> None:
        _prove(id)

    @pytest.mark.parametrize("status", [Status.PASS, Status.WAIVED, Status.ABSTAIN, Status.ERROR])
    def test_that_never_denies_is_found(self, id: str, status: Status) -> None:
        with pytest.raises(EngineError, match=id):
            _prove(id, check=Fixed(checks()[id].about, Outcome(status, 1)))

    def test_that_always_denies_is_found(self, id: str) -> None:
        reason = finding(Place("x"), "no", found=1, expected="2", hint="")
        with pytest.raises(EngineError, match=id):
            _prove(id, check=Fixed(checks()[id].about, Outcome(Status.DENY, 1, (reason,))))

    def test_that_raises_is_found(self, id: str) -> None:
        class Raises(Fixed):
            def run(self, facts: Facts, settings: Mapping[str, Any]) -> Outcome:
                raise SystemExit(0)

        with pytest.raises(EngineError, match=id):
            _prove(id, check=Raises(checks()[id].about, Outcome(Status.PASS, 1)))


@pytest.mark.parametrize("id", PYTHON)
@pytest.mark.parametrize("verdict", [OK, None, deny(Place("x"), "no", found=1, expected="2", hint="")])
def test_a_function_with_one_verdict_is_found(id: str, verdict: Verdict | None) -> None:
    with pytest.raises(EngineError, match=id):
        _prove(id, check=_always(verdict, checks()[id]))


@pytest.mark.parametrize("id", RULES)
@pytest.mark.parametrize(
    "engine",
    [
        FixedRules(True),
        FixedRules(None),
        FixedRules(False),
        FixedRules(True, ("no",)),
        FixedRules(False, ("no",)),
    ],
    ids=["allows", "undefined", "denies without reason", "contradicts itself", "denies"],
)
def test_a_rego_engine_with_one_answer_is_found(id: str, engine: FixedRules) -> None:
    with pytest.raises(EngineError, match=id):
        _prove(id, given={RegoEngine: engine})


@pytest.mark.parametrize("unchanged", [True, False])
@pytest.mark.parametrize("changed", [True, False])
def test_an_engine_that_says_the_same_of_every_changed_input_is_found(unchanged: bool, changed: bool) -> None:
    with pytest.raises(EngineError, match=r"sensitivity\.default_deny"):
        _prove("sensitivity.default_deny", given={RegoEngine: FixedVariants(unchanged, changed)})


@pytest.mark.parametrize("id", SHAPES)
@pytest.mark.parametrize(
    "engine",
    [FixedShapes(1), FixedShapes(0), FixedShapes(1, "no")],
    ids=["conforms", "looks at nothing", "denies"],
)
def test_a_shacl_engine_with_one_answer_is_found(id: str, engine: FixedShapes) -> None:
    with pytest.raises(EngineError, match=id):
        _prove(id, given={ShapesEngine: engine})


def test_a_schema_engine_that_finds_nothing_wrong_is_found() -> None:
    with pytest.raises(EngineError, match=r"catalog\.stac"):
        _prove("catalog.stac", given={SchemaEngine: NoProblems()})


def test_a_sample_is_needed_for_every_check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from kfm_gates.judge import known_answers

    monkeypatch.setattr(known_answers, "SAMPLES", tmp_path)
    known_answers.sample.cache_clear()
    try:
        with pytest.raises(EngineError, match="no sample"):
            _prove(check_ids()[0])
    finally:
        known_answers.sample.cache_clear()
