from __future__ import annotations

from typing import Any

from kfm_gates.model.finding import Status
from kfm_gates.reports.blocking import NOTHING, UNEXPLAINED, blocking
from kfm_gates.reports.result import Result


def test_errors_come_first_and_followers_are_named_once(make: Any) -> None:
    two = [make.finding("rights.a", "first"), make.finding("rights.a", "second")]
    found = blocking(
        Result.of(
            make.verdict(
                make.subject(
                    "s/1",
                    make.check("rights.a", "rights", "DENY", findings=two),
                    make.check("rights.b", "rights", "ABSTAIN", ["rights.a"]),
                    make.check("catalog.a", "catalog", "ERROR", ["catalog.a: nothing was examined"]),
                    make.check("catalog.b", "catalog", "ABSTAIN", ["not.planned"]),
                )
            )
        )
    )
    assert [(each.status, each.check, each.gate, each.message, each.waiting) for each in found] == [
        (Status.ERROR, "catalog.a", "D catalog", "catalog.a: nothing was examined", ()),
        (Status.DENY, "rights.a", "B rights", "first", ("rights.b",)),
        (Status.DENY, "rights.a", "B rights", "second", ()),
        (Status.ABSTAIN, "catalog.b", "D catalog", "waits for not.planned", ()),
    ]


def test_what_opened_has_nothing_in_its_way(make: Any) -> None:
    good = make.subject("s/1", make.check("rights.a", "rights"), make.check("rights.b", "rights", "WAIVED"))
    assert blocking(Result.of(make.verdict(good, exit_code=0))) == ()


def test_there_is_always_a_reason_unless_the_gates_opened(make: Any) -> None:
    """A report made of nothing reads as a pass."""
    good = make.verdict(make.subject("s/1", make.check("rights.a", "rights")), exit_code=3)
    silent = make.verdict(make.subject("s/1", make.check("rights.a", "rights", "DENY")))
    empty = type(good)(5, None, "", "", None, good.run)
    said = [[each.message for each in blocking(Result.of(verdict))] for verdict in (good, silent, empty)]
    assert said == [[UNEXPLAINED], ["no reason was given"], [NOTHING]]
    (only,) = blocking(Result.failed(3, "the judge died"))
    assert (only.status, only.message, only.check) == (Status.ERROR, "the judge died", "")


def test_a_group_is_known_by_the_check_that_stands_for_it(make: Any) -> None:
    group = make.check("any(rights.a, rights.b)", "rights", "ERROR", ["rights.b: crashed"])
    (only,) = blocking(Result.of(make.verdict(make.subject("s/1", group), exit_code=3)))
    assert only.check == "rights.b"
