"""The Rego engine as callers see it: its verdicts, and what ends as EngineError."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from kfm_gates.engines.interface import RegoAnswer, RegoEngine, Variant
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.regorus_engine import RegorusEngine
from kfm_gates.errors import EngineError

from .rego_samples import DATA, PACKAGE, policy, spec

BOMBS = """default allow := false

allow if count(deny) == 0

deny contains "x" if {
	input.do == "loop"
	some a in numbers.range(1, 4000)
	some b in numbers.range(1, 4000)
	a * b == 0
}

deny contains "x" if {
	input.do == "hog"
	count([[a, b] | some a in numbers.range(1, 100000); some b in numbers.range(1, 100000)]) == 1
}

deny contains "x" if {
	input.do == "recurse"
	deep(input.do) == 1
}

deny contains "x" if {
	input.do == "error"
	to_number("x") == 1
}

deep(x) := deep(x)
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[RegorusEngine]:
    with RegorusEngine([policy()], DATA) as started:
        yield started


def test_it_is_a_rego_engine(engine: RegorusEngine) -> None:
    plain: RegoEngine = engine
    assert plain.name == "regorus"
    assert plain.version[0].isdigit()


def test_a_pass_and_a_denial(engine: RegorusEngine) -> None:
    assert engine.judge(PACKAGE, spec("CC0-1.0")) == RegoAnswer(True, ())
    answer = engine.judge(PACKAGE, spec("GPL"))
    assert answer == RegoAnswer(False, ({"at": "spec#/rights/license", "msg": "GPL is not listed"},))
    assert not answer.opens


@pytest.mark.parametrize("document", [{}, {"spec": None}, spec(None), spec(False), spec(""), {"spec": []}])
def test_nothing_passes_on_bad_input(engine: RegorusEngine, document: object) -> None:
    assert not engine.judge(PACKAGE, document).opens


def test_the_input_of_one_call_is_not_seen_by_the_next(engine: RegorusEngine) -> None:
    assert engine.judge(PACKAGE, spec("CC0-1.0")).opens
    assert not engine.judge(PACKAGE, {}).opens


@pytest.mark.parametrize("document", [None, [], "x", 1, {"kfm_gates_nonce": "x"}, {"s": "\ud800"}])
def test_what_is_no_input_is_an_engine_error(engine: RegorusEngine, document: object) -> None:
    with pytest.raises(EngineError):
        engine.judge(PACKAGE, document)
    assert engine.judge(PACKAGE, spec("CC0-1.0")).opens


def test_too_deep_input_is_an_engine_error(engine: RegorusEngine) -> None:
    deep: object = 1
    for _ in range(200):
        deep = [deep]
    with pytest.raises(EngineError):
        engine.judge(PACKAGE, {"deep": deep})


def test_an_unknown_package_is_an_engine_error(engine: RegorusEngine) -> None:
    with pytest.raises(EngineError, match=r"no policy package kfm\.rights\.licence"):
        engine.judge("kfm.rights.licence", {})


def test_a_bad_policy_is_refused_at_the_first_use() -> None:
    with (
        RegorusEngine([policy(policy().text, head="")], {}) as engine,
        pytest.raises(
            EngineError,
            match=r"rego/rights/license\.rego:18:44: `data\.kfm_data\.licenses` is not in the data",
        ),
    ):
        engine.judge(PACKAGE, {})


@pytest.mark.parametrize(
    ("what", "words"), [("loop", "took too long"), ("hog", "worker"), ("recurse", "worker")]
)
def test_crash_loop_and_hog_end_in_engine_error_and_the_next_call_works(what: str, words: str) -> None:
    limits = Limits(memory_bytes=700_000_000, request_seconds=3)
    with RegorusEngine([policy(BOMBS)], limits=limits) as engine:
        with pytest.raises(EngineError, match=words):
            engine.judge(PACKAGE, {"do": what})
        assert engine.judge(PACKAGE, {"do": "nothing"}).opens


def test_a_builtin_error_names_file_and_line() -> None:
    with RegorusEngine([policy(BOMBS)]) as engine:
        with pytest.raises(
            EngineError, match=r"rego/rights/license\.rego:37:\d+: could not parse string as number"
        ):
            engine.judge(PACKAGE, {"do": "error"})
        assert engine.judge(PACKAGE, {}).opens


