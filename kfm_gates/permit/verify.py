"""Verifying a permit before acting on it.

A permit without a signature proves nothing by itself: anyone can write such a file. So the evidence is
judged again, as of the time that the permit names, and the decision must be the same, byte for byte. The signature
of a trusted key replaces that (`permit.signed`).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import (
    GateDenied,
    PermitExpired,
    PermitInvalid,
    PermitMismatch,
    PermitStale,
    UsageError,
)
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.judge.configuration import Configuration, load_configuration
from kfm_gates.judge.launch import Verdict, judge_in_process
from kfm_gates.judge.request import Request, resolve_targets
from kfm_gates.model.finding import Json
from kfm_gates.model.permit import Permit
from kfm_gates.model.text import instant
from kfm_gates.permit.file import read_permit, read_permit_file
from kfm_gates.permit.issue import LONGEST, MAXIMUM_AGE
from kfm_gates.permit.signed import (
    DECISION,
    refuse_other_evidence,
    refuse_other_policy,
    refuse_unsigned,
)
from kfm_gates.permit.store import PermitStore
from kfm_gates.permit.subjects import subjects_root

__all__ = ["Verified", "place", "read_permit", "refuse_unasked", "verify", "verify_file"]


@dataclass(frozen=True)
class Verified:
    """A permit that held when it was verified; `signed_by` is the trusted key's name, None: it was judged again."""

    permit: Permit
    signed_by: str | None


def verify_file(
    path: Path,
    request: Request,
    *,
    operation: str | None = None,
    expect_pack: str | None = None,
    store: PermitStore | None = None,
    judge: Callable[[Request], Verdict] = judge_in_process,
) -> Verified:
    """Verify a permit file for this evidence: by its signature and the bytes, or by judging again.

    A signature counts where the configuration trusts keys (`[trust] permit_keys`). Elsewhere, and without one, the
    gates are judged again, unless the configuration requires a signature. With a store, it must be able to consume
    the permit now. Raises PermitInvalid for a permit that does not hold, GateDenied when the gates do not open.
    """
    file = read_permit_file(path)
    permit = file.permit
    if store is not None:
        store.refuse_unusable(permit)
    configuration, root = place(request)
    if file.envelope is None and configuration.trust.require_signature:
        raise PermitInvalid(
            f"{path}: has no signature, and the configuration requires one; sign with --sign-key"
        )
    if file.envelope is None or not configuration.trust.permit_keys:
        verify(permit, request, operation=operation, expect_pack=expect_pack, judge=judge)
        return Verified(permit, None)
    name = refuse_unsigned(file.envelope, configuration)
    refuse_unasked(permit, operation, expect_pack)
    refuse_other_policy(
        permit, configuration, request.profile or configuration.profile, expect_pack is not None
    )
    refuse_other_evidence(permit, path.with_name(DECISION), root, configuration.layout)
    return Verified(permit, name)


def place(request: Request) -> tuple[Configuration, Path]:
    """The configuration of a request, and the evidence root that it is about."""
    folder = Path(request.folder)
    file = folder / request.configuration if request.configuration else None
    configuration = load_configuration(file, folder, None)
    root = resolve_targets(request.targets, folder, configuration.root, configuration.layout).root
    return load_configuration(file, folder, root), root


def verify(
    permit: Permit,
    request: Request,
    *,
    operation: str | None = None,
    expect_pack: str | None = None,
    judge: Callable[[Request], Verdict] = judge_in_process,
) -> None:
    """Return if the permit holds now for this evidence, judged again; raise PermitInvalid otherwise."""
    refuse_unasked(permit, operation, expect_pack)
    _judge_again(permit, request, judge)


def refuse_unasked(permit: Permit, operation: str | None, expect_pack: str | None) -> None:
    """Raise PermitInvalid for a permit that is not for what is asked, or not for now."""
    now = datetime.datetime.now(datetime.UTC)
    if now >= instant(permit.expires_at):
        raise PermitExpired(f"the permit expired at {permit.expires_at}; run the gates again")
    if now < instant(permit.issued_at) - datetime.timedelta(seconds=MAXIMUM_AGE):
        raise PermitExpired(
            f"the permit is issued at {permit.issued_at}, which is in the future; check the clock"
        )
    _refuse_impossible_times(permit)
    if permit.scope is not None:
        raise PermitMismatch(
            "the permit is for a part of a run; only the permit store that it was narrowed in can tell whether it holds"
        )
    if operation is not None and permit.operation != operation:
        raise PermitMismatch(f"the permit is for {permit.operation!r}, not for {operation!r}")
    if expect_pack is None and permit.operation == "cutover":
        raise UsageError(
            "a permit for a cutover is verified against a policy pack that is known; give its digest with --expect-pack"
        )
    if expect_pack is not None and permit.policy_pack_digest != expect_pack:
        raise PermitMismatch(
            f"the permit is of the policy pack {permit.policy_pack_digest}, not {expect_pack}"
        )


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
    )
    verdict = judge(again)
    if verdict.statement is None:
        raise PermitStale("the evidence that the permit is for is not there any more")
    predicate = verdict.statement["predicate"]
    if predicate["status"] not in ("PASS", "WAIVED"):
        raise GateDenied(f"judged again, the gates do not open ({predicate['status']})")
    subjects = subjects_root((each["id"], each["digest"]) for each in predicate["subjects"])
    waivers = {(each["id"], each["digest"]) for each in predicate.get("waivers", [])}
    named: dict[str, Json] = {
        "id and digest of subjects": permit.subjects_root.document(),
        "list of files": permit.paths_digest,
        "waiver": [(each.id, each.digest) for each in permit.waivers],
        "profile": permit.profile.document(),
        "configuration": permit.configuration_digest,
        "policy pack": permit.policy_pack_digest,
        "engines": permit.engines_digest,
        "docket": permit.docket_digest,
        "decision": permit.decision_digest,
        "operation": permit.operation,
    }
    actual: dict[str, Json] = {
        "id and digest of subjects": subjects,
        "list of files": verdict.paths_digest,
        "waiver": sorted(waivers),
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
