from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from kfm_gates.reports.blocking import UNEXPLAINED
from kfm_gates.reports.junit import SHOWN, render
from kfm_gates.reports.result import Result

KNOWN = {
    "testsuites": ({"name", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "timestamp", "tests", "failures", "errors", "skipped"},
        {"properties", "testcase"},
    ),
    "testcase": ({"classname", "name", "time"}, {"failure", "error", "system-out"}),
    "system-out": (set[str](), set[str]()),
    "properties": (set[str](), {"property"}),
    "property": ({"name", "value"}, set[str]()),
    "failure": ({"type", "message"}, set[str]()),
    "error": ({"type", "message"}, set[str]()),
}
"""Attributes and children, of those that jenkins-junit.xsd knows; `skipped` reads as good and must never appear."""


def parsed(result: Result) -> ET.Element:
    """The document, with counts that are true."""
    root = ET.fromstring(render(result).encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = KNOWN[element.tag]
        assert set(element.keys()) <= attributes and {child.tag for child in element} <= children
    for each in (root, *root):
        found = {"tests": "testcase", "failures": "failure", "errors": "error"}
        assert {name: int(each.attrib[name]) for name in found} == {
            name: len(list(each.iter(tag))) for name, tag in found.items()
        }
    return root


def test_a_suite_per_subject_and_a_case_per_docket_entry(make: Any) -> None:
    absent = {"id": "rights.c", "gate": "rights", "fact": "has_x", "value": False, "digest": ""}
    first = make.subject(
        "s/1",
        make.check("rights.a", "rights", "DENY", findings=[make.finding("rights.a")]),
        make.check("rights.b", "rights", "ERROR", ["rights.b: nothing was examined"]),
        make.check("catalog.a", "catalog", "ABSTAIN", ["rights.a"]),
        make.check("catalog.b", "catalog"),
        not_planned=[absent],
    )
    root = parsed(Result.of(make.verdict(first, make.subject("s/2", make.check("rights.a", "rights")))))
    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [("s/1", "4"), ("s/2", "1")]
    cases = {case.get("name"): case for case in root[0].iter("testcase")}
    assert cases["rights.a"].get("classname") == "s/1.rights"
    ended = {name: next(iter(case), None) for name, case in cases.items()}
    assert {name: None if e is None else (e.tag, e.get("type")) for name, e in ended.items()} == {
        "rights.a": ("failure", "DENY"),
        "rights.b": ("error", "ERROR"),
        "catalog.a": ("error", "ABSTAIN"),
        "catalog.b": None,
    }
    assert ended["rights.a"] is not None and ended["rights.a"].get("message") == "is wrong"
    assert (ended["rights.a"].text or "").splitlines() == [
        "at data/one.json:3 (/a)",
        "reason:   is wrong",
        "found:    1",
        "expected: 2",
        "hint:     write 2",
    ]
    assert (
        ended["rights.b"] is not None and ended["rights.b"].get("message") == "rights.b: nothing was examined"
    )
    assert ended["catalog.a"] is not None and ended["catalog.a"].text == "waits for rights.a"


def test_what_does_not_apply_is_a_property_and_no_case(make: Any) -> None:
    absent = {"id": "rights.c", "gate": "rights", "fact": "has_x", "value": False, "digest": ""}
    root = parsed(
        Result.of(
            make.verdict(
                make.subject("s/1", make.check("rights.a", "rights"), not_planned=[absent]), exit_code=0
            )
        )
    )
    about = {each.get("name"): each.get("value") for each in root[0][0]}
    assert about["kfm.gate.rights"] == "B Rights"
    assert about["kfm.not_planned.rights.c"] == "has_x is false"
    assert [case.get("name") for case in root.iter("testcase")] == ["rights.a"]
    assert (root.get("failures"), root.get("errors")) == ("0", "0")


def test_there_is_a_failure_or_an_error_unless_the_gates_opened(make: Any) -> None:
    good = make.verdict(make.subject("s/1", make.check("rights.a", "rights")), exit_code=3)
    for result, message in (
        (Result.failed(3, "the judge died"), "the judge died"),
        (Result.of(good), UNEXPLAINED),
    ):
        root = parsed(result)
        assert root.get("errors") == "1"
        assert [each.get("message") for each in root.iter("error")] == [message]


def test_many_findings_are_counted(make: Any) -> None:
    findings = [make.finding("rights.a", f"wrong {n}") for n in range(SHOWN + 5)]
    denied = make.subject("s/1", make.check("rights.a", "rights", "DENY", findings=findings))
    (failure,) = parsed(Result.of(make.verdict(denied))).iter("failure")
    assert (failure.text or "").count("reason:") == SHOWN
    assert "… and 5 more findings" in (failure.text or "")
