from __future__ import annotations

from typing import Any

from kfm_gates.model.finding import Status
from kfm_gates.reports.result import Result


def test_a_gate_is_as_bad_as_its_worst_check(make: Any) -> None:
    result = Result.of(
        make.verdict(
            make.subject(
                "s/1",
                make.check("rights.a", "rights", "WAIVED"),
                make.check("rights.b", "rights"),
                make.check("catalog.a", "catalog", "ABSTAIN", ["x.y"]),
                make.check("catalog.b", "catalog", "DENY", findings=[make.finding("catalog.b")]),
            )
        )
    )
    gates = {gate.name: gate.status for gate in result.subjects[0].gates}
    assert gates == {"rights": Status.WAIVED, "catalog": Status.DENY}
    assert [gate.label for gate in result.subjects[0].gates] == ["B", "D"]


def test_a_gate_without_planned_checks_has_no_status(make: Any) -> None:
    absent = {"id": "catalog.a", "gate": "catalog", "fact": "has_x", "value": False, "digest": ""}
    result = Result.of(
        make.verdict(make.subject("s/1", make.check("rights.a", "rights"), not_planned=[absent]))
    )
    catalog = result.subjects[0].gates[1]
    assert (catalog.name, catalog.status, catalog.not_planned[0].fact) == ("catalog", None, "has_x")


def test_what_follows_from_a_cause_is_folded_under_it(make: Any) -> None:
    result = Result.of(
        make.verdict(
            make.subject(
                "s/1",
                make.check("evidence.b", "evidence", "DENY", findings=[make.finding("evidence.b")]),
                make.check("evidence.a", "evidence", "DENY", findings=[make.finding("evidence.a")]),
                make.check("rights.a", "rights", "ABSTAIN", ["evidence.a"]),
                make.check("rights.b", "rights", "ABSTAIN", ["rights.a"]),
                make.check("catalog.a", "catalog", "ABSTAIN", ["rights.b"]),
            )
        )
    )
    causes = result.subjects[0].causes
    assert [cause.check.id for cause in causes] == ["evidence.a", "evidence.b"]
    assert causes[0].waiting == ("rights.a", "rights.b", "catalog.a")
    assert [reason.check for reason in result.reasons] == ["evidence.a", "evidence.b"]


def test_a_check_of_an_any_group_is_a_cause_too(make: Any) -> None:
    result = Result.of(
        make.verdict(
            make.subject(
                "s/1",
                make.check("any(rights.a, rights.b)", "rights", "DENY", findings=[make.finding("rights.b")]),
                make.check("catalog.a", "catalog", "ABSTAIN", ["rights.b"]),
            )
        )
    )
    (cause,) = result.subjects[0].causes
    assert cause.waiting == ("catalog.a",)


def test_an_abstention_whose_cause_was_not_judged_stands_for_itself(make: Any) -> None:
    result = Result.of(
        make.verdict(make.subject("s/1", make.check("rights.a", "rights", "ABSTAIN", ["b.c"])))
    )
    assert [cause.check.id for cause in result.subjects[0].causes] == ["rights.a"]


def test_abstentions_that_wait_for_each_other_do_not_hang(make: Any) -> None:
    result = Result.of(
        make.verdict(
            make.subject(
                "s/1",
                make.check("rights.a", "rights", "ABSTAIN", ["rights.b"]),
                make.check("rights.b", "rights", "ABSTAIN", ["rights.a"]),
            )
        )
    )
    assert {cause.check.id for cause in result.subjects[0].causes} == {"rights.a", "rights.b"}


def test_a_gate_that_the_profile_does_not_have_is_shown_by_its_name(make: Any) -> None:
    result = Result.of(make.verdict(make.subject("s/1", make.check("x.y", "other", "DENY"))))
    assert [(gate.name, gate.title) for gate in result.subjects[0].gates] == [("other", "other")]


def test_nothing_judged_is_no_status(make: Any) -> None:
    full = make.verdict(make.subject("s/1", make.check("rights.a", "rights")))
    empty = Result.of(type(full)(5, None, "", "", None, full.run))
    assert (empty.status, empty.subjects, empty.exit_code) == (None, (), 5)


def test_rules_are_all_checks_of_the_profile(make: Any) -> None:
    known = {"id": "rights.b", "gate": "rights", "title": "Deny b.", "description": "Why."}
    result = Result.of(make.verdict(make.subject("s/1", make.check("rights.a", "rights")), checks=[known]))
    assert [(rule.id, rule.title) for rule in result.rules] == [("rights.b", "Deny b.")]


def test_only_a_status_that_opens_with_exit_code_0_is_open(make: Any) -> None:
    good = make.subject("s/1", make.check("rights.a", "rights"))
    bad = make.subject("s/1", make.check("rights.a", "rights", "DENY"))
    opened = [Result.of(make.verdict(each, exit_code=code)).opened for each in (good, bad) for code in (0, 3)]
    assert opened == [True, False, False, False]
    assert not Result.failed(0, "no verdict").opened


def test_a_reason_keeps_the_fingerprint_of_the_decision(make: Any) -> None:
    denied = make.check("a.b", "rights", "DENY", findings=[make.finding("a.b", fingerprint="f" * 16)])
    (reason,) = Result.of(make.verdict(make.subject("s/1", denied))).reasons
    assert reason.stable_id == "f" * 16
