"""Opening denials, with small checks of our own: what a waiver opens, and what it never does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kfm_gates.checks.api import Outcome
from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.container import Facts
from kfm_gates.facts.disclosure import Disclosure
from kfm_gates.facts.given import Tables, WaiverFile, WaiverPolicy
from kfm_gates.facts.waiver_reading import ReadWaiver
from kfm_gates.facts.waivers import Waiving
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.profile import Gate, Group, Profile
from kfm_gates.judge.running import Entry, judge, plan
from kfm_gates.judge.suite import Suite
from kfm_gates.judge.waiving import CHECK
from kfm_gates.model.finding import Place, Status, finding
from kfm_gates.model.waiver import Waiver
from tests.judge.test_running import DENY, PASS, Fake, fake
from tests.support.waiving import waiver

FILE = WaiverFile("w.json", "sha256:" + "0" * 64, b"{}")
TWO = Outcome(
    Status.DENY,
    2,
    tuple(finding(Place("f"), said, found=1, expected=2, hint="h") for said in ("no", "nor this")),
)


def opening(check: str, *outcomes: Outcome, id: str = "w") -> ReadWaiver:
    """A waiver for the findings of these outcomes."""
    prints = sorted({each.fingerprint(check) for outcome in outcomes for each in outcome.findings})
    return ReadWaiver(FILE, Waiver.read(waiver() | {"id": id, "check": check, "findings": prints}, "w.json"))


def run(
    *checks: Fake, waivers: list[ReadWaiver], groups: Any = None, gates: Any = (), look: bool = True
) -> tuple[dict[str, Entry], Waiving]:
    looking = (fake(CHECK, PASS, last=True),) if look else ()
    all_checks = (*checks, *looking)
    made = gates or (
        Gate("g", "", "G", tuple(Group(each) for each in groups or [(c.about.id,) for c in checks])),
    )
    made = (*made, Gate("release", "", "R", (Group((CHECK,)),))) if look else made
    profile = Profile("p", "promote", "", tuple(made))
    suite = Suite(Configuration(Path("/")), profile, {c.about.id: c for c in all_checks}, (), Tables({}))
    waiving = Waiving((), tuple(waivers))
    given = {
        WaiverPolicy: WaiverPolicy((FILE,)),
        Waiving: waiving,
        Disclosure: Disclosure(None),
        Layout: Layout.kfm_v1(),
    }
    facts = Facts(given)
    docket = plan(suite, facts, lambda *_: True)
    return {e.group.id: e for e in judge(suite, facts, docket, "s/v", lambda _: None)}, waiving


def test_a_denial_of_which_every_finding_is_named_is_opened() -> None:
    ended, waiving = run(fake("a.a", TWO), waivers=[opening("a.a", TWO)])
    assert ended["a.a"].status is Status.WAIVED
    assert [each.waiver.id for each in ended["a.a"].outcomes["a.a"].waivers] == ["w"]
    assert waiving.ended is not None and waiving.ended["a.a"].status is Status.DENY


def test_one_finding_that_is_not_named_keeps_it_shut() -> None:
    ended, _ = run(fake("a.a", TWO), waivers=[opening("a.a", DENY)])
    assert ended["a.a"].status is Status.DENY


def test_two_waivers_may_open_it_together() -> None:
    other = Outcome(Status.DENY, 1, TWO.findings[1:])
    ended, _ = run(fake("a.a", TWO), waivers=[opening("a.a", DENY), opening("a.a", other, id="v")])
    assert ended["a.a"].status is Status.WAIVED
    assert len(ended["a.a"].outcomes["a.a"].waivers) == 2


def test_a_waiver_of_another_check_opens_nothing() -> None:
    ended, _ = run(fake("a.a", DENY), fake("a.b", PASS), waivers=[opening("a.b", DENY)])
    assert ended["a.a"].status is Status.DENY


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(Status.ERROR, 1, DENY.findings, because=("a.a: broke",)),
        Outcome(Status.ERROR),
        Outcome(Status.ABSTAIN, because=("a.b",)),
        Outcome(Status.DENY, 1, ()),
    ],
)
def test_an_error_or_an_abstention_is_never_opened(outcome: Outcome) -> None:
    ended, waiving = run(fake("a.a", outcome), fake("a.b", DENY), waivers=[opening("a.a", DENY)])
    assert ended["a.a"].status is outcome.status
    assert waiving.used() == ()


def test_a_crash_is_never_opened() -> None:
    ended, _ = run(fake("a.a", ValueError("x")), waivers=[opening("a.a", DENY)])
    assert ended["a.a"].status is Status.ERROR


def test_the_check_that_looks_over_waivers_opens_nothing_of_itself() -> None:
    checks = (fake(CHECK, DENY, last=True),)
    ended, _ = run(*checks, waivers=[opening(CHECK, DENY)], look=False)
    assert ended[CHECK].status is Status.DENY


def test_a_profile_without_that_check_opens_nothing() -> None:
    ended, _ = run(fake("a.a", DENY), waivers=[opening("a.a", DENY)], look=False)
    assert ended["a.a"].status is Status.DENY


def test_what_needs_a_waived_check_is_judged() -> None:
    ended, _ = run(fake("a.b", PASS, needs=("a.a",)), fake("a.a", DENY), waivers=[opening("a.a", DENY)])
    assert ended["a.b"].status is Status.PASS


def test_what_needs_a_document_that_was_waived_away_abstains_because_of_it() -> None:
    waits = Outcome(Status.ABSTAIN, because=("a.a",))
    ended, _ = run(fake("a.b", waits), fake("a.a", DENY), waivers=[opening("a.a", DENY)])
    assert ended["a.a"].status is Status.WAIVED
    assert ended["a.b"].status is Status.ABSTAIN
    assert ended["a.b"].outcomes["a.b"].because == ("a.a",)


def test_a_gate_that_needs_one_with_a_waived_check_is_judged() -> None:
    gates = (
        Gate("two", "", "2", (Group(("a.b",)),), ("one",)),
        Gate("one", "", "1", (Group(("a.a",)),)),
    )
    ended, _ = run(fake("a.b", PASS), fake("a.a", DENY), waivers=[opening("a.a", DENY)], gates=gates)
    assert ended["a.b"].status is Status.PASS


class TestAnyOfSeveral:
    def test_it_is_waived_when_one_of_them_is(self) -> None:
        checks = (fake("a.a", DENY), fake("a.b", DENY))
        ended, waiving = run(*checks, waivers=[opening("a.a", DENY)], groups=[("a.a", "a.b")])
        assert ended["any(a.a, a.b)"].status is Status.WAIVED
        assert len(waiving.used()) == 1

    def test_it_passes_when_one_of_them_passes_and_the_waiver_is_not_used(self) -> None:
        checks = (fake("a.a", DENY), fake("a.b", PASS))
        ended, waiving = run(*checks, waivers=[opening("a.a", DENY)], groups=[("a.a", "a.b")])
        assert ended["any(a.a, a.b)"].status is Status.PASS
        assert waiving.used() == ()
        assert waiving.ended is not None and not waiving.ended["a.a"].needed

    def test_an_error_in_it_wins(self) -> None:
        checks = (fake("a.a", DENY), fake("a.b", Outcome(Status.ERROR)))
        ended, _ = run(*checks, waivers=[opening("a.a", DENY)], groups=[("a.a", "a.b")])
        assert ended["any(a.a, a.b)"].status is Status.ERROR


def test_it_looks_back_at_all_even_when_a_gate_asks_for_it_first() -> None:
    gates = (Gate("two", "", "2", (Group(("a.a",)),), ("release",)),)
    ended, waiving = run(fake("a.a", DENY), waivers=[opening("a.a", DENY)], gates=gates)
    assert ended["a.a"].status is Status.WAIVED
    assert len(waiving.used()) == 1
