"""Docket and statuses, with small checks of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.checks.api import About, Outcome
from kfm_gates.errors import EngineError
from kfm_gates.facts.container import Facts
from kfm_gates.facts.given import Tables
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.profile import Gate, Group, Profile
from kfm_gates.judge.running import judge, plan
from kfm_gates.judge.suite import Suite
from kfm_gates.model.finding import Place, Status, finding

PASS = Outcome(Status.PASS, 1)
DENY = Outcome(Status.DENY, 1, (finding(Place("f"), "no", found=1, expected=2, hint="h"),))


@dataclass(frozen=True)
class Fake:
    about: About
    answer: Any

    def run(self, facts: Facts, settings: Mapping[str, Any]) -> Outcome:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


def fake(id: str, answer: Any, *, needs: tuple[str, ...] = (), last: bool = False) -> Fake:
    return Fake(About(id, "Deny.", "", "python", needs, last=last), answer)


def run(
    *checks: Fake, groups: list[tuple[str, ...]] | None = None, gates: tuple[Gate, ...] = ()
) -> dict[str, Any]:
    made = gates or (Gate("g", "", "G", tuple(Group(g) for g in groups or [(c.about.id,) for c in checks])),)
    profile = Profile("p", "promote", "", made)
    suite = Suite(Configuration(Path("/")), profile, {c.about.id: c for c in checks}, (), Tables({}))
    facts = Facts({})
    docket = plan(suite, facts, lambda *_: True)
    return {entry.group.id: entry for entry in judge(suite, facts, docket, "s/v", lambda _: None)}


def test_statuses_are_those_of_the_checks() -> None:
    ended = run(fake("a.a", PASS), fake("a.b", DENY))
    assert [e.status.name for e in ended.values()] == ["PASS", "DENY"]


@pytest.mark.parametrize(
    "crash", [ValueError("x"), SystemExit(0), RecursionError(), MemoryError(), EngineError("e")]
)
def test_a_crash_is_an_error_and_the_others_are_still_judged(crash: BaseException) -> None:
    ended = run(fake("a.a", crash), fake("a.b", PASS))
    assert ended["a.a"].status is Status.ERROR
    assert ended["a.a"].outcomes["a.a"].because
    assert ended["a.b"].status is Status.PASS


def test_an_unmet_need_abstains_because_of_the_root_cause() -> None:
    ended = run(fake("a.c", PASS, needs=("a.b",)), fake("a.b", PASS, needs=("a.a",)), fake("a.a", DENY))
    assert ended["a.c"].status is ended["a.b"].status is Status.ABSTAIN
    assert ended["a.c"].outcomes["a.c"].because == ("a.a",)


def test_abstaining_without_a_cause_that_failed_is_an_error() -> None:
    waits = Outcome(Status.ABSTAIN, because=("a.b",))
    assert run(fake("a.a", waits), fake("a.b", PASS))["a.a"].status is Status.ERROR
    assert run(fake("a.a", waits))["a.a"].status is Status.ERROR


def test_waiting_for_itself_is_an_error() -> None:
    assert run(fake("a.a", Outcome(Status.ABSTAIN, because=("a.a",))))["a.a"].status is Status.ERROR
    both = run(
        fake("a.a", Outcome(Status.ABSTAIN, because=("a.b",))),
        fake("a.b", Outcome(Status.ABSTAIN, because=("a.a",))),
    )
    assert {e.status for e in both.values()} <= {Status.ERROR, Status.ABSTAIN}
    assert Status.ERROR in {e.status for e in both.values()}


def test_any_opens_with_one_pass_but_not_with_an_error() -> None:
    crash = ValueError("x")
    for answers, expected in (
        ((PASS, DENY), Status.PASS),
        ((DENY, DENY), Status.DENY),
        ((PASS, crash), Status.ERROR),
        ((DENY, Outcome(Status.ABSTAIN, because=("a.z",))), Status.DENY),
    ):
        ended = run(
            fake("a.a", answers[0]),
            fake("a.b", answers[1]),
            fake("a.z", DENY),
            groups=[("a.a", "a.b"), ("a.z",)],
        )
        assert ended["any(a.a, a.b)"].status is expected


def test_a_gate_waits_for_the_gates_that_it_needs() -> None:
    gates = (
        Gate("first", "", "", (Group(("a.a",)),)),
        Gate("second", "", "", (Group(("a.b",)),), ("first",)),
    )
    ended = run(fake("a.a", DENY), fake("a.b", PASS), gates=gates)
    assert ended["a.b"].status is Status.ABSTAIN
    assert ended["a.b"].outcomes["a.b"].because == ("a.a",)


def test_what_looks_back_is_judged_last_and_listed_in_its_place() -> None:
    order: list[str] = []

    @dataclass(frozen=True)
    class Noting(Fake):
        def run(self, facts: Facts, settings: Mapping[str, Any]) -> Outcome:
            order.append(self.about.id)
            return PASS

    checks = [Noting(About(i, "Deny.", "", "python", last=i == "a.a"), PASS) for i in ("a.a", "a.b", "a.c")]
    assert list(run(*checks)) == ["a.a", "a.b", "a.c"]
    assert order == ["a.b", "a.c", "a.a"]


def test_error_text_is_the_same_on_every_run() -> None:
    reasons = {
        run(fake("a.a", ValueError(f"at {object()!r}")))["a.a"].outcomes["a.a"].because for _ in range(3)
    }
    assert len(reasons) == 1
