"""Two engines that must agree: every difference is an error that says where, and shows no value unquoted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kfm_gates.engines.interface import RegoAnswer, Variant
from kfm_gates.engines.rego_pair import RegoPair, same
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

INPUT = {
    "spec": {"secret": 12},
    "settings": {},
    "subject": {"slug": "rivers", "version": "2026"},
    "evaluated_at": "t",
}
X, Y = ({"msg": f"{each} is denied", "at": "spec#/a", "found": "secret"} for each in "xy")
OPEN, CLOSED = RegoAnswer(True, ()), RegoAnswer(False, (X,))


class Engine:
    """Says what it is told to say."""

    version = "1"

    def __init__(self, name: str, answer: RegoAnswer | EngineError, opens: tuple[bool, ...] = ()) -> None:
        self.name, self._answer, self._opens = name, answer, opens
        self.closed = False

    def start(self) -> Engine:
        return self

    def ready(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def judge(self, package: str, input: Json) -> RegoAnswer:
        if isinstance(self._answer, EngineError):
            raise self._answer
        return self._answer

    def ask_variants(self, *_: Any) -> Callable[[], tuple[bool, ...]]:
        return lambda: self._opens


def pair(one: RegoAnswer | EngineError, other: RegoAnswer | EngineError) -> RegoPair:
    return RegoPair(Engine("regorus", one), Engine("conftest", other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (OPEN, OPEN),
        (CLOSED, CLOSED),
        (RegoAnswer(None, ()), RegoAnswer(None, ())),
        (RegoAnswer(False, (X, Y)), RegoAnswer(False, (Y, X))),
        (RegoAnswer(False, (2.0,)), RegoAnswer(False, (2,))),
    ],
)
def test_the_same(one: RegoAnswer, other: RegoAnswer) -> None:
    assert pair(one, other).judge("kfm.a.b", INPUT) == one


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (
            OPEN,
            CLOSED,
            "regorus has allow true and 0 reasons; conftest has allow false and 1 reasons, of which it alone "
            'gives "x is denied" at spec#/a',
        ),
        (
            RegoAnswer(None, ()),
            RegoAnswer(False, ()),
            "regorus has allow undefined .*; conftest has allow false",
        ),
        (RegoAnswer(False, ()), OPEN, "conftest has allow true"),
        (
            RegoAnswer(False, (X,)),
            RegoAnswer(False, (Y,)),
            'alone gives "x is denied".* alone gives "y is denied"',
        ),
        (
            RegoAnswer(False, (X, Y)),
            CLOSED,
            'regorus has .* 2 reasons, of which it alone gives "y is denied"',
        ),
        (RegoAnswer(False, (True,)), RegoAnswer(False, (1,)), "alone gives true"),
        (RegoAnswer(False, tuple("abcde")), CLOSED, '"a", "b", "c" and 2 more'),
        (EngineError("it broke."), OPEN, r"regorus fails \(it broke\.\); conftest has allow true"),
        (CLOSED, EngineError("it broke."), r"conftest fails \(it broke\.\)"),
    ],
)
def test_any_difference_is_an_error(
    one: RegoAnswer | EngineError, other: RegoAnswer | EngineError, words: str
) -> None:
    start = r"kfm\.a\.b: regorus and conftest differ on spec of rivers/2026: "
    with pytest.raises(EngineError, match=f"{start}.*{words}") as caught:
        pair(one, other).judge("kfm.a.b", INPUT)
    assert "secret" not in str(caught.value)


def test_both_fail() -> None:
    with pytest.raises(EngineError, match=r"^one\. Likewise: other\.$"):
        pair(EngineError("one."), EngineError("other.")).judge("kfm.a.b", INPUT)


def variants(one: tuple[bool, ...], other: tuple[bool, ...], asked: Sequence[Variant]) -> tuple[bool, ...]:
    made = RegoPair(Engine("regorus", OPEN, one), Engine("conftest", OPEN, other))
    return made.ask_variants("kfm.a.b", INPUT, asked)()


def test_variants() -> None:
    asked = [Variant(), Variant(without=("spec",)), Variant(put={"spec": None})]
    assert variants((True, False, False), (True, False, False), asked) == (True, False, False)
    with pytest.raises(
        EngineError, match="differ on spec of rivers/2026, without spec: only conftest lets it pass"
    ):
        variants((True, False, False), (True, True, False), asked)
    with pytest.raises(EngineError, match="with another spec: only regorus lets it pass"):
        variants((True, False, True), (True, False, False), asked)


def test_both_are_named_and_closed() -> None:
    one, other = Engine("regorus", OPEN), Engine("conftest", OPEN)
    with RegoPair(one, other) as made:
        assert (made.name, made.version) == ("regorus and conftest", "1 and 1")
    assert one.closed
    assert other.closed


def test_kinds_are_told_apart() -> None:
    for left, right in ((True, 1), (None, False), ("1", 1), ([], {}), ("", None)):
        assert not same(RegoAnswer(False, (left,)), RegoAnswer(False, (right,)))
