"""The job summary, in GitHub-flavoured Markdown: a table per gate and subject, then what stands in the way.

Everything that comes from evidence stands in a code span, in which nothing is markup: no HTML, link, image,
mention or table cell begins there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from kfm_gates.model.finding import Status
from kfm_gates.reports.blocking import Blocking, blocking, why_nothing
from kfm_gates.reports.harmless import visible
from kfm_gates.reports.places import near
from kfm_gates.reports.result import GateResult, Result, SubjectResult
from kfm_gates.reports.text import counts, permit_line, said_of_many, where
from kfm_gates.reports.waived import findings, waived, waiver_lines

SHOWN = 50
"""Findings that are listed; the rest is counted."""

ROWS = 200
"""Subjects in the table, those that did not open first; the rest is counted."""

LONGEST = 900_000
"""Bytes of one report: GitHub refuses the summary of a step that is larger than 1 MiB."""

_VALUE = 300
"""Characters of one value."""

_SO_FAR = "… the rest does not fit here; decision.json and --format json have all"


def render(result: Result) -> str:
    """The whole summary."""
    lines, size = [], 0
    for line in _lines(result):
        size += len(line.encode()) + 1
        if size > LONGEST:
            lines += ["", _SO_FAR]
            break
        lines.append(line)
    return "\n".join(lines) + "\n"


def code(text: str) -> str:
    """Text as a code span that it can't end: fenced by more backticks than it has in a row."""
    shown = visible(text, _VALUE)
    if not shown.strip():
        return f"`{shown or '-'}`"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    padding = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def _cell(text: str) -> str:
    """A code span in a table, where a bar would end the cell, in code too, and escaping it can be undone."""
    return code(text.replace("|", "\\x7c"))


def _lines(result: Result) -> Iterator[str]:
    nothing = why_nothing(result)
    yield f"## kfm-gates: {'ERROR' if result.status is None else result.status.name}"
    yield ""
    if nothing is not None or result.status is None:
        yield f"Nothing was decided: {code(nothing or '')}"
        return
    yield f"{code(result.profile)} for {code(result.operation)}, as of {code(result.evaluated_at)}"
    yield ""
    if result.partial:
        yield "Only a part of the profile or of the subjects was judged, so there can be no permit."
        yield ""
    yield from _table(result)
    yield from _denials(result)
    yield from _waived(result)
    for aside in result.set_aside:
        yield f"- set aside: {code(aside.id)} is {code(aside.status)} ({code(aside.notice)}) and was not judged"
    yield f"- permit: {code(permit_line(result)[0])}"
    if result.record:
        yield f"- decision: {code(near(result.record) + '/decision.json')} {code(result.decision_digest)}"
    yield f"- policy pack: {code(result.policy_pack)}"


def _table(result: Result) -> Iterator[str]:
    gates = {gate.name: gate for subject in result.subjects for gate in subject.gates}
    yield "| subject | status | " + " | ".join(_heading(gate) for gate in gates.values()) + " |"
    yield "|---" * (2 + len(gates)) + "|"
    ordered = sorted(result.subjects, key=lambda each: -each.status)
    for subject in ordered[:ROWS]:
        own = {gate.name: gate for gate in subject.gates}
        cells = [_gate(own.get(name)) for name in gates]
        yield f"| {_cell(subject.id)} | {_status(subject.status)} | {' | '.join(cells)} |"
    yield ""
    if len(ordered) > ROWS:
        yield f"… and {len(ordered) - ROWS} more subjects: {_ends(ordered[ROWS:])}"
        yield ""


def _heading(gate: GateResult) -> str:
    return f"{gate.label} {_cell(gate.name)}" if gate.label.isalnum() else _cell(gate.name)


def _gate(gate: GateResult | None) -> str:
    """How a gate ended: its worst status, and how many of its checks did not open."""
    if gate is None or gate.status is None:
        return "-"
    bad = sum(not check.status.opens for check in gate.checks)
    return f"{_status(gate.status)} {f'{bad} of ' if bad else ''}{len(gate.checks)}"


def _ends(subjects: list[SubjectResult]) -> str:
    found = {status: sum(each.status is status for each in subjects) for status in reversed(Status)}
    return ", ".join(f"{number} {status.name}" for status, number in found.items() if number)


def _status(status: Status) -> str:
    return status.name if status.opens else f"**{status.name}**"


def _denials(result: Result) -> Iterator[str]:
    found = blocking(result)
    if found:
        yield f"### {counts([check for subject in result.subjects for check in subject.checks])}"
        yield ""
    for (status, check, gate, subject), group in groupby(found[:SHOWN], _entry):
        yield f"**{status.name}** {code(check)}, gate {code(gate)}, {code(subject)}"
        yield ""
        for each in group:
            yield from _item(each, result.root)
        yield ""
    if len(found) > SHOWN:
        yield said_of_many(len(found) - SHOWN)
        yield ""


def _waived(result: Result) -> Iterator[str]:
    opened = waived(result)
    if opened:
        yield f"### {len(opened)} waived"
        yield ""
    for each in opened[:SHOWN]:
        yield f"**WAIVED** {code(each.check.id)}, gate {code(each.gate)}, {code(each.subject)}"
        yield ""
        yield from (f"- {code(text)}" for waiver in each.check.waivers for text in waiver_lines(waiver))
        reasons, more = findings(each, SHOWN)
        yield from (f"- {code(where(r, result.root))}  \n  {code(r.message)}" for r in reasons)
        if more:
            yield f"- {said_of_many(more)}"
        yield ""
    if len(opened) > SHOWN:
        yield f"… and {len(opened) - SHOWN} more that were waived"
        yield ""


def _entry(each: Blocking) -> tuple[Status, str, str, str]:
    return (each.status, each.check, each.gate, each.subject)


def _item(each: Blocking, root: str) -> Iterator[str]:
    reason = each.reason
    if reason is None:
        yield f"- {code(each.message)}"
    else:
        yield f"- {code(where(reason, root))}  "
        yield f"  {code(reason.message)}  "
        named = (("found", reason.found), ("expected", reason.expected), ("hint", reason.hint))
        yield from (f"  {name} {code(value)}  " for name, value in named if value)
    if each.waiting:
        yield f"- not judged because of it: {', '.join(map(code, each.waiting))}"
