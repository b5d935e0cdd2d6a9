import random
from dataclasses import dataclass

import pytest

from kfm_gates.errors import EngineError
from kfm_gates.facts.container import Facts, Unmet, add_provider, provides


@dataclass(frozen=True)
class Given:
    value: int


@dataclass(frozen=True)
class Doubled:
    value: int


@dataclass(frozen=True)
class Impossible:
    pass


@dataclass(frozen=True)
class Waiting:
    pass


CALLS: list[str] = []


@provides
def doubled(given: Given) -> Doubled:
    CALLS.append("doubled")
    return Doubled(given.value * 2)


@provides
def impossible(given: Given) -> Impossible:
    CALLS.append("impossible")
    raise Unmet("some.check")


@provides
def waiting(impossible: Impossible) -> Waiting:
    raise AssertionError("must not be called")


@provides(shared=True)
def per_root(given: Given) -> tuple[Doubled, ...]:
    CALLS.append("per_root")
    return (Doubled(given.value),)


def test_a_fact_is_computed_once_from_what_it_names() -> None:
    CALLS.clear()
    facts = Facts({Given: Given(3)})
    assert facts.get(Doubled) == facts.get(Doubled) == Doubled(6)
    assert CALLS == ["doubled"]


def test_unmet_is_remembered_and_passed_on() -> None:
    CALLS.clear()
    facts = Facts({Given: Given(3)})
    for _ in range(2):
        with pytest.raises(Unmet) as unmet:
            facts.get(Waiting)
        assert unmet.value.because == "some.check"
    assert CALLS == ["impossible"]


def test_shared_facts_are_computed_once_per_root() -> None:
    CALLS.clear()
    shared: dict[object, object] = {}
    for value in (1, 2):
        assert Facts({Given: Given(value)}, shared).resolve(tuple[Doubled, ...]) == (Doubled(1),)
    assert CALLS == ["per_root"]


def test_what_nobody_provides_is_an_error() -> None:
    with pytest.raises(EngineError, match="nothing provides"):
        Facts({}).resolve(random.Random)


def test_one_provider_per_fact() -> None:
    with pytest.raises(EngineError, match="two providers"):
        add_provider(Doubled, lambda: None, {})
