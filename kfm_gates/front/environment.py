"""The permit of a command that `kfm-gates exec` started, for builders that run under it or inside `guard`."""

from __future__ import annotations

import os
from pathlib import Path

from kfm_gates.errors import EvidenceError, PermitInvalid, PermitMismatch, PermitStale, UsageError
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json
from kfm_gates.model.permit import Permit
from kfm_gates.permit.inputs import Inputs
from kfm_gates.permit.receipt_writing import write_receipt
from kfm_gates.permit.run_log import RunLog
from kfm_gates.permit.runs import RunState, states
from kfm_gates.permit.store import PermitStore
from kfm_gates.permit.verified_permit import Run, VerifiedPermit, mint
from kfm_gates.permit.verify import read_permit

PERMIT, RUN, RECEIPT = "KFM_GATES_PERMIT", "KFM_GATES_RUN", "KFM_GATES_RECEIPT"
INPUTS = "KFM_GATES_INPUTS"
"""With `exec --sealed`: the private copy, which is read instead of the evidence root."""


def permit_from_environment(store: str | os.PathLike[str] | None = None) -> VerifiedPermit:
    """The verified permit of the run that this process belongs to.

    The permit must be the one that its store consumed, for a run that has begun and is not over, with the decision
    that it names. `store` is the permit store that is believed; without it, the one that the permit lies in.

    Raises UsageError in a process that `kfm-gates exec` did not start, and PermitInvalid for a permit that does
    not hold.
    """
    path, run_id, receipt = Path(_given(PERMIT)).resolve(), _given(RUN), Path(_given(RECEIPT))
    folder = store_of(path, run_id, store)
    permit = read_permit(path)
    refuse_unconsumed(folder, permit)
    run = started_run(folder, run_id, permit)
    decision = decision_of(path.with_name("decision.json"), permit)
    inputs = Inputs.of_decision(os.environ.get(INPUTS) or run.root, decision)
    return mint(permit, inputs, Run(run_id, run.targets, lambda value: write_receipt(receipt, value)))


def _given(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise UsageError(
            f"{name} is not set, so there is no permit; start this program by `kfm-gates exec … -- COMMAND`"
        )
    return value


def store_of(path: Path, run: str, store: str | os.PathLike[str] | None) -> Path:
    """The store in whose folder for this run the permit lies."""
    if path.parts[-3:] != ("runs", run, "permit.json") or not (path.parents[2] / "id").is_file():
        raise PermitMismatch(
            f"{path}: lies in no permit store, below runs/{run}; start the program by kfm-gates exec"
        )
    if store is not None and path.parents[2] != Path(store).resolve():
        raise PermitMismatch(f"{path}: lies in another permit store than {os.fspath(store)}")
    return path.parents[2]


def refuse_unconsumed(folder: Path, permit: Permit) -> None:
    """Raise PermitMismatch unless the store used up this very permit, for a run that is not over."""
    opened = PermitStore.open(folder, None)
    try:
        used = opened.consumed(permit.nonce)
        if used is None or used.get("permit_digest") != digest_of(permit.document()):
            raise PermitMismatch(
                f"{folder}: this store did not consume the permit; start the program by kfm-gates exec"
            )
        if not opened.open_run(permit.nonce):
            raise PermitMismatch("the permit can't be used any more: its run is over; run the gates again")
    finally:
        opened.close()


def started_run(folder: Path, run: str, permit: Permit) -> RunState:
    """What the log says of the run, which must have begun with this permit and be open."""
    state = states(RunLog(folder).read()).get(run)
    if state is None or state.nonce != permit.nonce or state.operation != permit.operation:
        raise PermitMismatch(
            f"{folder}: no run {run} was admitted with this permit; start the program by kfm-gates exec"
        )
    if not state.root:
        raise PermitMismatch(f"{folder}: does not say what the run {run} judged; run the gates again")
    if state.state != "started":
        raise PermitMismatch(f"the run {run} is not open but {state.state}; run the gates again")
    return state


def decision_of(path: Path, permit: Permit) -> Json:
    """The decision that lies there, which must be the one that the permit names."""
    try:
        decision = parse_json(path.read_bytes())
    except (OSError, EvidenceError) as error:
        raise PermitStale(f"{path}: the decision can't be read: {error}") from error
    if digest_of(decision) != permit.decision_digest:
        raise PermitStale(f"{path}: is not the decision that the permit names; run the gates again")
    if not isinstance(decision, dict):
        raise PermitInvalid(f"{path}: is no decision")
    return decision
