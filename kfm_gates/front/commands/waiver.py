"""`kfm-gates waiver draft`: what to write to have the denials of a check waived, with all that a person must add empty."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, TextIO

from kfm_gates.errors import UsageError
from kfm_gates.front.commands.diff import read_predicate
from kfm_gates.judge.toml_table import did_you_mean
from kfm_gates.model.finding import Json


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print the draft. It opens nothing until somebody has filled it in, approved it and configured it."""
    predicate = read_predicate(Path(arguments.decision))
    subject = _subject(predicate, arguments.subject, arguments.check)
    findings = _findings(subject, arguments.check, arguments.finding)
    out.write(json.dumps(draft(subject, arguments.check, findings, arguments.kind), indent=2) + "\n")
    return 0


def draft(subject: Json, check: str, findings: list[Json], kind: str) -> dict[str, Any]:
    """A waiver for these findings, in which nobody has said why, who and until when."""
    return {
        "kfm_waiver_version": "v1",
        "id": f"{check.replace('.', '-')}-{subject['version_digest'].removeprefix('sha256:')[:8]}",
        "kind": kind,
        "check": check,
        "subject": {"id": subject["id"], "digest": subject["version_digest"]},
        "findings": list(dict.fromkeys(each["fingerprint"] for each in findings)),
        "reason": "",
        "owner": "",
        "approver": "",
        "compensating_control": "",
        "issued": "",
        "expires": "",
    }


def _subject(predicate: Json, wanted: str | None, check: str) -> Json:
    """The version that is meant: the one that was named, or the only one of which the check denied."""
    subjects = {each["id"]: each for each in predicate["subjects"]}
    if wanted is None:
        denied = [id for id, each in subjects.items() if _denials(each, check)] or list(subjects)[:1]
        if len(denied) != 1:
            raise UsageError(
                f"{len(denied)} versions are meant; name one with --subject: {', '.join(denied[:10])}"
            )
        wanted = denied[0]
    if wanted not in subjects:
        raise UsageError(f"the decision is not about {wanted!r}{did_you_mean(wanted, subjects)}")
    return subjects[wanted]


def _denials(subject: Json, check: str) -> list[Json]:
    return [f for entry in subject["checks"] for f in entry["findings"] if f["check"] == check]


def _findings(subject: Json, check: str, wanted: list[str]) -> list[Json]:
    """The findings of a check that denies, in this decision."""
    all_of_it = _denials(subject, check)
    judged = {name: entry for entry in subject["checks"] for name in _names(entry["id"])}
    if check not in judged:
        raise UsageError(f"the decision has no check {check!r}{did_you_mean(check, judged)}")
    if judged[check]["status"] not in ("DENY", "WAIVED") or not all_of_it:
        raise UsageError(
            f"{check} ended {judged[check]['status']} for {subject['id']}; only a denial can be waived"
        )
    unknown = sorted(set(wanted) - {each["fingerprint"] for each in all_of_it})
    if unknown:
        raise UsageError(f"{check} has no finding {', '.join(unknown)} in this decision")
    return [each for each in all_of_it if not wanted or each["fingerprint"] in wanted]


def _names(entry: str) -> list[str]:
    """The checks of a docket entry."""
    return entry[4:-1].split(", ") if entry.startswith("any(") else [entry]
