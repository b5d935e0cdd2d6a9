"""The published form of a rule's input: what is supplied has it, and what has not is never judged."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema_rs
import pytest

from kfm_gates.checks.rego_check import RegoCheck
from kfm_gates.checks.rego_input import InputForm, published
from kfm_gates.engines.interface import RegoAnswer, RegoEngine
from kfm_gates.errors import EngineError
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Memory, Snapshot
from kfm_gates.evidence.subjects import discover
from kfm_gates.facts.container import Facts
from kfm_gates.facts.named import names
from kfm_gates.judge.session import given_facts
from tests.support.judging import EVALUATED_AT, engines, kansas, suite

RULES = {rule.about.id: rule for rule in suite().rules}


def supplied(rule: RegoCheck) -> list[dict[str, Any]]:
    """The inputs that a rule gets for the example."""
    seen: list[dict[str, Any]] = []

    class Listening:
        name, version = "listening", "0"

        def judge(self, package: str, input: dict[str, Any]) -> RegoAnswer:
            seen.append(copy.deepcopy(input))
            return RegoAnswer(True, ())

    layout, snapshot = Layout.kfm_v1(), Snapshot(Memory(kansas()))
    for subject in discover(snapshot, layout):
        given = given_facts(
            suite(), engines().given, snapshot, layout, Index(snapshot, layout), subject, EVALUATED_AT
        )
        facts = Facts({**given, RegoEngine: Listening()})
        rule.run(facts, suite().settings(rule.about.id, subject.id))
    return seen


@pytest.mark.parametrize("id", RULES)
def test_what_is_supplied_fits_and_what_is_changed_does_not(id: str) -> None:
    form = RULES[id].form
    for document in supplied(RULES[id]):
        form.check(document)
        for name in document:
            for other in ({**document, name: True}, {k: v for k, v in document.items() if k != name}):
                with pytest.raises(EngineError, match=f"{id}: its input does not have the published form"):
                    form.check(other)
        with pytest.raises(EngineError, match="was not judged"):
            form.check({**document, "allow": True})


def test_settings_keep_their_type() -> None:
    form = InputForm("acme.own", (), {"number": 5, "words": ["a"], "switch": False})
    good = {
        "settings": {"number": 6, "words": [], "switch": True},
        "subject": {"slug": "a", "version": "b"},
        "evaluated_at": EVALUATED_AT,
    }
    form.check(good)
    for changed in ({"number": "6"}, {"number": True}, {"words": "a"}, {"switch": 1}):
        with pytest.raises(EngineError):
            form.check({**good, "settings": {**good["settings"], **changed}})


def test_an_input_that_does_not_fit_is_an_error_of_the_check() -> None:
    class Never:
        name, version = "never", "0"

        def judge(self, package: str, input: object) -> RegoAnswer:
            raise AssertionError("an engine saw an input that does not fit")

    rule = RULES["rights.license"]
    layout, snapshot = Layout.kfm_v1(), Snapshot(Memory(kansas()))
    subject = discover(snapshot, layout)[0]
    given = given_facts(
        suite(), engines().given, snapshot, layout, Index(snapshot, layout), subject, EVALUATED_AT
    )
    with pytest.raises(EngineError, match="does not have the published form"):
        rule.run(Facts({**given, RegoEngine: Never()}), {})


def test_the_published_schema_stands_for_itself() -> None:
    schema = published({id: rule.form for id, rule in RULES.items()})
    assert {f"evidence.{name}" for name in names()} <= schema["$defs"].keys()
    for id, rule in RULES.items():
        whole = {**schema, "$ref": f"#/$defs/rule.{id}"}
        validator = jsonschema_rs.validator_for(whole, offline=True)
        for document in supplied(rule):
            assert validator.is_valid(document)
            assert not validator.is_valid({**document, "more": 1})
