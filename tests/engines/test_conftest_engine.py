"""The engine conftest as callers see it: its verdicts, and what ends as EngineError."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kfm_gates.engines import conftest_known_answers
from kfm_gates.engines.conftest_bench import CAPABILITIES
from kfm_gates.engines.conftest_binary import ConftestChoice, identify
from kfm_gates.engines.conftest_bridge import deny_rules
from kfm_gates.engines.conftest_engine import ConftestEngine
from kfm_gates.engines.interface import RegoAnswer, RegoEngine, Variant
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.policy_file import PolicyFile, read_policies
from kfm_gates.engines.rego_builtins import ALLOWED_BUILTINS
from kfm_gates.engines.rego_questions import ANSWERS
from kfm_gates.errors import EngineError
from tests.support.conftest_program import PACKAGE, VERSION, identified, own_rule, program, real_conftest
from tests.support.judging import REPOSITORY

OPERATORS = (
    "and assign div eq equal gt gte internal.member_2 internal.member_3 internal.test_case "
    "lt lte minus mul neq or plus rem"
)
SOUND = 'allow if count(deny) == 0\ndeny contains {"msg": sprintf("%v is bad", [input.a])} if input.a != 1\n'
BOMB = SOUND + (
    'deny contains "x" if {\n\tinput.bomb == "loop"\n\tsome a in numbers.range(1, 9000)\n'
    "\tsome b in numbers.range(1, 9000)\n\ta * b == 0\n}\n"
    'deny contains "x" if {\n\tinput.bomb == "hog"\n'
    "\tcount([[a, b] | some a in numbers.range(1, 9000); some b in numbers.range(1, 9000)]) == 1\n}\n"
    'deny contains "x" if {\n\tinput.bomb == "error"\n\tto_number("x") == 1\n}\n'
)


def engine(*policies: PolicyFile, limits: Limits | None = None, linter: object = None) -> ConftestEngine:
    return ConftestEngine(policies, {"table": [1]}, identified(), limits=limits, linter=linter)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sound() -> Iterator[ConftestEngine]:
    if real_conftest() is None:
        yield None  # type: ignore[misc]  # the tests are skipped
        return
    with engine(own_rule(BOMB)) as started:
        yield started


@pytest.mark.conftest
class TestReal:
    def test_it_is_a_rego_engine(self, sound: ConftestEngine) -> None:
        plain: RegoEngine = sound
        assert plain.name == "conftest"
        assert plain.version == identified().version

    def test_a_pass_and_a_denial(self, sound: ConftestEngine) -> None:
        assert sound.judge(PACKAGE, {"a": 1}) == RegoAnswer(True, ())
        assert sound.judge(PACKAGE, {"a": 2}) == RegoAnswer(False, ({"msg": "2 is bad"},))

    def test_what_is_undefined_stays_undefined(self) -> None:
        rule = own_rule('allow if input.a == 1\ndeny contains "x" if input.b\n')
        bare = PolicyFile(rule.path, rule.text.replace("default allow := false\n", ""))
        with engine(bare) as started:
            assert started.judge(PACKAGE, {}) == RegoAnswer(None, ())

    def test_each_input_gets_its_own_answer(self, sound: ConftestEngine) -> None:
        inputs = [{"a": each % 3} for each in range(30)]
        answers = sound.judge_many(PACKAGE, inputs)
        assert [isinstance(each, RegoAnswer) and each.opens for each in answers] == [
            each % 3 == 1 for each in range(30)
        ]

    def test_one_that_fails_does_not_take_the_others_with_it(self, sound: ConftestEngine) -> None:
        answers = sound.judge_many(PACKAGE, [{"a": 1}, {"a": 1, "bomb": "error"}, {"a": 3}])
        assert answers[0] == RegoAnswer(True, ())
        assert isinstance(answers[1], EngineError)
        assert "rego/acme/own.rego" in str(answers[1])
        assert answers[2] == RegoAnswer(False, ({"msg": "3 is bad"},))

    def test_variants(self, sound: ConftestEngine) -> None:
        variants = [Variant(), Variant(without=("a",)), Variant(put={"a": 2}), Variant(put={"bomb": "error"})]
        wait = sound.ask_variants(PACKAGE, {"a": 1}, variants)
        # `input.a != 1` is undefined without `a`, so nothing denies: that is how Rego reads it.
        assert wait() == (True, True, False, False)
        lax = own_rule('allow if true\ndeny contains "x" if input.a == 7\n').text
        assert sound.ask_variants(PACKAGE, {"a": 2}, [Variant(), Variant(put={"a": 7})], lax)() == (
            True,
            False,
        )

    def test_a_text_that_is_refused(self, sound: ConftestEngine) -> None:
        with pytest.raises(EngineError, match=r"rego/acme/own\.rego: conftest refuses"):
            sound.ask_variants(PACKAGE, {}, [Variant()], own_rule("deny contains {").text)()

    @pytest.mark.parametrize("input", [None, [], {"kfm_gates_text": "x"}, {"s": "\ud800"}], ids=str)
    def test_what_is_no_input(self, sound: ConftestEngine, input: object) -> None:
        with pytest.raises(EngineError, match=PACKAGE):
            sound.judge(PACKAGE, input)
        assert sound.judge(PACKAGE, {"a": 1}).opens

    def test_an_unknown_package(self, sound: ConftestEngine) -> None:
        with pytest.raises(EngineError, match=r"no policy package kfm\.acme\.onw; known are kfm\.acme\.own"):
            sound.judge("kfm.acme.onw", {})

    @pytest.mark.slow
    @pytest.mark.parametrize(("bomb", "words"), [("loop", "took too long"), ("hog", "conftest")])
    def test_a_hang_and_a_hog_end_and_the_next_call_works(self, bomb: str, words: str) -> None:
        limits = Limits(memory_bytes=2_000_000_000, request_seconds=10)
        with engine(own_rule(BOMB), limits=limits) as started:
            with pytest.raises(EngineError, match=words):
                started.judge(PACKAGE, {"a": 1, "bomb": bomb})
            assert started.judge(PACKAGE, {"a": 1}).opens

    def test_data_is_mounted_in_its_place_and_overrides_nothing(self) -> None:
        rule = own_rule('allow if data.kfm_data.table == [1]\ndeny contains "x" if data.kfm_data.kfm\n')
        with ConftestEngine(
            [rule], {"table": [1], "acme": {"own": {"allow": True}}}, identified()
        ) as started:
            assert started.judge(PACKAGE, {}) == RegoAnswer(True, ())

    def test_the_environment_the_folder_and_plugins_do_not_steer_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "conftest.toml").write_text('no-fail = true\nnamespace = ["main"]\n')
        plugin = tmp_path / "home/.conftest/plugins/test"
        plugin.mkdir(parents=True)
        (plugin / "plugin.yaml").write_text(
            f"name: test\nversion: 1\ncommand: {program(tmp_path, 'exit 0')}\n"
        )
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.setenv("CONFTEST_NO_FAIL", "true")
        monkeypatch.setenv("CONFTEST_SUPPRESS_EXCEPTIONS", "true")
        with engine(own_rule(SOUND)) as started:
            assert started.judge(PACKAGE, {"a": 2}).deny == ({"msg": "2 is bad"},)

    def test_nothing_is_left_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with engine(own_rule(SOUND)) as started:
            assert started.judge(PACKAGE, {"a": 1}).opens
            assert not list(tmp_path.glob("*/inputs*"))
            assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o700}
        assert not list(tmp_path.iterdir())

    def test_one_that_is_exchanged_between_two_questions(self, tmp_path: Path) -> None:
        real = real_conftest()
        assert real is not None
        path = program(tmp_path, f'exec {real} "$@"\n')
        with ConftestEngine([own_rule(SOUND)], {}, identify(ConftestChoice(path))) as started:
            assert started.judge(PACKAGE, {"a": 1}).opens
            path.write_text("#!/bin/sh\necho '[]'\n")
            with pytest.raises(EngineError, match="was exchanged while it judged"):
                started.judge(PACKAGE, {"a": 1})

    @pytest.mark.parametrize(
        ("script", "words"),
        [
            ('{real} "$@"; exit 0', "exit code 0, which contradicts"),
            ('{real} "$@" --no-fail', "exit code 0, which contradicts"),
            ('{real} "$@" -n main', "entries for what it was not asked"),
            ('{real} "$@" | sed "s/kfm.known.answer\\"/main\\"/"', "no entry for"),
            ('{real} "$@" --show-builtin-errors=false', "a failed builtin raises"),
            ('{real} "$@" --capabilities ""', "a call to the network is refused"),
        ],
    )
    def test_one_that_is_real_but_is_told_otherwise(self, tmp_path: Path, script: str, words: str) -> None:
        path = program(tmp_path, VERSION + script.replace("{real}", str(real_conftest())) + "\n")
        with (
            ConftestEngine([own_rule(SOUND)], {}, identify(ConftestChoice(path))) as started,
            pytest.raises(
                EngineError, match=rf"conftest at .* failed its known-answer tests.*{words}.*install"
            ),
        ):
            started.judge(PACKAGE, {"a": 1})


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo '[]'", "no entry for"),
        ("exit 0", "printed what is no JSON"),
        ("echo null", "printed an entry that is not of the known form"),
        ("echo '{}'", "not of the known form"),
        ("echo refused >&2; exit 1", "conftest refuses: refused"),
        ("kill -SEGV $$", "ended by signal 11"),
        ("sleep 600", "took too long"),
        ("yes", "took too long|answered with more than"),
    ],
)
def test_one_that_only_claims_to_be_conftest(tmp_path: Path, script: str, words: str) -> None:
    conftest = identify(ConftestChoice(program(tmp_path, VERSION + script + "\n")))
    with (
        ConftestEngine([own_rule(SOUND)], {}, conftest, limits=Limits(request_seconds=2)) as started,
        pytest.raises(
            EngineError, match=rf"conftest at .* failed its known-answer tests.*({words}).*install conftest"
        ),
    ):
        started.judge(PACKAGE, {"a": 1})


def test_conftest_may_call_what_every_engine_may_and_nothing_else() -> None:
    capabilities = json.loads(CAPABILITIES.read_text())
    names = {each["name"] for each in capabilities["builtins"]}
    assert names == ALLOWED_BUILTINS | set(OPERATORS.split())
    assert capabilities["allow_net"] == []


def test_the_rules_of_the_pack_are_counted_as_they_are() -> None:
    for policy in read_policies(REPOSITORY / "rego"):
        assert deny_rules(policy) == policy.text.count("\ndeny contains ")


def test_every_known_answer_is_asked_but_what_opa_answers_otherwise() -> None:
    asked = {each.name for each in conftest_known_answers.TOGETHER}
    assert {each.name for each in ANSWERS} - asked == set(conftest_known_answers.OTHERWISE)
    assert len(asked) + len(conftest_known_answers.ALONE) >= 40
