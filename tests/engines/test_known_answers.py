from __future__ import annotations

import dataclasses

import pytest

from kfm_gates.engines import known_answers, rego_service
from kfm_gates.engines.interface import RegoAnswer
from kfm_gates.errors import EngineError


@pytest.mark.parametrize("question", known_answers.QUESTIONS, ids=lambda question: question.name)
def test_the_installed_engine_answers_right(question: known_answers.Question) -> None:
    known_answers.prove((question,))


def test_there_are_enough_and_their_names_differ() -> None:
    assert len({question.name for question in known_answers.QUESTIONS}) == len(known_answers.QUESTIONS) >= 40


@pytest.mark.parametrize("question", known_answers.QUESTIONS, ids=lambda question: question.name)
def test_an_engine_that_always_passes_fails_each_that_must_not(question: known_answers.Question) -> None:
    class Passing(known_answers.Question):
        def ask(self) -> RegoAnswer:
            return RegoAnswer(True, ())

    fake = Passing(**{field.name: getattr(question, field.name) for field in dataclasses.fields(question)})
    if question.expected == RegoAnswer(True, ()):
        known_answers.prove((fake,))
        return
    with pytest.raises(EngineError, match="failed its known-answer tests"):
        known_answers.prove((fake,))


def test_a_wrong_answer_stops_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    def lie(self: known_answers.Question) -> RegoAnswer:
        return RegoAnswer(None, ())

    monkeypatch.setattr(known_answers.Question, "ask", lie)
    with pytest.raises(EngineError, match="false stays boolean"):
        rego_service.serve({"op": "load", "policies": [], "data": None})


def test_nothing_is_judged_before_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rego_service, "_loaded", None)
    with pytest.raises(EngineError, match="before policies were loaded"):
        rego_service.serve({"op": "judge", "package": "x", "input": {}})
