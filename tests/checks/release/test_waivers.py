"""`release.waivers` looks back at how the checks ended for which there are waivers."""

from __future__ import annotations

import pytest

from kfm_gates.checks.release.waivers import waivers
from kfm_gates.errors import EngineError
from kfm_gates.facts.given import WaiverFile
from kfm_gates.facts.waiver_reading import ReadWaiver
from kfm_gates.facts.waivers import Ended, ListedWaivers, Waiving
from kfm_gates.model.finding import OK, Denied, Status
from kfm_gates.model.waiver import Waiver
from tests.support.waiving import CHECK, file, waiver

NOTHING_LISTED = ListedWaivers(None)
FINDING = waiver()["findings"][0]


def one(status: Status, *found: str, because: tuple[str, ...] = (), needed: bool = True) -> Waiving:
    made: WaiverFile = file(waiver())
    read = ReadWaiver(made, Waiver.read(waiver(), made.name))
    ended = {CHECK: Ended(status, frozenset(found), because, needed)}
    return Waiving((), (read,), frozenset({"gap-2017"}), ended)


def said(waiving: Waiving) -> str:
    verdict = waivers(waiving, NOTHING_LISTED)
    assert isinstance(verdict, Denied)
    (found,) = verdict.findings
    assert found.place.file == "waivers/gap.json" and found.place.line > 1
    return found.message


def test_nothing_to_waive_and_nothing_waived_is_well() -> None:
    assert waivers(Waiving(), NOTHING_LISTED) == OK


def test_a_denial_that_happens_as_it_was_named_is_well() -> None:
    assert waivers(one(Status.DENY, FINDING), NOTHING_LISTED) == OK


def test_a_check_that_failed() -> None:
    assert f"is for {CHECK}, which ended ERROR" in said(one(Status.ERROR, because=("x: broke",)))


def test_a_check_that_was_not_judged_names_what_it_waits_for() -> None:
    assert "which ended ABSTAIN (catalog.stac)" in said(one(Status.ABSTAIN, because=("catalog.stac",)))


def test_a_check_that_passes() -> None:
    assert "is orphaned" in said(one(Status.PASS))


def test_a_finding_that_is_gone_while_another_came() -> None:
    assert "is orphaned" in said(one(Status.DENY, "f" * 16))


def test_a_denial_that_does_not_block() -> None:
    assert "is not needed" in said(one(Status.DENY, FINDING, needed=False))


def test_when_nobody_says_how_checks_ended_it_fails() -> None:
    waiving = one(Status.DENY, FINDING)
    waiving.ended = None
    with pytest.raises(EngineError):
        waivers(waiving, NOTHING_LISTED)
