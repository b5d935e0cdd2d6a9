"""The judge process: a request in JSON on standard input, a verdict on standard output.

It says one JSON object per line: progress, then one verdict or one error. Only here are permits issued;
nothing that runs in another process can make one that verifies.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TextIO

from kfm_gates.errors import KfmGatesError
from kfm_gates.evidence.snapshot import Folder
from kfm_gates.judge import link_report, record
from kfm_gates.judge.request import Request
from kfm_gates.judge.session import NO_SUBJECT, Run, prepare, run
from kfm_gates.model.finding import Json
from kfm_gates.permit.issue import Judged, NotIssued, audience_of, issue, refuse_unissuable, sealed


def main() -> int:
    """Judge one request and say what came of it."""
    out = _private_output()
    try:
        request = Request.of_json(json.loads(sys.stdin.buffer.read()))
        return _judge(request, out)
    except KfmGatesError as error:
        _say(out, {"error": {"kind": type(error).__name__, "message": str(error)}})
        return error.exit_code
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _say(
            out, {"error": {"kind": "EngineError", "message": f"{place}{error.strerror}; nothing is decided"}}
        )
        return 3
    except BaseException as error:
        # Anything else is our own failure: it must end as an error, never as a denial or a pass.
        import traceback

        traceback.print_exc()
        _say(out, {"error": {"kind": type(error).__name__, "message": f"{type(error).__name__}: {error}"}})
        return 3


def _judge(request: Request, out: TextIO) -> int:
    started, began = datetime.datetime.now(datetime.UTC), time.perf_counter()
    suite, target = prepare(request)
    refuse_unissuable(request, suite.configuration, target.root)
    folder = Path(request.folder) / request.record if request.record else None
    if folder is not None:
        record.clear(folder, target.root)

    def progress(subject: str, check: str) -> None:
        _say(out, {"progress": {"subject": subject, "check": check}})

    done = run(request, suite, target, progress)
    checkpoint_path = done.suite.configuration.layout.path("checkpoint")
    about: dict[str, Json] = {
        "started_at": started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seconds": round(time.perf_counter() - began, 3),
        "root": str(done.target.root),
        "exit_code": done.exit_code,
        "decision_digest": done.decision_digest,
        "gates": [{"name": g.name, "label": g.label, "title": g.title} for g in done.suite.profile.gates],
        "checks": done.suite.described(),
        "waiver_paths": done.suite.configuration.waiver_paths(),
        "permit": None,
        "no_permit": None,
        "no_subject": done.no_subject if done.exit_code == NO_SUBJECT else None,
    }
    permit: Json = None
    head: bytes | None = None
    if done.exit_code != NO_SUBJECT:
        try:
            head = _checkpoint(done, checkpoint_path) if done.exit_code == 0 else None
            permit = _permit(request, done, head)
        except NotIssued as reason:
            about["no_permit"] = str(reason)
    if folder is not None:
        about["record"] = str(folder)
        if done.decision:
            record.write(folder, "decision.json", done.decision)
        if done.links is not None:
            report = {"decision_digest": done.decision_digest, "subjects": done.links}
            record.write(folder, link_report.NAME, record.pretty(report))
        if permit is not None:
            about["permit"] = str(folder / "permit.json")
        record.write(folder, "run.json", record.pretty(about))
        if permit is not None:
            record.write(folder, "permit.json", record.pretty(permit))
    elif permit is not None:
        about["no_permit"] = "no record folder was given to write it to"
    verdict = {
        "exit_code": done.exit_code,
        "statement": done.statement,
        "decision_digest": done.decision_digest,
        "paths_digest": done.paths_digest,
        "checkpoint": None if head is None else {k: json.loads(head)[k] for k in ("root", "size")},
        "run": about,
    }
    _say(out, {"verdict": verdict})
    return done.exit_code


def _permit(request: Request, done: Run, head: bytes | None) -> Json:
    root = done.target.root
    plan = _plan(request, done) if request.plan is not None else None
    judged = Judged(done.statement, done.decision_digest, head, done.paths_digest, plan)
    audience = partial(audience_of, request, done.suite.configuration, root)
    permit = issue(judged, audience, request.expires_seconds)
    return sealed(permit, request, done.suite.configuration, root)


def _plan(request: Request, done: Run) -> str:
    """The digest of the plan that the permit is for; the decision must be of what was planned."""
    from kfm_gates.planning.documents import read_plan
    from kfm_gates.planning.refusals import PlanRefused, refuse
    from kfm_gates.planning.rules_of_decision import refusals_of_decision

    layout = done.suite.configuration.layout
    try:
        plan = read_plan(Path(request.folder) / str(request.plan))
        decided = refusals_of_decision(plan, done.statement["predicate"], done.decision_digest, layout)
        refuse("the plan does not hold", decided)
    except PlanRefused as refused:
        raise NotIssued(str(refused)) from refused
    return plan.plan_digest


def _checkpoint(done: Run, path: str) -> bytes | None:
    """The checkpoint's bytes, which must be those that were judged; None where no checkpoint was."""
    if path not in done.files:
        return None
    content = Folder(done.target.root).read(path)
    if content.data is None or content.digest != done.files[path]:
        raise NotIssued("the ledger's checkpoint changed after it was judged")
    return content.data


def _private_output() -> TextIO:
    """Keep standard output for messages: whatever a library prints goes to standard error."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "w", encoding="utf-8")


def _say(out: TextIO, message: Json) -> None:
    out.write(json.dumps(message) + "\n")
    out.flush()
