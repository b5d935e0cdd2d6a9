"""JUnit XML, as Jenkins and GitLab read it (valid by jenkins-junit.xsd): a suite per subject, a case per docket entry.

A denial is a failure, what could not be judged an error. Nothing is ever `skipped`, which readers count as
good; a check that does not apply is no case but a property of the suite, with the fact that shows it. A denial
that was waived passes, as the format has no word for it; a property of the suite names it, its output says all.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from kfm_gates.model.finding import Status
from kfm_gates.reports.blocking import UNEXPLAINED, why_nothing
from kfm_gates.reports.harmless import visible
from kfm_gates.reports.result import CheckResult, GateResult, Result, SubjectResult
from kfm_gates.reports.text import because_line, plain, reason_lines, said_of_many
from kfm_gates.reports.waived import waiver_lines

SHOWN = 100
"""Findings of one check that are spelled out; the rest is counted."""


def render(result: Result) -> str:
    """The whole document."""
    suites = [_suite(subject, result) for subject in result.subjects]
    if not result.opened and not any(suite.attrib[name] != "0" for suite in suites for name in _COUNTED):
        suites.append(_nothing(why_nothing(result) or UNEXPLAINED))
    totals = {name: str(sum(int(each.attrib[name]) for each in suites)) for name in ("tests", *_COUNTED)}
    root = ET.Element("testsuites", {"name": "kfm-gates", **totals})
    root.extend(suites)
    ET.indent(root)
    # Evidence can hold no control character here: `visible` has spelled them out, as XML 1.0 has no escape for them.
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


_COUNTED = ("failures", "errors")


def _suite(subject: SubjectResult, result: Result) -> ET.Element:
    cases = [_case(check, gate, subject, result) for gate in subject.gates for check in gate.checks]
    failures = sum(case.find("failure") is not None for case in cases)
    errors = sum(case.find("error") is not None for case in cases)
    suite = _element("testsuite", name=subject.id, timestamp=result.evaluated_at.removesuffix("Z"))
    suite.attrib |= {
        "tests": str(len(cases)),
        "failures": str(failures),
        "errors": str(errors),
        "skipped": "0",
    }
    suite.append(_properties(_about(subject, result)))
    suite.extend(cases)
    return suite


def _about(subject: SubjectResult, result: Result) -> Iterator[tuple[str, str]]:
    yield "kfm.digest", subject.digest
    yield "kfm.operation", result.operation
    yield "kfm.profile", result.profile
    yield "kfm.policy_pack", result.policy_pack
    yield "kfm.decision", result.decision_digest
    yield "kfm.partial", str(result.partial).lower()
    for gate in subject.gates:
        yield f"kfm.gate.{gate.name}", " ".join(filter(None, (gate.label, gate.title)))
    for each in subject.not_planned:
        yield f"kfm.not_planned.{each.id}", f"{each.fact} is {str(each.value).lower()}"
    for check in subject.waived:
        yield f"kfm.waived.{check.id}", ", ".join(waiver.id for waiver in check.waivers)


def _case(check: CheckResult, gate: GateResult, subject: SubjectResult, result: Result) -> ET.Element:
    case = _element("testcase", classname=f"{subject.id}.{gate.name}", name=check.id, time="0")
    if not check.status.opens:
        denied = check.status is Status.DENY
        message = check.reasons[0].message if denied and check.reasons else because_line(check)
        ended = _element("failure" if denied else "error", type=check.status.name, message=message)
        ended.text = "\n".join(_details(check, result))
        case.append(ended)
    elif check.waivers:
        said = ET.SubElement(case, "system-out")
        said.text = "\n".join(["WAIVED", *_waivers(check), *_details(check, result)])
    return case


def _waivers(check: CheckResult) -> Iterator[str]:
    return (visible(text) for waiver in check.waivers for text in waiver_lines(waiver))


def _details(check: CheckResult, result: Result) -> Iterator[str]:
    if not check.reasons or check.status not in (Status.DENY, Status.WAIVED):
        yield because_line(check)
    for reason in check.reasons[:SHOWN]:
        yield from (plain(line).strip() for line in reason_lines(reason, result.root))
    if len(check.reasons) > SHOWN:
        yield said_of_many(len(check.reasons) - SHOWN)


def _nothing(why: str) -> ET.Element:
    suite = _element("testsuite", name="kfm-gates", tests="1", failures="0", errors="1", skipped="0")
    case = _element("testcase", classname="kfm-gates", name="a verdict", time="0")
    case.append(_element("error", type="ERROR", message=why))
    suite.append(case)
    return suite


def _properties(values: Iterator[tuple[str, str]]) -> ET.Element:
    found = ET.Element("properties")
    found.extend(_element("property", name=name, value=value) for name, value in values)
    return found


def _element(tag: str, **attributes: str) -> ET.Element:
    return ET.Element(tag, {name: visible(value) for name, value in attributes.items()})
