"""Verdicts written by hand: what is shown does not depend on how it was judged."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.judge.launch import Verdict

DIGEST = "sha256:" + "a" * 64


def finding(check: str, message: str = "is wrong", **more: Any) -> dict[str, Any]:
    return {
        "check": check,
        "fingerprint": "0" * 16,
        "file": "data/one.json",
        "pointer": "/a",
        "line": 3,
        "message": message,
        "found": "1",
        "expected": "2",
        "hint": "write 2",
    } | more


def check(id: str, gate: str, status: str = "PASS", because: Any = (), findings: Any = ()) -> dict[str, Any]:
    return {
        "id": id,
        "gate": gate,
        "status": status,
        "examined": 1,
        "because": list(because),
        "findings": list(findings),
    }


def waiver(id: str = "gap-2017", **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "digest": DIGEST,
        "expires": "2026-12-01T00:00:00Z",
        "owner": "example:owner-1",
        "approver": "example:steward-1",
        "kind": "exception",
        "check": "rights.a",
        "subject": "s/1",
        "reason": "One county was dissolved.",
        "compensating_control": "The list is corrected next time.",
        "issued": "2026-10-01T00:00:00Z",
    } | more


def subject(id: str, *checks: dict[str, Any], not_planned: Any = ()) -> dict[str, Any]:
    order = ["PASS", "WAIVED", "ABSTAIN", "DENY", "ERROR"]
    return {
        "id": id,
        "digest": DIGEST,
        "status": max((each["status"] for each in checks), key=order.index),
        "files": [],
        "checks": list(checks),
        "not_planned": list(not_planned),
    }


def verdict(*subjects: dict[str, Any], exit_code: int = 1, waivers: Any = (), **run: Any) -> Verdict:
    order = ["PASS", "WAIVED", "ABSTAIN", "DENY", "ERROR"]
    predicate = {
        "status": max((each["status"] for each in subjects), key=order.index),
        "operation": "promote",
        "profile": {"name": "promotion-v1", "digest": DIGEST},
        "evaluated_at": "2026-10-01T12:00:00Z",
        "policy_pack": {"digest": DIGEST},
        "configuration": {"digest": DIGEST},
        "engines": {"python": "3.11"},
        "docket": {"digest": DIGEST, "entries": 1},
        "partial": False,
        "subjects": list(subjects),
        "waivers": list(waivers),
    }
    gates = [
        {"name": "evidence", "label": "", "title": "Evidence"},
        {"name": "rights", "label": "B", "title": "Rights"},
        {"name": "catalog", "label": "D", "title": "Catalog"},
    ]
    about = {"root": "", "gates": gates, "permit": None, "no_permit": "the gates did not open", **run}
    return Verdict(exit_code, {"predicate": predicate}, DIGEST, DIGEST, None, about)


@pytest.fixture
def make() -> Any:
    class Make:
        pass

    made: Any = Make()
    made.verdict, made.subject, made.check, made.finding = verdict, subject, check, finding
    made.waiver = waiver
    return made
