"""The report as plain text: gates first, then each denial with its followers folded, the verdict last.

No line begins with text from evidence, so a build log can't take one for a command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kfm_gates.model.finding import Status
from kfm_gates.reports.harmless import visible
from kfm_gates.reports.places import beside, near
from kfm_gates.reports.result import (
    Cause,
    CheckResult,
    GateResult,
    NotPlanned,
    Reason,
    Result,
    SubjectResult,
)
from kfm_gates.reports.waived import Waived, findings, waived, waiver_lines

Span = tuple[str, str]
"""Text and its role: a status name in lower case, `title`, `dim`, or empty."""

Line = Sequence[Span]

MANY = 12
"""From this number of subjects on, one that is open is shown as one line."""

SHOWN = 20
"""Findings of one check of one subject that are shown; the rest is counted."""

_WORDS = {
    Status.PASS: "passed",
    Status.WAIVED: "waived",
    Status.ABSTAIN: "not judged",
    Status.DENY: "denied",
    Status.ERROR: "failed to judge",
}


def render(result: Result) -> str:
    """The whole report, ending with a line end."""
    return "".join(f"{plain(line)}\n" for line in lines(result))


def plain(line: Line) -> str:
    """A line without roles."""
    return "".join(text for text, _ in line).rstrip()


def lines(result: Result) -> Iterator[Line]:
    """The whole report, line by line."""
    yield from overview(result)
    yield from denials(result)
    yield from conclusion(result)
    yield [("exit code: ", "dim"), (str(result.exit_code), "")]


def overview(result: Result) -> Iterator[Line]:
    """Each subject with one line per gate."""
    for subject in result.subjects:
        yield [("subject ", "dim"), (visible(subject.id), "title"), ("  ", ""), _status(subject.status)]
        if len(result.subjects) < MANY or not subject.status.opens:
            yield from (_gate(gate, subject) for gate in subject.gates)
    if result.subjects:
        yield []


def denials(result: Result) -> Iterator[Line]:
    """Each cause with its findings, what was waived, and what does not apply.

    What was shown for one subject is not repeated.
    """
    shown: dict[object, str] = {}
    for subject in result.subjects:
        for cause in subject.causes:
            same = (
                cause.check.id,
                cause.check.because,
                tuple(_identity(each) for each in cause.check.reasons),
            )
            first = shown.setdefault(same, subject.id)
            yield from _cause(cause, subject, result.root, None if first == subject.id else first)
            yield []
    for opened in waived(result):
        yield from _waived(opened, result.root)
    for text in _absences(result):
        yield [(text, "dim")]
    if any(subject.not_planned for subject in result.subjects):
        yield []


def conclusion(result: Result) -> Iterator[Line]:
    """What it came to, and where decision and permit lie."""
    if result.status is None:
        yield [("verdict:   ", "dim"), ("nothing was judged", "error")]
    else:
        about = f"  {result.profile} for {result.operation}, as of {result.evaluated_at}"
        yield [("verdict:   ", "dim"), _status(result.status), (visible(about), "")]
    for aside in result.set_aside:
        said = f"{aside.id} is {aside.status} ({aside.notice}) and was not judged"
        yield [("set aside: ", "dim"), (visible(said), "")]
    for waiver in result.waivers:
        said = f"{waiver.id} until {waiver.expires}, approved by {waiver.approver}"
        yield [("waived by: ", "dim"), (visible(said), "waived")]
    if result.partial:
        yield [("partial:   ", "dim"), ("only a part of the profile or of the subjects was judged", "")]
    if result.record and result.status is not None:
        decision = visible(f"{near(result.record)}/decision.json")
        yield [("decision:  ", "dim"), (decision, ""), (f"  {result.decision_digest}", "dim")]
    yield [("permit:    ", "dim"), permit_line(result)]


def permit_line(result: Result) -> Span:
    """Where the permit lies, or why there is none."""
    if result.permit:
        return visible(near(result.permit)), "pass"
    return f"none: {visible(result.no_permit or 'there is nothing that one could be for')}", ""


def reason_lines(reason: Reason, root: str) -> Iterator[Line]:
    """One finding: where, what, and the way out."""
    yield [("    at ", "dim"), (where(reason, root), "title")]
    yield [("      ", ""), ("reason:   ", "dim"), (visible(reason.message), "")]
    for name, value in (("found", reason.found), ("expected", reason.expected), ("hint", reason.hint)):
        if value:
            yield [("      ", ""), (f"{name}:".ljust(10), "dim"), (visible(value), "")]


def where(reason: Reason, root: str) -> str:
    """File, line and JSON pointer of a finding; the file as it is found from the working folder."""
    place = visible(beside(reason.policy) if reason.policy else _below(root, reason.place.file))
    if reason.place.line:
        place += f":{reason.place.line}"
    if reason.place.pointer:
        place += f" ({visible(reason.place.pointer)})"
    return place or "the subject as a whole"


def said_of_many(more: int) -> str:
    """What stands for findings that are not shown."""
    return f"… and {more} more findings; decision.json and --format json have all"


def because_line(check: CheckResult) -> str:
    """Why a check without findings blocks."""
    why = ", ".join(visible(each) for each in check.because) or "no reason was given"
    return f"waits for {why}" if check.status is Status.ABSTAIN else why


def counts(checks: Sequence[CheckResult]) -> str:
    """How many checks ended how, the worst first."""
    numbers = {status: sum(check.status is status for check in checks) for status in reversed(Status)}
    return ", ".join(f"{number} {_WORDS[status]}" for status, number in numbers.items() if number)


def _gate(gate: GateResult, subject: SubjectResult) -> Line:
    width = max(len(visible(each.title)) for each in subject.gates)
    head = f"  {visible(gate.label) or '·':2} {visible(gate.title).ljust(width)}  "
    if gate.status is None:
        return [(head, ""), ("-".ljust(8), "dim"), ("does not apply", "dim")]
    name, role = _status(gate.status)
    absent = f", {len(gate.not_planned)} not planned" if gate.not_planned else ""
    return [(head, ""), (name.ljust(8), role), (f"{counts(gate.checks)}{absent}", "")]


def _cause(cause: Cause, subject: SubjectResult, root: str, first: str | None) -> Iterator[Line]:
    check = cause.check
    gate = next(each for each in subject.gates if each.name == check.gate)
    about = f"  gate {' '.join(filter(None, (gate.label, gate.name)))}, {subject.id}"
    yield [_status(check.status), (" ", ""), (visible(check.id), "title"), (visible(about), "dim")]
    if first is not None:
        yield [("    ", ""), (f"the same as in {visible(first)}", "")]
    else:
        if not check.reasons or check.status is Status.ERROR:
            yield [("    ", ""), (because_line(check), "")]
        for reason in check.reasons[:SHOWN]:
            yield from reason_lines(reason, root)
        if len(check.reasons) > SHOWN:
            more = len(check.reasons) - SHOWN
            yield [
                ("    ", ""),
                (said_of_many(more), ""),
            ]
    if cause.waiting:
        names = ", ".join(visible(each) for each in cause.waiting)
        word = "check that waits" if len(cause.waiting) == 1 else "checks that wait"
        yield [("    ", ""), (f"… and {len(cause.waiting)} {word} for it: {names}", "dim")]


def _waived(each: Waived, root: str) -> Iterator[Line]:
    """What was opened, and by what."""
    about = f"  gate {each.gate}, {each.subject}"
    yield [_status(Status.WAIVED), (" ", ""), (visible(each.check.id), "title"), (visible(about), "dim")]
    for waiver in each.check.waivers:
        yield from ([("    ", ""), (visible(text), "")] for text in waiver_lines(waiver))
    shown, more = findings(each, SHOWN)
    for reason in shown:
        yield from reason_lines(reason, root)
    if more:
        yield [("    ", ""), (said_of_many(more), "")]
    yield []


def _absences(result: Result) -> Iterator[str]:
    """What does not apply, by the fact that shows it; subjects are named when there are several."""
    for subject in result.subjects:
        if len(result.subjects) >= MANY and subject.status.opens:
            continue
        facts: dict[str, list[NotPlanned]] = {}
        for each in subject.not_planned:
            value = each.value if isinstance(each.value, str) else str(each.value).lower()
            facts.setdefault(f"{each.fact} is {value}", []).append(each)
        of = f" of {visible(subject.id)}" if len(result.subjects) > 1 else ""
        for fact, absent in facts.items():
            yield f"not planned{of}, since {visible(fact)}: {', '.join(visible(e.id) for e in absent)}"


def _below(root: str, file: str) -> str:
    base = near(root) if root and file else ""
    return file if base in ("", ".") else f"{base}/{file}"


def _identity(reason: Reason) -> object:
    return (reason.place, reason.message, reason.found, reason.expected)


def _status(status: Status) -> Span:
    return status.name, status.name.lower()
