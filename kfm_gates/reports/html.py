"""One page for people: verdict, gates by subject, what stands in the way, every check with how it ended.

It needs nothing else and loads nothing: no script, no font, no image, which its own policy (CSP) holds.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import groupby

from kfm_gates.model.finding import Status
from kfm_gates.reports.blocking import Blocking, blocking, why_nothing
from kfm_gates.reports.harmless import visible
from kfm_gates.reports.html_style import STYLE
from kfm_gates.reports.result import GateResult, Result, SubjectResult
from kfm_gates.reports.text import counts, permit_line, said_of_many, where
from kfm_gates.reports.waived import findings, waived, waiver_lines

SHOWN = 500
"""Findings that are listed; the rest is counted."""

ROWS = 1000
"""Subjects that are listed, those that did not open first; the rest is counted."""

_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>kfm-gates: {status}</title>
<style>
{style}</style>
</head>
<body>
"""


def render(result: Result) -> str:
    """The whole page."""
    status = "ERROR" if result.status is None else result.status.name
    body = "".join(f"{line}\n" for line in _lines(result))
    return f"{_HEAD.format(status=status, style=STYLE)}{body}</body>\n</html>\n"


def _lines(result: Result) -> Iterator[str]:
    nothing = why_nothing(result)
    if result.status is None or nothing is not None:
        yield f"<h1>{_badge(Status.ERROR)} no verdict</h1>\n<p>{_text(nothing or '')}</p>"
        return
    yield f"<h1>{_badge(result.status)} {_text(result.profile)} for {_text(result.operation)}</h1>"
    yield from _about(result)
    yield from _gates(result)
    yield from _denials(result)
    yield from _waived(result)
    yield from _checks(result)


def _about(result: Result) -> Iterator[str]:
    rows = {
        "as of": result.evaluated_at,
        "permit": permit_line(result)[0],
        "decision": result.decision_digest,
        "policy pack": result.policy_pack,
    }
    if result.partial:
        rows["partial"] = "only a part of the profile or of the subjects was judged"
    if result.set_aside:
        said = (f"{each.id} is {each.status} ({each.notice})" for each in result.set_aside)
        rows["set aside"] = "; ".join(said)
    yield "<dl>"
    yield from (f"<dt>{name}</dt><dd>{_text(value)}</dd>" for name, value in rows.items())
    yield "</dl>"


def _gates(result: Result) -> Iterator[str]:
    gates = {gate.name: gate for subject in result.subjects for gate in subject.gates}
    yield '<div class="wide"><table>'
    heads = "".join(
        f"<th>{_text(gate.label or '·')}<small>{_text(gate.title)}</small></th>" for gate in gates.values()
    )
    yield f"<thead><tr><th>subject</th><th>status</th>{heads}</tr></thead>\n<tbody>"
    for subject in _ordered(result):
        own = {gate.name: gate for gate in subject.gates}
        cells = "".join(f"<td>{_gate(own.get(name))}</td>" for name in gates)
        yield f"<tr><th>{_text(subject.id)}</th><td>{_badge(subject.status)}</td>{cells}</tr>"
    yield "</tbody></table></div>"
    if len(result.subjects) > ROWS:
        yield f"<p>… and {len(result.subjects) - ROWS} more subjects</p>"


def _ordered(result: Result) -> list[SubjectResult]:
    return sorted(result.subjects, key=lambda each: -each.status)[:ROWS]


def _gate(gate: GateResult | None) -> str:
    if gate is None or gate.status is None:
        return '<span class="dim">does not apply</span>'
    bad = sum(not check.status.opens for check in gate.checks)
    return f"{_badge(gate.status)} <small>{f'{bad} of ' if bad else ''}{len(gate.checks)}</small>"


def _denials(result: Result) -> Iterator[str]:
    found = blocking(result)
    if found:
        yield f"<h2>{counts([check for subject in result.subjects for check in subject.checks])}</h2>"
    for (status, check, gate, subject), group in groupby(found[:SHOWN], _entry):
        yield f'<section class="{status.name.lower()}">'
        yield f"<h3>{_badge(status)} {_text(check)} <small>gate {_text(gate)}, {_text(subject)}</small></h3>"
        for each in group:
            yield from _denial(each, result.root)
        yield "</section>"
    if len(found) > SHOWN:
        yield f"<p>{said_of_many(len(found) - SHOWN)}</p>"


def _entry(each: Blocking) -> tuple[Status, str, str, str]:
    return (each.status, each.check, each.gate, each.subject)


def _denial(each: Blocking, root: str) -> Iterator[str]:
    reason = each.reason
    yield f"<p>{_text(each.message)}</p>\n<dl>"
    if reason is not None:
        rows = (("at", where(reason, root)), ("found", reason.found), ("expected", reason.expected))
        yield from (f"<dt>{name}</dt><dd><code>{_text(value)}</code></dd>" for name, value in rows if value)
        if reason.hint:
            yield f"<dt>hint</dt><dd>{_text(reason.hint)}</dd>"
    if each.waiting:
        yield f"<dt>waiting</dt><dd>{_text(', '.join(each.waiting))}</dd>"
    yield "</dl>"


def _waived(result: Result) -> Iterator[str]:
    opened = waived(result)
    if opened:
        yield f"<h2>{len(opened)} waived</h2>"
    for each in opened[:SHOWN]:
        about = f"{_text(each.check.id)} <small>gate {_text(each.gate)}, {_text(each.subject)}</small>"
        yield f'<section class="waived">\n<h3>{_badge(Status.WAIVED)} {about}</h3>'
        for waiver in each.check.waivers:
            yield f"<p>{'<br>'.join(_text(line) for line in waiver_lines(waiver))}</p>"
        reasons, more = findings(each, SHOWN)
        for reason in reasons:
            place = _text(where(reason, result.root))
            yield f"<p>{_text(reason.message)}</p>\n<dl><dt>at</dt><dd><code>{place}</code></dd></dl>"
        if more:
            yield f"<p>{said_of_many(more)}</p>"
        yield "</section>"
    if len(opened) > SHOWN:
        yield f"<p>… and {len(opened) - SHOWN} more that were waived</p>"


def _checks(result: Result) -> Iterator[str]:
    """Every docket entry, folded, and what does not apply."""
    yield "<h2>All checks</h2>"
    for subject in _ordered(result):
        yield f"<details><summary>{_badge(subject.status)} {_text(subject.id)}</summary>"
        yield f'<p class="dim">{_text(subject.digest)}</p>'
        yield "<table><thead><tr><th>gate</th><th>check</th><th>status</th><th>examined</th></tr></thead>\n<tbody>"
        for gate in subject.gates:
            name = _text(" ".join(filter(None, (gate.label, gate.name))))
            for check in gate.checks:
                yield f"<tr><td>{name}</td><td>{_text(check.id)}</td><td>{_badge(check.status)}</td>"
                yield f"<td>{check.examined}</td></tr>"
            for absent in gate.not_planned:
                why = _text(f"not planned, since {absent.fact} is {str(absent.value).lower()}")
                yield f'<tr class="dim"><td>{name}</td><td>{_text(absent.id)}</td><td colspan="2">{why}</td></tr>'
        yield "</tbody></table></details>"


def _badge(status: Status) -> str:
    return f'<b class="{status.name.lower()}">{status.name}</b>'


def _text(text: str) -> str:
    """Text from evidence, which is never markup and never invisible."""
    return html.escape(visible(text), quote=True)
