"""The difference of two decisions, for a person and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from kfm_gates.model.finding import Json, Status
from kfm_gates.reports.difference import Difference, Files, SubjectDifference
from kfm_gates.reports.harmless import visible

SHOWN = 20
"""Findings, files or checks of one kind and subject that are listed; the rest is counted."""


def text(difference: Difference) -> str:
    """What else decided comes first, then each subject that differs, then the sum."""
    return "".join(f"{line}\n" for line in _lines(difference))


def _lines(difference: Difference) -> Iterator[str]:
    for side, predicate in (("old", difference.old), ("new", difference.new)):
        about = (
            f"{predicate['profile']['name']} for {predicate['operation']}, as of {predicate['evaluated_at']}"
        )
        yield f"{side}:       {predicate['status']:8}{visible(about)}"
    yield ""
    for cause in difference.causes:
        yield f"changed:   {visible(cause.what)}: {visible(cause.old)} → {visible(cause.new)}"
    if difference.causes:
        yield ""
    for subject in difference.subjects:
        if subject.differs:
            yield from _subject(subject)
            yield ""
    new, gone, same = _counts(difference)
    yield f"findings:  {new} new, {gone} gone, {same} same"
    yield f"exit code: {int(difference.blocks_anew)}{'' if difference.blocks_anew else ' (nothing new is denied)'}"


def _subject(subject: SubjectDifference) -> Iterator[str]:
    yield f"subject {visible(subject.id)}  {_step(subject.old, subject.new)}"
    yield from _files(subject.files)
    for name, findings in (("new", subject.found), ("gone", subject.gone)):
        rows = [f"  {name:5} {_finding(each)}{_opened(each, subject)}" for each in findings]
        yield from _capped(rows, f"{name} findings")
    if subject.same:
        yield f"  same  {len(subject.same)} findings"
    # A check that waits for another tells nothing by itself; those that wait now are counted.
    own = [each for each in subject.checks if each.new != Status.ABSTAIN.name]
    rows = [f"  check {visible(each.id)}  {_step(each.old, each.new)}{_why(each.because)}" for each in own]
    yield from _capped(rows, "checks")
    waiting = len(subject.checks) - len(own)
    if waiting:
        yield f"  … and {waiting} checks that were judged before and wait for others now"


def _opened(finding: Json, subject: SubjectDifference) -> str:
    return " (waived)" if finding["fingerprint"] in subject.waived else ""


def _step(old: str, new: str) -> str:
    return old if old == new else f"{old} → {new}"


def _why(because: Sequence[str]) -> str:
    return f": {', '.join(visible(each) for each in because)}" if because else ""


def _files(files: Files) -> Iterator[str]:
    for name, paths in (("changed", files.changed), ("added", files.new), ("removed", files.gone)):
        yield from _capped([f"  file  {visible(path)} was {name}" for path in paths], f"{name} files")


def _finding(finding: Json) -> str:
    place = visible(finding["file"]) or "the subject as a whole"
    line = f":{finding['line']}" if finding["line"] else ""
    pointer = f" ({visible(finding['pointer'])})" if finding["pointer"] else ""
    return f"{visible(finding['check'])} at {place}{line}{pointer}: {visible(finding['message'])}"


def _capped(rows: Sequence[str], what: str) -> Iterator[str]:
    yield from rows[:SHOWN]
    if len(rows) > SHOWN:
        yield f"  … and {len(rows) - SHOWN} more {what}; --format json has all"


def _counts(difference: Difference) -> tuple[int, int, int]:
    rows = difference.subjects
    return sum(len(s.found) for s in rows), sum(len(s.gone) for s in rows), sum(len(s.same) for s in rows)


def as_json(difference: Difference) -> str:
    """Everything, as ASCII JSON: `old`, `new`, `causes`, `subjects`, `counts` and `blocks_anew`."""
    new, gone, same = _counts(difference)
    value = {
        "old": _head(difference.old),
        "new": _head(difference.new),
        "causes": [vars(cause) for cause in difference.causes],
        "subjects": [_row(subject) for subject in difference.subjects],
        "counts": {"new": new, "gone": gone, "same": same},
        "blocks_anew": difference.blocks_anew,
    }
    return json.dumps(value, indent=2, ensure_ascii=True).replace("##", "#\\u0023") + "\n"


def _head(predicate: Json) -> Json:
    return {name: predicate[name] for name in ("status", "operation", "profile", "evaluated_at", "partial")}


def _row(subject: SubjectDifference) -> Json:
    return {
        "id": subject.id,
        "old": subject.old,
        "new": subject.new,
        "files": {name: list(paths) for name, paths in vars(subject.files).items()},
        "checks": [{**vars(each), "because": list(each.because)} for each in subject.checks],
        "waived": sorted(subject.waived),
        "findings": {"new": list(subject.found), "gone": list(subject.gone), "same": list(subject.same)},
        "blocks_anew": subject.blocks_anew,
    }