def test_kill_9_ends_in_engine_error_and_the_next_call_works() -> None:
    with RegorusEngine([policy()], DATA) as engine:
        assert engine.judge(PACKAGE, spec("CC0-1.0")).opens
        worker = engine._worker
        assert worker is not None and worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(EngineError, match="SIGKILL"):
            engine.judge(PACKAGE, spec("CC0-1.0"))
        assert engine.judge(PACKAGE, spec("CC0-1.0")).opens


class TestVariants:
    """What opens when something is left out of an input, or put into it."""

    def test_each_variant_has_its_answer(self, engine: RegorusEngine) -> None:
        variants = [
            Variant(),
            Variant(without=("spec",)),
            Variant(put={"spec": None}),
            Variant(put={"more": 1}),
        ]
        ask = engine.ask_variants(PACKAGE, spec("CC0-1.0"), variants)
        assert engine.judge(PACKAGE, spec("CC0-1.0")).opens  # asked in between, answered all the same
        assert ask() == (True, False, False, True)

    def test_without_a_variant_nothing_is_said(self, engine: RegorusEngine) -> None:
        assert engine.ask_variants(PACKAGE, {}, [])() == ()

    def test_an_error_of_the_rule_opens_nothing(self) -> None:
        with RegorusEngine([policy(BOMBS)]) as engine:
            variants = [Variant(), Variant(put={"do": "error"})]
            assert engine.ask_variants(PACKAGE, {"do": "nothing"}, variants)() == (True, False)

    def test_a_text_is_tried_with_the_data_and_forgotten(self, engine: RegorusEngine) -> None:
        assert engine.ask_variants(PACKAGE, spec("CC0-1.0"), [Variant()], policy().text)() == (True,)
        open_to_all = policy('default allow := false\n\nallow if true\n\ndeny contains "x" if input.a\n').text
        other = "kfm.acme.open"
        assert engine.ask_variants(PACKAGE, {}, [Variant()], open_to_all)() == (True,)
        assert not engine.judge(PACKAGE, {}).opens
        renamed = open_to_all.replace(PACKAGE, other)
        assert engine.ask_variants(other, {}, [Variant()], renamed)() == (True,)
        with pytest.raises(EngineError, match="no policy package"):
            engine.judge(other, {})

    def test_an_unknown_package_is_an_engine_error(self, engine: RegorusEngine) -> None:
        with pytest.raises(EngineError, match="no policy package"):
            engine.ask_variants("kfm.rights.licence", {}, [Variant()])

    @pytest.mark.parametrize("text", ["", "package kfm.rights.license\n", "default allow := true"])
    def test_a_text_that_is_no_rule_is_an_engine_error(self, engine: RegorusEngine, text: str) -> None:
        with pytest.raises(EngineError):
            engine.ask_variants(PACKAGE, {}, [Variant()], text)()

    def test_a_worker_that_dies_is_an_engine_error(self) -> None:
        limits = Limits(memory_bytes=700_000_000, request_seconds=3)
        with RegorusEngine([policy(BOMBS)], limits=limits) as engine:
            with pytest.raises(EngineError):
                engine.ask_variants(PACKAGE, {}, [Variant(put={"do": "recurse"})])()
            assert engine.judge(PACKAGE, {"do": "nothing"}).opens


class _Lying:
    """A worker that answers with what is no verdict."""

    failed = False

    def __init__(self, answer: object) -> None:
        self.given = answer

    def request(self, payload: object) -> object:
        return self.given

    def post(self, payload: object) -> int:
        return 1

    def answer(self, ticket: int) -> object:
        return self.given

    def close(self) -> None: ...


@pytest.mark.parametrize(
    "answer", [None, {}, {"allow": 1, "deny": []}, {"allow": "true", "deny": []}, {"allow": True, "deny": {}}]
)
def test_an_answer_that_is_no_verdict_is_an_engine_error(answer: object) -> None:
    engine = RegorusEngine([policy()], DATA)
    engine._worker = _Lying(answer)  # type: ignore[assignment]
    with pytest.raises(EngineError):
        engine.judge(PACKAGE, {})


@pytest.mark.parametrize(
    "answer", [None, {}, {"opens": []}, {"opens": [1]}, {"opens": [None]}, {"opens": True}]
)
def test_variants_without_a_verdict_are_an_engine_error(answer: object) -> None:
    engine = RegorusEngine([policy()], DATA)
    engine._worker = _Lying(answer)  # type: ignore[assignment]
    with pytest.raises(EngineError):
        engine.ask_variants(PACKAGE, {}, [Variant()])()
