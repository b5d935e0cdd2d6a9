"""Admission: nothing runs before the gates pass. The one way from evidence to a run.

In this order: leases, whether a target waits for a repair, the gates (or a permit that is given), the permit
is used up, the run is logged. Whoever dies on the way leaves no run, and no lease that outlives it. Serves
R-005, R-024, R-063.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kfm_gates.errors import GateDenied, PermitMismatch, RunUnsettled, UsageError
from kfm_gates.judge import record
from kfm_gates.judge.launch import Progress, Verdict, judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.model.finding import Finding, Place, Status
from kfm_gates.permit.admitted import AdmittedRun, Grant
from kfm_gates.permit.holder import Holder, user_name
from kfm_gates.permit.lease import refuse_names
from kfm_gates.permit.leases import take_all
from kfm_gates.permit.place import Place as Site
from kfm_gates.permit.place import default_target
from kfm_gates.permit.run_log import RunLog
from kfm_gates.permit.runs import unsettled

if TYPE_CHECKING:
    from kfm_gates.permit.store import PermitStore


@dataclass(frozen=True)
class Admission:
    """What is asked for. `request` names the evidence, and how it is judged when there is no permit yet.

    `store` is the folder of the permit store, instead of the configured one; `request.record` is one more place
    for the record. A permit that is given is verified. `timeout` is in seconds; `python` the judge's interpreter.
    """

    request: Request
    operation: str
    targets: tuple[str, ...] = ()
    store: str | Path | None = None
    permit: Path | None = None
    progress: Progress | None = None
    timeout: float | None = None
    python: str | None = None


class GatesShut(GateDenied):
    """The gates did not open; `verdict` is all that the judge said."""

    def __init__(self, verdict: Verdict) -> None:
        predicate = verdict.statement["predicate"] if verdict.statement is not None else None
        if predicate is None:
            message = str(verdict.run.get("no_subject") or "nothing was judged")
        elif verdict.exit_code == 0:
            message = f"the gates opened but there is no permit: {verdict.run.get('no_permit')}"
        else:
            message = f"the gates did not open ({predicate['status']})"
        super().__init__(f"{message}; nothing ran", _findings(predicate))
        self.verdict = verdict
        self.status = Status[predicate["status"]] if predicate else None


def admit(asked: Admission) -> AdmittedRun:
    """Take the leases, have the gates pass, use the permit up, log the run. What follows may then start.

    Raises LeaseHeld, RunUnsettled, GatesShut, PermitInvalid, UsageError or EngineError: then nothing may run.
    """
    request = dataclasses.replace(asked.request, operation=asked.operation)
    _refuse_part(request, asked)
    refuse_names(asked.targets)
    site = Site.of(request)
    store = site.open_store(asked.store, Path(request.folder))
    run = secrets.token_hex(8)
    try:
        leases = take_all(
            store.folder, site.targets(asked.operation, asked.targets), run, site.configuration.lease
        )
    except BaseException:
        store.close()
        raise
    try:
        log = RunLog(store.folder)
        _look_back(log, run, leases.former, leases.targets, asked.operation)
        folder = _folder(store.folder, run)
        grant = _granted(asked, request, site, store, folder)
        if not asked.targets:
            _refuse_others(grant, asked.operation, leases.targets)
        store.consume(grant.permit, f"run {run} of {user_name()} on {os.uname().nodename}")
        leases.name(grant.permit.nonce)
        log.append(
            "admitted",
            run,
            operation=asked.operation,
            targets=list(leases.targets),
            nonce=grant.permit.nonce,
            decision=grant.permit.decision_digest,
            by=f"{user_name()} on {os.uname().nodename}, process {os.getpid()}",
        )
    except BaseException:
        leases.end()
        store.close()
        raise
    return AdmittedRun(run, asked.operation, folder, grant, leases, log, store)


def _refuse_part(request: Request, asked: Admission) -> None:
    if request.partial or request.evaluated_at is not None:
        raise UsageError("a run needs the whole profile, judged now: leave out what narrows it")
    if asked.operation == "cutover" and request.expect_pack is None:
        raise UsageError(
            "a cutover needs --expect-pack sha256:…, the policy pack that it relies on (`kfm-gates policy digest`)"
        )


def _look_back(
    log: RunLog, run: str, former: tuple[tuple[str, Holder], ...], targets: tuple[str, ...], operation: str
) -> None:
    """Record whom this run takes over from, and refuse a target that waits for a repair."""
    log.mend(run)
    for target, holder in former:
        log.append("taken_over", holder.run, targets=[target], by=run, holder=dataclasses.asdict(holder))
    waiting = unsettled(log.read(), targets)
    if waiting and operation != "rollback":
        last = waiting[-1]
        raise RunUnsettled(
            f"the run {last.run} ({last.operation} of {', '.join(last.targets)}) failed: {last.why}; repair what it "
            f"left, or roll it back, then record that: kfm-gates runs settle {last.run} --as repaired --by … --reason …"
        )


def _folder(store: Path, run: str) -> Path:
    """A folder of the run's own, which nobody else reads."""
    folder = store / "runs" / run
    try:
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise UsageError(f"{folder}: the record can't be kept there: {error.strerror}") from error
    return folder


def _granted(asked: Admission, request: Request, site: Site, store: PermitStore, folder: Path) -> Grant:
    """The permit, by the gates or as it was given, with the decision that it rests on."""
    from kfm_gates.permit import grants

    if asked.permit is not None:
        return grants.given(asked.permit, request, site, store, folder, _judging(asked))
    copy = None if request.record is None else Path(request.folder) / request.record
    if copy is not None:
        record.clear(copy, site.target.root)
    judged = dataclasses.replace(request, record=str(folder), store=str(store.folder))
    verdict = _judging(asked)(judged)
    if copy is not None:
        grants.copy_record(folder, copy)
    if verdict.exit_code != 0 or verdict.permit_path is None:
        raise GatesShut(verdict)
    return grants.judged(verdict, asked.operation, site, folder)


def _judging(asked: Admission) -> Callable[[Request], Verdict]:
    def judge(request: Request) -> Verdict:
        return judge_in_process(request, asked.progress, timeout=asked.timeout, python=asked.python)

    return judge


def _refuse_others(grant: Grant, operation: str, targets: tuple[str, ...]) -> None:
    """Refuse a dataset that came to the root after the leases were taken."""
    slugs = {str(each["id"]).partition("/")[0] for each in grant.decision["predicate"]["subjects"]}
    others = sorted(slug for slug in slugs if default_target(operation, slug) not in targets)
    if others:
        raise PermitMismatch(f"{others[0]} was not there when the leases were taken; run it again")


def _findings(predicate: object) -> list[Finding]:
    if not isinstance(predicate, dict):
        return []
    return [
        Finding(
            Place(f["file"], f["pointer"], f["line"] or 0), f["message"], f["found"], f["expected"], f["hint"]
        )
        for subject in predicate["subjects"]
        for check in subject["checks"]
        for f in check["findings"]
    ]
