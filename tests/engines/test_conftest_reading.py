"""What conftest printed is believed only where it is whole: every silent pass of it has a sentence of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kfm_gates.engines.conftest_bridge import BRIDGE, MESSAGE, Asked, asked, deny_rules
from kfm_gates.engines.conftest_process import Ended
from kfm_gates.engines.conftest_reading import answers, refusal
from kfm_gates.engines.interface import RegoAnswer
from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.errors import EngineError
from tests.support.conftest_program import PACKAGE, own_rule

FILE, PATH = "inputs/0.json", "rego/acme/own.rego"
QUESTION = asked(PACKAGE, {"a": 1})


def answer(
    question: Asked = QUESTION, allow: Any = (False,), deny: Any = (("set", ["x"]),), **more: Any
) -> str:
    return json.dumps({"seen": [question.nonce], "allow": allow, "deny": deny} | more)


def reported(text: str) -> dict[str, Any]:
    return {
        "filename": FILE,
        "namespace": BRIDGE,
        "successes": 0,
        "warnings": [{"msg": MESSAGE, "metadata": {"answer": text, "query": "data.x.warn"}}],
    }


def own(messages: tuple[str, ...] = ("x",), successes: int = 1, **more: Any) -> dict[str, Any]:
    failures = {"failures": [{"msg": each} for each in messages]} if messages else {}
    return {"filename": FILE, "namespace": PACKAGE, "successes": successes} | failures | more


def said(*entries: Any, code: int = 1, rules: int = 2, question: Asked = QUESTION) -> RegoAnswer:
    (found,) = answers(PATH, Ended(code, json.dumps(entries), ""), {FILE: question}, PACKAGE, rules)
    return found


def test_a_whole_answer() -> None:
    assert said(own(), reported(answer())) == RegoAnswer(False, ("x",))
    opened = answer(allow=[True], deny=[["set", []]])
    assert said(own((), 2), reported(opened), code=0) == RegoAnswer(True, ())
    undefined = answer(allow=[], deny=[["set", []]])
    assert said(own((), 2), reported(undefined), code=0) == RegoAnswer(None, ())


def test_reasons_that_conftest_passes_over_are_told() -> None:
    reasons = [1, "", {"msg": ""}, {"hint": "h"}, None, ["x"], True]
    told = said(own((), 2), reported(answer(deny=[["set", reasons]])), code=0)
    assert told.deny == tuple(reasons)


@pytest.mark.parametrize(
    ("entries", "code", "words"),
    [
        ([], 0, "no entry for 2 of 2 files and namespaces"),
        ([own()], 1, "no entry for 1 of 2"),
        ([reported(answer())], 1, "no entry for 1 of 2"),
        ([own(), reported(answer()), own()], 1, "two entries"),
        ([own(), reported(answer()), {**own(), "namespace": "main"}], 1, "what it was not asked"),
        ([own(), reported(answer()), {**own(), "filename": "other"}], 1, "what it was not asked"),
        ([own(), {**own(), "namespace": BRIDGE}], 1, "0 answers to one question"),
        ([own(), reported(answer())], 0, "exit code 0, which contradicts"),
        ([own(), reported(answer())], 2, "exit code 2, which contradicts"),
        ([own(()), reported(answer(deny=[["set", []]]))], 0, "judged 1 rules .* which has 2"),
        ([own((), 0), reported(answer(deny=[["set", []]]))], 0, "judged 0 rules"),
        ([own((), 2), reported(answer())], 0, "reads 0 denials where the policy gives 1 reasons"),
        ([own(("x", "y")), reported(answer())], 1, "reads 2 denials"),
        ([own(("z",)), reported(answer())], 1, "or reads other words"),
        ([own(exceptions=[{"msg": "q"}]), reported(answer())], 1, "exempts"),
        ([own(warnings=[{"msg": "q"}]), reported(answer())], 1, "warns"),
        ([own(skipped=[{"msg": "q"}]), reported(answer())], 1, "exempts"),
        ([own(), reported(answer(seen=["other"]))], 1, "did not see the input"),
        ([own(), reported(answer(seen=[]))], 1, "did not see the input"),
        ([own(), reported(answer(deny=[]))], 1, "must be a set; conftest gave what is undefined"),
        ([own(), reported(answer(deny=[["array", ["x"]]]))], 1, "must be a set; conftest gave what is array"),
        ([own(), reported(answer(deny=[["string", "x"]]))], 1, "must be a set; conftest gave what is string"),
        ([own(), reported(answer(allow=[1]))], 1, "`allow` must be true or false"),
        ([own(), reported(answer(allow=[None]))], 1, "`allow` must be true or false"),
        ([own(), reported(answer(allow=["true"]))], 1, "`allow` must be true or false"),
        ([own(), reported("{}")], 1, "no answer that can be read"),
        ([own(), reported("")], 1, "no answer that can be read"),
        ([own(), {**reported(""), "warnings": [{"msg": "other"}]}], 1, "another answer"),
        ([own(), {**reported(""), "warnings": [{"msg": MESSAGE}]}], 1, "no answer that can be read"),
        ([own(), {**reported(""), "warnings": ["x"]}], 1, "another answer"),
        ([own(), {**reported(answer()), "successes": -1}], 1, "not of the known form"),
        ([own(), {**reported(answer()), "successes": True}], 1, "not of the known form"),
        ([own(), {**reported(answer()), "more": 1}], 1, "not of the known form"),
        ([None], 1, "not of the known form"),
    ],
)
def test_what_is_not_whole(entries: list[Any], code: int, words: str) -> None:
    with pytest.raises(EngineError, match=rf"rego/acme/own\.rego: .*{words}"):
        said(*entries, code=code)


@pytest.mark.parametrize("text", ["", "null", "{}", "[", "true", "[]x", "[" * 100_000])
def test_what_is_no_listing(text: str) -> None:
    with pytest.raises(EngineError, match=r"rego/acme/own\.rego: conftest printed"):
        answers(PATH, Ended(0, text, ""), {FILE: QUESTION}, PACKAGE, 2)


def test_numbers_that_conftest_shows_otherwise_are_counted_only() -> None:
    large = asked(PACKAGE, {"a": 1_000_000})
    assert large.rounded
    assert said(own(("1e+06",)), reported(answer(large)), question=large).deny == ("x",)
    with pytest.raises(EngineError, match="reads 2 denials"):
        said(own(("1e+06", "y")), reported(answer(large)), question=large)
    assert not asked(PACKAGE, {"a": [0, 999_999, -0.5, True]}).rounded
    assert asked(PACKAGE, {"a": [{"b": 0.00001}]}).rounded


@pytest.mark.parametrize(
    "input",
    [None, [], "x", 1, {"kfm_gates_nonce": "x"}, {"s": "\ud800"}, {"n": float("nan")}, {"s": {1}}],
    ids=str,
)
def test_what_is_no_input(input: Any) -> None:
    with pytest.raises(EngineError, match=PACKAGE):
        asked(PACKAGE, input)


def test_each_question_has_its_own_mark_and_plain_numbers() -> None:
    assert asked(PACKAGE, {}).nonce != asked(PACKAGE, {}).nonce
    assert (
        json.loads(asked(PACKAGE, {"a": [2.0, {"b": -0.5}]}).text)["kfm_gates_text"]
        == '{"a": [2, {"b": -0.5}]}'
    )


def test_rules_are_counted_and_the_package_is_that_of_the_place() -> None:
    text = 'deny contains "x" if input.a\n# deny contains\n  deny  contains "y" if {\n\tinput.b\n}\n'
    assert deny_rules(own_rule(text)) == 2
    for head in ("", "package kfm.acme.other\n", "# package kfm.acme.own\n", "package kfm.acme.own.more\n"):
        with pytest.raises(EngineError, match=r"its place demands the package kfm\.acme\.own"):
            deny_rules(PolicyFile(PATH, head + text))


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Ended(1, "", "Error: running test: load: bad\n"), "load: bad"),
        (Ended(1, "\n", ""), "it said nothing and ended with exit code 1"),
        (Ended(1, "[]", "Error"), None),
        (Ended(0, "", "Error"), None),
    ],
)
def test_a_refusal(ended: Ended, words: str | None) -> None:
    assert refusal(ended) == words
