"""What rules do by default: each of the house denies what it does not see, and each is asked once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kfm_gates.engines.interface import RegoAnswer, Variant
from kfm_gates.errors import EngineError
from kfm_gates.facts.policy_probes import (
    EMPTY,
    NO_LABEL,
    UNCHANGED,
    UNKNOWN_LABEL,
    PolicyProbe,
    RuleInUse,
    RulesInUse,
)
from kfm_gates.judge.rules_in_use import with_rules
from kfm_gates.model.finding import Json
from tests.support.judging import prover, suite

SAMPLE: dict[str, Json] = {
    "spec": {"policy": {"policy_label": "public"}, "title": "public"},
    "label_claims": [{"label": "public", "source": "manifest"}],
    "evaluated_at": "2026-10-31T12:00:00Z",
}


class Listening:
    """An engine that keeps what it is asked, and opens for one kind of change."""

    name, version = "listening", "0"

    def __init__(self, opens: Callable[[Variant], bool]) -> None:
        self.opens, self.asked = opens, list[tuple[Variant, ...]]()

    def judge(self, package: str, input: Json) -> RegoAnswer:
        raise AssertionError("nobody asks this here")

    def ask_variants(
        self, package: str, input: Json, variants: Sequence[Variant], text: str | None = None
    ) -> Callable[[], tuple[bool, ...]]:
        self.asked.append(tuple(variants))
        return lambda: tuple(self.opens(each) for each in variants)


def rule(check: str = "acme.own", sample: Json = SAMPLE) -> RuleInUse:
    file = f"rego/{check.replace('.', '/')}.rego"
    return RuleInUse(check, f"kfm.{check}", file, ("spec", "label_claims"), lambda: sample)


def test_every_rule_of_the_house_denies_what_it_does_not_see() -> None:
    probes = prover().given({})[RulesInUse].probes()  # type: ignore[attr-defined]
    assert {probe.rule for probe in probes} == {"", *(each.about.id for each in suite().rules)}
    assert [
        f"{each.rule}: {each.change}" for each in probes if each.opens != (each.change == UNCHANGED)
    ] == []


def test_what_is_tried() -> None:
    engine = Listening(lambda variant: variant == Variant())
    found = {probe.change: probe.opens for probe in RulesInUse(engine, [rule()]).probes()}
    assert [change for change, opens in found.items() if opens] == [UNCHANGED]
    assert list(found) == [
        UNCHANGED,
        EMPTY,
        "an input without `spec`",
        "an input in which `spec` is null",
        "an input without `label_claims`",
        "an input in which `label_claims` is null",
        UNKNOWN_LABEL,
    ]


def test_the_empty_input_is_empty_and_the_label_is_changed_everywhere() -> None:
    engine = Listening(lambda variant: False)
    RulesInUse(engine, [rule()]).probes()
    ((_, empty, *_, relabelled),) = engine.asked
    assert set(empty.without) == set(SAMPLE)
    assert relabelled.put == {
        "spec": {"policy": {"policy_label": NO_LABEL}, "title": "public"},
        "label_claims": [{"label": NO_LABEL, "source": "manifest"}],
    }


@pytest.mark.parametrize("denied", [True, False])
def test_one_rule_that_stops_an_unknown_label_is_enough(denied: bool) -> None:
    blind = rule("acme.blind", {"spec": {"title": "x"}, "label_claims": []})
    engine = Listening(lambda variant: not (denied and NO_LABEL in str(variant.put)))
    (*_, last) = RulesInUse(engine, [rule(), blind]).probes()
    assert last == PolicyProbe("", "rego", UNKNOWN_LABEL, not denied)


def test_without_a_rule_that_sees_a_label_nothing_stops_an_unknown_one() -> None:
    blind = rule("acme.blind", {"spec": {"title": "x"}, "label_claims": []})
    (*_, last) = RulesInUse(Listening(lambda variant: False), [blind]).probes()
    assert last.change == UNKNOWN_LABEL
    assert last.opens


def test_each_rule_is_asked_once_and_a_changed_one_anew() -> None:
    engine = Listening(lambda variant: False)
    rules = RulesInUse(engine, [rule("acme.one"), rule("acme.two")])
    rules.ask_ahead()
    rules.probes()
    rules.probes()
    assert len(engine.asked) == 2
    changed = rules.replaced(rule("acme.two"))
    assert len(changed.probes()) == len(rules.probes())
    assert len(engine.asked) == 3


def test_without_rules_there_is_nothing_to_examine() -> None:
    assert RulesInUse(None, []).probes() == ()


def test_without_an_engine_nobody_can_say() -> None:
    rules = RulesInUse(None, [rule()])
    rules.ask_ahead()
    with pytest.raises(EngineError, match="no engine"):
        rules.probes()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("license.rego", ""),
        ("a/b/c.rego", ""),
        ("rights/license.py", ""),
        ("rights/license.rego", "package x"),
    ],
)
def test_a_case_with_a_rule_that_nobody_can_read_is_refused(name: str, text: str) -> None:
    def sample() -> Any:
        raise AssertionError("nobody asks this here")

    with pytest.raises(EngineError):
        with_rules(RulesInUse(None, []), {name: text}, sample)
