"""`kfm-gates promoted`: which versions are promoted, which are refused, and which are out of use, and why.

A version is in the list when the gates open for it now: it has a passed promotion in the ledger, and everything
that the promotion rested on still holds. Whoever indexes promoted versions takes them from here (R-084).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from kfm_gates.evidence.layout import Layout
from kfm_gates.front.progress import Progress
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.judge.launch import judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.model.finding import Json
from kfm_gates.reports.harmless import visible

NO_SUBJECT = 5


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Judge the whole root and list its versions."""
    request = Request(
        folder=os.getcwd(),
        targets=(arguments.root,),
        configuration=arguments.config,
        profile=arguments.profile,
        operation="promote",
        evaluated_at=arguments.evaluated_at,
        jobs=arguments.jobs,
        expect_pack=arguments.expect_pack,
        engine=arguments.engine,
    )
    file = Path(arguments.config) if arguments.config else None
    layout = load_configuration(file, Path.cwd(), Path(arguments.root)).layout
    with Progress(sys.stderr) as progress:
        verdict = judge_in_process(request, progress, timeout=arguments.timeout)
    predicate = verdict.statement["predicate"] if verdict.statement is not None else None
    listing = _listing(predicate, verdict.decision_digest, layout)
    if arguments.format == "json":
        out.write(json.dumps(listing, indent=2, ensure_ascii=False) + "\n")
    else:
        out.writelines(f"{line}\n" for line in _lines(listing))
    return 3 if any(each["status"] == "ERROR" for each in listing["refused"]) else _exit_code(listing)


def _exit_code(listing: dict[str, Any]) -> int:
    """0 when the list could be made, whatever it holds; 5 when there is no version at all."""
    return 0 if any(listing[name] for name in ("promoted", "refused", "set_aside")) else NO_SUBJECT


def _listing(predicate: Json, decision: str, layout: Layout) -> dict[str, Any]:
    subjects = predicate["subjects"] if predicate else []
    return {
        "evaluated_at": predicate["evaluated_at"] if predicate else None,
        "profile": predicate["profile"] if predicate else None,
        "policy_pack": predicate["policy_pack"] if predicate else None,
        "gate_decision": decision or None,
        "promoted": [_promoted(each, layout, predicate["waivers"]) for each in subjects if _opens(each)],
        "refused": [_refused(each) for each in subjects if not _opens(each)],
        "set_aside": predicate["set_aside"] if predicate else [],
    }


def _opens(subject: Json) -> bool:
    return subject["status"] in ("PASS", "WAIVED")


def _promoted(subject: Json, layout: Layout, waivers: Json) -> dict[str, Any]:
    """One promoted version: its digest, the manifest and policy decision that it was promoted by, and waivers."""
    named: dict[str, list[dict[str, str]]] = {"manifest": [], "policy_decision": []}
    slug, _, version = subject["id"].partition("/")
    for file in subject["files"]:
        match = layout.match(file["path"])
        if match is not None and match.name in named:
            own = (
                match.variables.get("version", version) == version
                and match.variables.get("slug", slug) == slug
            )
            if own:
                named[match.name].append({"path": file["path"], "digest": file["digest"]})
    return {
        "id": subject["id"],
        "digest": subject["digest"],
        "status": subject["status"],
        "manifest": named["manifest"][0],
        "policy_decisions": named["policy_decision"],
        "waivers": [each for each in waivers if each["subject"] == subject["id"]],
    }


def _refused(subject: Json) -> dict[str, Any]:
    reasons = []
    for check in subject["checks"]:
        if check["findings"]:
            messages = dict.fromkeys(finding["message"] for finding in check["findings"])
            reasons.append({"check": check["id"], "status": check["status"], "messages": list(messages)})
        elif check["status"] == "ERROR":
            reasons.append({"check": check["id"], "status": "ERROR", "messages": check["because"]})
    return {"id": subject["id"], "status": subject["status"], "reasons": reasons}


def _lines(listing: dict[str, Any]) -> list[str]:
    lines = []
    for each in listing["promoted"]:
        decided = ", ".join(file["path"] for file in each["policy_decisions"])
        lines.append(
            f"promoted   {visible(each['id'])}  by {visible(each['manifest']['path'])}, {visible(decided)}"
        )
        for waiver in each["waivers"]:
            said = f"{waiver['check']}: waived by {waiver['id']} until {waiver['expires']}"
            lines.append(f"             {visible(said)}")
    for each in listing["refused"]:
        lines.append(f"refused    {visible(each['id'])}  {each['status']}")
        for reason in each["reasons"]:
            more = f" (and {len(reason['messages']) - 1} more)" if len(reason["messages"]) > 1 else ""
            lines.append(f"             {reason['check']}: {visible(reason['messages'][0], 200)}{more}")
    for each in listing["set_aside"]:
        lines.append(f"{each['status']:10} {visible(each['id'])}  {visible(each['reason'], 200)}")
        lines.append(f"             by {visible(each['notice'])}")
    if listing["gate_decision"]:
        lines.append(f"gate decision {listing['gate_decision']}, as of {listing['evaluated_at']}")
    return lines or ["no dataset version was found"]
