"""The last look: what changed after it was judged denies the subjects that rest on it, by `evidence.stable`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Stamp
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.judge.decision import worst
from kfm_gates.model.finding import Json, Place, Status, finding

CHECK = "evidence.stable"


@dataclass(frozen=True)
class JudgedSubject:
    """The result for one subject, and the state of its files when they were read."""

    result: dict[str, Any]
    stamps: Mapping[str, Stamp | None]
    waivers: tuple[Json, ...] = ()
    """The waivers that opened something, as they are recorded."""
    links: Json = None
    """Every link of the version's catalogs and what became of it, if a record is kept."""


def settled(
    judged: Sequence[JudgedSubject], snapshot: Snapshot, layout: Layout, notices: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """The results, after a last look at every file: what changed since it was read denies its subjects.

    A notice that changed denies all: nobody knows whether the version it set aside is among them.
    """
    folder = snapshot.source
    zones = [zone.rstrip("/") for zone in layout.zones()]
    changes: dict[str, str] = {}
    pinned: dict[str, str] = {}
    for each in judged:
        for file in each.result["files"]:
            path = file["path"]
            if pinned.setdefault(path, file["digest"]) != file["digest"]:
                changes[path] = "was read twice with different bytes"
            stamp = each.stamps[path]
            if stamp is not None and path not in changes and (reason := folder.moved(path, stamp)):
                changes[path] = reason
    arrived = {path: "appeared or vanished while it was judged" for path in snapshot.new_or_gone(zones)}
    arrived |= {path: reason for path in notices if (reason := snapshot.change(path)) is not None}
    if changes or arrived:
        for each in judged:
            _deny_changed(each.result, changes, arrived)
    return [each.result for each in judged]


def _deny_changed(result: dict[str, Any], changes: Mapping[str, str], arrived: Mapping[str, str]) -> None:
    """Deny a subject's result, in place, for each of its files that changed since it was read.

    What `arrived` (or vanished) belongs to nobody yet, so every subject is denied for it.
    """
    reasons = {**changes, **arrived}
    touched = sorted({file["path"] for file in result["files"]} & set(changes) | set(arrived))
    if not touched:
        return
    findings = []
    for path in touched:
        denied = finding(
            Place(path),
            f"{path} {reasons[path]}",
            found="other bytes than those that were judged",
            expected="evidence that rests while it is judged",
            hint="wait until whatever writes there has ended, then run the gates again",
        )
        findings.append(
            {
                "check": CHECK,
                "fingerprint": denied.fingerprint(CHECK),
                "file": path,
                "pointer": "",
                "line": None,
                "message": denied.message,
                "found": denied.found,
                "expected": denied.expected,
                "hint": denied.hint,
            }
        )
    entry = next((each for each in result["checks"] if each["id"] == CHECK), None)
    if entry is None:
        entry = {"id": CHECK, "gate": "evidence", "examined": 0, "because": [], "findings": []}
        result["checks"].append(entry)
    entry["status"] = max(Status.DENY, Status[entry.get("status", "PASS")]).name
    entry["examined"] = max(entry["examined"], len(touched))
    entry["findings"] = findings
    result["status"] = worst(Status[each["status"]] for each in result["checks"]).name
