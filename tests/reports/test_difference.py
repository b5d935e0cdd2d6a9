from __future__ import annotations

import copy
from typing import Any

import pytest

from kfm_gates.reports.difference import ABSENT, NOT_PLANNED, Change, CheckChange, Difference, Files, compare

OTHER = "sha256:" + "b" * 64


def predicate(make: Any, *subjects: Any) -> Any:
    return copy.deepcopy(make.verdict(*subjects).statement["predicate"])


def denied(make: Any, *fingerprints: str, **more: Any) -> Any:
    findings = [make.finding("rights.a", fingerprint=each * 16, **more) for each in fingerprints]
    return make.subject(
        "s/1", make.check("rights.a", "rights", "DENY" if findings else "PASS", findings=findings)
    )


def difference(make: Any, old: Any, new: Any) -> Difference:
    return compare(predicate(make, old), predicate(make, new))


def test_findings_are_new_gone_or_the_same_by_their_fingerprint(make: Any) -> None:
    found = difference(make, denied(make, "1", "2"), denied(make, "2", "3", line=99))
    (subject,) = found.subjects
    marks = [
        [each["fingerprint"][0] for each in group] for group in (subject.found, subject.gone, subject.same)
    ]
    assert marks == [["3"], ["1"], ["2"]]
    assert subject.same[0]["line"] == 99
    assert subject.checks == () and found.blocks_anew and subject.differs


def test_findings_that_share_a_fingerprint_are_counted_one_by_one(make: Any) -> None:
    (subject,) = difference(make, denied(make, "1"), denied(make, "1", "1", "1")).subjects
    assert [len(group) for group in (subject.found, subject.gone, subject.same)] == [2, 0, 1]


def test_what_stays_red_for_the_same_reasons_is_nothing_new(make: Any) -> None:
    found = difference(make, denied(make, "1", "2"), denied(make, "1"))
    assert not found.blocks_anew and found.subjects[0].differs
    same = difference(make, denied(make, "1"), denied(make, "1"))
    assert not same.blocks_anew and not same.subjects[0].differs and same.causes == ()


@pytest.mark.parametrize(
    ("old", "new", "anew"),
    [
        ("PASS", "DENY", True),
        ("PASS", "ERROR", True),
        ("PASS", "ABSTAIN", True),
        ("WAIVED", "DENY", True),
        ("ABSTAIN", "DENY", True),
        ("DENY", "ERROR", True),
        (ABSENT, "DENY", True),
        (NOT_PLANNED, "ABSTAIN", True),
        ("DENY", "ABSTAIN", False),
        ("ERROR", "DENY", False),
        ("ERROR", "ABSTAIN", False),
        ("DENY", "PASS", False),
        ("DENY", "WAIVED", False),
        ("PASS", "WAIVED", False),
        ("DENY", ABSENT, False),
        ("DENY", NOT_PLANNED, False),
    ],
)
def test_a_check_blocks_anew_when_it_got_worse(old: str, new: str, anew: bool) -> None:
    assert CheckChange("a.b", "a", old, new, ()).blocks_anew is anew


def test_how_checks_ended_otherwise(make: Any) -> None:
    absent = {"id": "rights.b", "gate": "rights", "fact": "has_x", "value": False, "digest": ""}
    old = make.subject(
        "s/1", make.check("rights.a", "rights"), make.check("rights.c", "rights"), not_planned=[absent]
    )
    new = make.subject(
        "s/1",
        make.check("rights.a", "rights", "ERROR", ["rights.a: crashed"]),
        make.check("rights.b", "rights"),
        make.check("rights.d", "rights", "ABSTAIN", ["rights.a"]),
    )
    (subject,) = difference(make, old, new).subjects
    assert subject.checks == (
        CheckChange("rights.a", "rights", "PASS", "ERROR", ("rights.a: crashed",)),
        CheckChange("rights.b", "rights", NOT_PLANNED, "PASS", ()),
        CheckChange("rights.d", "rights", ABSENT, "ABSTAIN", ("rights.a",)),
        CheckChange("rights.c", "rights", "PASS", ABSENT, ()),
    )


def test_a_subject_of_one_decision_only(make: Any) -> None:
    first, second = denied(make), make.subject("s/2", make.check("rights.a", "rights", "ABSTAIN", ["x.y"]))
    found = compare(predicate(make, first), predicate(make, second))
    assert [(each.id, each.old, each.new) for each in found.subjects] == [
        ("s/1", "PASS", ABSENT),
        ("s/2", ABSENT, "ABSTAIN"),
    ]
    assert [each.blocks_anew for each in found.subjects] == [False, True]


def test_what_else_decides_is_named_by_weight(make: Any) -> None:
    old = predicate(make, denied(make))
    new = copy.deepcopy(old) | {
        "policy_pack": {"digest": OTHER},
        "profile": {"name": "other", "digest": OTHER},
        "configuration": {"digest": OTHER},
        "engines": {"python": "3.12", "regorus": "1"},
        "operation": "build",
        "partial": True,
        "evaluated_at": "2026-10-02T12:00:00Z",
    }
    causes = compare(old, new).causes
    assert [cause.what for cause in causes] == [
        "policy pack", "profile", "configuration", "python", "regorus", "operation", "what was judged", "evaluated at",
    ]  # fmt: skip
    assert causes[3:5] == (Change("python", "3.11", "3.12"), Change("regorus", ABSENT, "1"))
    assert causes[1].new == f"other ({OTHER})" and causes[6].new == "a part"


def test_evidence_that_changed_is_named(make: Any) -> None:
    old, new = denied(make), denied(make)
    old["files"] = [{"path": path, "digest": "sha256:1", "size": 1} for path in ("a", "b", "c")]
    new["files"] = [{"path": path, "digest": "sha256:1", "size": 1} for path in ("b", "d")]
    new["files"].append({"path": "c", "digest": "sha256:2", "size": 1})
    found = difference(make, old, new)
    assert found.subjects[0].files == Files(new=("d",), gone=("a",), changed=("c",))
    assert found.subjects[0].differs and not found.blocks_anew
