"""Annotations for GitHub Actions: workflow commands on standard output, the worst first.

GitHub shows ten errors per step, so no more are written; a notice counts the rest and says where it is. Values
are escaped by the runner's rules, and no line begins with text from evidence, so evidence gives no command.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from kfm_gates.reports.blocking import Blocking, blocking
from kfm_gates.reports.harmless import visible
from kfm_gates.reports.places import below, in_repository
from kfm_gates.reports.result import Reason, Result
from kfm_gates.reports.text import counts, permit_line
from kfm_gates.reports.waived import Waived, findings, waived, waiver_lines

SHOWN = 10
"""Errors of one step that GitHub shows."""


def render(result: Result) -> str:
    """The commands, one per line; the last is a notice with the verdict."""
    return "".join(f"{line}\n" for line in _lines(result))


def _lines(result: Result) -> Iterator[str]:
    found = blocking(result)
    prefix = in_repository(result.root)
    for each in found[:SHOWN]:
        yield _command("error", _title(each), _text(each), **_place(each, prefix))
    if len(found) > SHOWN:
        more = f"{len(found) - SHOWN} more of {len(found)} are not shown here; see the job summary or decision.json."
        yield _command("notice", "kfm-gates", more)
    opened = waived(result)
    for one in opened[:SHOWN]:
        yield _command("notice", f"WAIVED {one.check.id}", _opened(one), **_where(one, prefix))
    if len(opened) > SHOWN:
        yield _command("notice", "kfm-gates", f"{len(opened) - SHOWN} more waived checks are not shown here.")
    yield _command("notice", "kfm-gates", _verdict(result))


def _opened(each: Waived) -> str:
    reasons, more = findings(each, 3)
    said = [reason.message for reason in reasons] + ([f"and {more} more findings"] if more else [])
    said += [text for waiver in each.check.waivers for text in waiver_lines(waiver)]
    return "\n".join(visible(line) for line in (*said, f"gate {each.gate}, {each.subject}"))


def _where(each: Waived, prefix: str | None) -> dict[str, str]:
    return _landing(each.check.reasons[0], prefix) if each.check.reasons else {}


def _title(each: Blocking) -> str:
    return " ".join(filter(None, (each.status.name, each.check))) if each.check else "kfm-gates: no verdict"


def _text(each: Blocking) -> str:
    about = f"gate {each.gate}, {each.subject}" if each.check else ""
    said = [each.message]
    if each.reason is not None:
        named = (("found", each.reason.found), ("expected", each.reason.expected), ("hint", each.reason.hint))
        said += [f"{name}: {value}" for name, value in named if value]
        if each.reason.place.pointer:
            said.append(f"at {each.reason.place.pointer}")
    if each.waiting:
        said.append(f"not judged because of it: {', '.join(each.waiting)}")
    return "\n".join(visible(line) for line in (*said, about) if line)


def _place(each: Blocking, prefix: str | None) -> dict[str, str]:
    """Where the annotation lands; nowhere when the evidence lies in no repository."""
    return {} if each.reason is None else _landing(each.reason, prefix)


def _landing(reason: Reason, prefix: str | None) -> dict[str, str]:
    if prefix is None or not reason.place.file:
        return {}
    place, file = reason.place, below(prefix, reason.place.file)
    if reason.policy:
        beside = in_repository(os.path.dirname(reason.policy), reason.policy)
        if beside is None:
            return {}
        file = beside
    return {"file": visible(file)} | ({"line": str(place.line)} if place.line else {})


def _verdict(result: Result) -> str:
    if result.status is None:
        return "nothing was decided; there is no permit"
    judged = counts([check for subject in result.subjects for check in subject.checks])
    about = f"{result.profile} for {result.operation}, {len(result.subjects)} subjects: {judged}"
    return f"{result.status.name}: {about}; permit: {permit_line(result)[0]}"


def _command(name: str, title: str, text: str, **place: str) -> str:
    properties = ",".join(
        f"{key}={_property(value)}" for key, value in (place | {"title": visible(title)}).items()
    )
    return f"::{name} {properties}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
