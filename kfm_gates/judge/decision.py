"""The gate decision: the record of one run, the same bytes for the same inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kfm_gates.evidence.canonical import digest_of, jcs
from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.positions import has_lines, line_in
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.waiver_reading import ReadWaiver
from kfm_gates.judge.redaction import Redaction
from kfm_gates.judge.running import Docket, Entry
from kfm_gates.judge.suite import Suite
from kfm_gates.model.finding import Finding, Json, Status
from kfm_gates.model.gate_decision import DECISION_TYPE, STATEMENT_TYPE


def subject_result(
    id: str,
    docket: Docket,
    entries: Sequence[Entry],
    files: Sequence[PinnedFile],
    snapshot: Snapshot,
    redaction: Redaction,
    version_digest: str,
) -> dict[str, Json]:
    """What is recorded of one subject."""
    lines = _Lines(snapshot)
    return {
        "id": id,
        "digest": subject_digest(files),
        "version_digest": version_digest,
        "status": worst(entry.status for entry in entries).name,
        "files": [{"path": f.path, "digest": f.digest, "size": f.size} for f in files if f.digest],
        "checks": [_entry(entry, lines, redaction) for entry in entries],
        "not_planned": [
            {"id": e.check, "gate": e.gate, "fact": e.fact, "value": e.value, "digest": e.digest}
            for e in docket.not_planned
        ],
    }


def subject_digest(files: Iterable[PinnedFile]) -> str:
    """One digest for all files of a subject: of the sorted list of paths and digests."""
    return digest_of([[file.path, file.digest] for file in files])


def statement(
    suite: Suite,
    operation: str,
    evaluated_at: str,
    partial: bool,
    subjects: Sequence[Mapping[str, Any]],
    set_aside: Sequence[Mapping[str, Any]] = (),
    waivers: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Json]:
    """The in-toto Statement of a run over `subjects`, which are sorted by id."""
    rows = [[s["id"], c["gate"], c["id"]] for s in subjects for c in s["checks"]]
    rows += [[s["id"], c["gate"], c["id"], c["digest"]] for s in subjects for c in s["not_planned"]]
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": s["id"], "digest": {"sha256": s["digest"].removeprefix("sha256:")}} for s in subjects
        ],
        "predicateType": DECISION_TYPE,
        "predicate": {
            "status": worst(Status[s["status"]] for s in subjects).name,
            "operation": operation,
            "profile": {"name": suite.profile.name, "digest": suite.profile_digest},
            "evaluated_at": evaluated_at,
            "policy_pack": {"digest": suite.pack_digest},
            "configuration": {"digest": suite.configuration.digest()},
            "engines": suite.engines,
            "docket": {"digest": digest_of(rows), "entries": len(rows)},
            "partial": partial,
            "subjects": list(subjects),
            "set_aside": list(set_aside),
            "waivers": list(waivers),
        },
    }


def canonical(statement: Mapping[str, Json]) -> tuple[bytes, str]:
    """The canonical bytes of a statement (RFC 8785, one line) and their digest."""
    data = jcs(statement)
    return data + b"\n", sha256(data)


def worst(statuses: Iterable[Status]) -> Status:
    """The worst status; ERROR when there is none, since nothing was judged."""
    return max(statuses, default=Status.ERROR)


def _entry(entry: Entry, lines: _Lines, redaction: Redaction) -> dict[str, Json]:
    outcomes = {} if entry.status is Status.PASS else entry.outcomes
    if entry.status is Status.WAIVED:  # of several checks, what the others say is as if one had passed
        outcomes = {check: each for check, each in outcomes.items() if each.status is Status.WAIVED}
    findings = [(check, redaction.finding(each)) for check, o in outcomes.items() for each in o.findings]
    because = (redaction.cause(each) for o in outcomes.values() for each in o.because)
    result = {
        "id": entry.group.id,
        "gate": entry.gate.name,
        "status": entry.status.name,
        "examined": sum(outcome.examined for outcome in entry.outcomes.values()),
        "because": sorted(set(because)),
        "findings": [_finding(check, finding, lines) for check, finding in findings],
    }
    if entry.status is Status.WAIVED:
        used = {each.waiver.id: each for o in outcomes.values() for each in o.waivers}
        result["waivers"] = [opened_by(used[id]) for id in sorted(used)]
    return result


def opened_by(each: ReadWaiver) -> dict[str, Json]:
    """A waiver as it is recorded at a check that it opened."""
    waiver = each.waiver
    return {
        "id": waiver.id,
        "digest": each.file.digest,
        "expires": waiver.expires,
        "owner": waiver.owner,
        "approver": waiver.approver,
    }


def used_waivers(entries: Sequence[Entry]) -> list[dict[str, Json]]:
    """What was opened in one subject and without which it would not have opened, by id."""
    opened = [entry for entry in entries if entry.status is Status.WAIVED]
    used = {each.waiver.id: each for e in opened for o in e.outcomes.values() for each in o.waivers}
    return [
        opened_by(each)
        | {
            "kind": each.waiver.kind,
            "check": each.waiver.check,
            "subject": each.waiver.subject.id,
            "reason": each.waiver.reason,
            "compensating_control": each.waiver.compensating_control,
            "issued": each.waiver.issued,
        }
        for _, each in sorted(used.items())
    ]


def _finding(check: str, finding: Finding, lines: _Lines) -> dict[str, Json]:
    return {
        "check": check,
        "fingerprint": finding.fingerprint(check),
        "file": finding.place.file,
        "pointer": finding.place.pointer,
        "line": lines.of(finding),
        "message": _clean(finding.message),
        "found": _clean(finding.found),
        "expected": _clean(finding.expected),
        "hint": _clean(finding.hint),
    }


def _clean(text: str) -> str:
    """Text without lone surrogates, which no canonical JSON can hold."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class _Lines:
    """From places to line numbers, over the bytes that were judged."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def of(self, finding: Finding) -> int | None:
        """The 1-based line of a finding in its file; None for files that have no lines."""
        path = finding.place.file
        if finding.place.line:
            return finding.place.line
        if path not in self._snapshot or not has_lines(path):
            return None
        try:
            data = self._snapshot.data(path)
        except Unreadable:
            return None
        return line_in(path, data, finding.place.pointer)
