"""What changed after it was judged: the subjects that rest on it are denied by `evidence.stable`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfm_gates.judge.decision import worst
from kfm_gates.model.finding import Place, Status, finding

CHECK = "evidence.stable"


def deny_changed(result: dict[str, Any], changes: Mapping[str, str], arrived: Mapping[str, str]) -> None:
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
