"""Verifying a permit before acting on it.

A permit without a signature proves nothing by itself: anyone can write such a file. So the evidence is
judged again, as of the time that the permit names, and the decision must be the same, byte for byte.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from kfm_gates.errors import (
    GateDenied,
    KfmGatesError,
    PermitExpired,
    PermitInvalid,
    PermitMismatch,
    PermitStale,
)
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.judge.launch import Verdict, judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.model.finding import Json
from kfm_gates.model.form import form_findings
from kfm_gates.model.permit import Permit
from kfm_gates.model.text import instant
from kfm_gates.permit.issue import LONGEST, MAXIMUM_AGE


def read_permit(path: Path) -> Permit:
    """Read a permit file; raises PermitInvalid for one that is not exactly of the closed form."""
    try:
        raw = parse_json(path.read_bytes())
    except OSError as error:
        raise PermitInvalid(f"{path}: the permit can't be read: {error.strerror}") from error
    except KfmGatesError as error:
        raise PermitInvalid(f"{path}: {error}") from error
    try:
        permit, findings = form_findings(Permit, raw, str(path))
    except ValidationError as error:
        raise PermitInvalid(f"{path}: is no permit") from error
    if permit is None or findings:
        reason = findings[0].message if findings else "is no permit"
        raise PermitInvalid(f"{path}: {reason}")
    return permit


def verify(
    permit: Permit,
    request: Request,
    *,
    operation: str | None = None,
    expect_pack: str | None = None,
    judge: Callable[[Request], Verdict] = judge_in_process,
) -> None:
    """Return if the permit holds now for this evidence; raise PermitInvalid otherwise."""
    now = datetime.datetime.now(datetime.UTC)
    if now >= instant(permit.expires_at):
        raise PermitExpired(f"the permit expired at {permit.expires_at}; run the gates again")
    if now < instant(permit.issued_at) - datetime.timedelta(seconds=60):
        raise PermitExpired(
            f"the permit is issued at {permit.issued_at}, which is in the future; check the clock"
        )
    _refuse_impossible_times(permit)
    if operation is not None and permit.operation != operation:
        raise PermitMismatch(f"the permit is for {permit.operation!r}, not for {operation!r}")
    if expect_pack is not None and permit.policy_pack_digest != expect_pack:
        raise PermitMismatch(
            f"the permit is of the policy pack {permit.policy_pack_digest}, not {expect_pack}"
        )
    _judge_again(permit, request, judge)


def _refuse_impossible_times(permit: Permit) -> None:
    """Refuse times that no judge writes: nobody can see from the evidence that they were changed."""
    issued = instant(permit.issued_at)
    age, life = issued - instant(permit.evaluated_at), instant(permit.expires_at) - issued
    if abs(age.total_seconds()) > MAXIMUM_AGE or life.total_seconds() > LONGEST:
        raise PermitInvalid(
            f"the permit was judged {permit.evaluated_at}, issued {permit.issued_at} and expires "
            f"{permit.expires_at}: no judge issues such a permit; run the gates again"
        )


def _judge_again(permit: Permit, request: Request, judge: Callable[[Request], Verdict]) -> None:
    again = Request(
        folder=request.folder,
        targets=request.targets,
        configuration=request.configuration,
        profile=request.profile,
        evaluated_at=permit.evaluated_at,
        jobs=request.jobs,
        engine=request.engine,
    )
    verdict = judge(again)
    if verdict.statement is None:
        raise PermitStale("the evidence that the permit is for is not there any more")
    predicate = verdict.statement["predicate"]
    if predicate["status"] not in ("PASS", "WAIVED"):
        raise GateDenied(f"judged again, the gates do not open ({predicate['status']})")
    named: dict[str, Json] = {"id and digest of subjects": [s.document() for s in permit.subjects]}
    actual: dict[str, Json] = {
        "id and digest of subjects": [{"id": s["id"], "digest": s["digest"]} for s in predicate["subjects"]]
    }
    named |= {
        "profile": permit.profile.document(),
        "configuration": permit.configuration_digest,
        "policy pack": permit.policy_pack_digest,
        "engines": permit.engines_digest,
        "docket": permit.docket_digest,
        "decision": permit.decision_digest,
        "operation": permit.operation,
    }
    actual |= {
        "profile": predicate["profile"],
        "configuration": predicate["configuration"]["digest"],
        "policy pack": predicate["policy_pack"]["digest"],
        "engines": digest_of(predicate["engines"]),
        "docket": predicate["docket"]["digest"],
        "decision": verdict.decision_digest,
        "operation": predicate["operation"],
    }
    for what, value in named.items():
        if value != actual[what]:
            raise PermitStale(f"the permit names another {what} than what is there now; run the gates again")
    if (permit.checkpoint.document() if permit.checkpoint else None) != verdict.checkpoint:
        raise PermitStale(
            "the permit names another ledger checkpoint than what is there now; run the gates again"
        )
