"""`kfm-gates exec`: the gates, then the command as a child, then the run is closed. Serves R-005, R-015, R-178.

The order: command found, leases, no repair that is waited for, gates, permit used up, `admitted` logged, child
made (it waits), `started` logged, child let go, its end waited for, `closed` logged, leases let go.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from kfm_gates.errors import CommandNotFound, UsageError
from kfm_gates.judge.launch import Progress
from kfm_gates.permit import receipt as receipts
from kfm_gates.permit.admission import Admission, admit
from kfm_gates.permit.admitted import AdmittedRun
from kfm_gates.permit.child import Child, find, prepare
from kfm_gates.permit.leases import left_behind
from kfm_gates.permit.runs import Outcome
from kfm_gates.permit.supervise import Ended, Signals, signals_held, wait_for

GATE_ERROR = 125
_OWN = "KFM_GATES_"


@dataclass(frozen=True)
class Launch:
    """A command to run when its admission succeeds.

    `receipt` is where it must write its receipt, if named. `watch` shows how far the judge is, and is over before
    the command begins.
    """

    admission: Admission
    command: Sequence[str]
    receipt: Path | None = None
    watch: AbstractContextManager[Progress | None] = field(default_factory=nullcontext)


def launch(asked: Launch) -> int:
    """Run the command under a permit, and return its exit code: 128 + n for a signal.

    125 means that it ended with 0 and yet failed: without a receipt, or without the lease. Raises CommandNotFound,
    and what `admit` raises; then nothing ran.
    """
    if not asked.command:
        raise UsageError("no command was given; write it after `--`")
    program = find(asked.command[0], os.environ.get("PATH"))
    if asked.receipt is not None:
        receipts.refuse_stale(asked.receipt)
    with asked.watch as progress:
        run = admit(replace(asked.admission, progress=progress))
    with run:
        receipt = asked.receipt or run.folder / "receipt.json"
        environment = _environment(run, receipt)
        with signals_held() as held:
            return _run(asked.command, program, environment, run, receipt, held)


def _run(
    command: Sequence[str],
    program: str,
    environment: Mapping[str, str],
    run: AdmittedRun,
    receipt: Path,
    held: Signals,
) -> int:
    child = prepare(program, command, environment, run.lease_fds, held.restored, held.mask)
    try:
        _start(child, run, os.path.basename(program))
        ended = wait_for(child.pid, run.holds_lease if run.lease_can_be_lost else None)
        outcome = outcome_of(ended, receipt)
        behind = left_behind(child.left)
    finally:
        child.close()
    run.close(outcome, left_behind=behind)
    return _told(run, ended, behind)


def _start(child: Child, run: AdmittedRun, name: str) -> None:
    try:
        run.start(pid=child.pid, program=name)
    except BaseException:
        child.abandon()
        raise
    try:
        child.go()
    except CommandNotFound as error:
        child.abandon()
        run.close(Outcome.not_run(str(error)))
        raise


def outcome_of(ended: Ended, receipt: Path) -> Outcome:
    """What came of a command: it succeeded only with exit code 0 and a receipt."""
    found = missing = None
    try:
        found = receipts.read_receipt(receipt)
    except receipts.NoReceipt as error:
        missing = error
    if ended.signal is not None:
        said = f"the command was ended by {ended.signal}"
        return Outcome.failed("signal", said, signal=ended.signal, receipt=found)
    if ended.exit_code != 0:
        said = f"the command ended with {ended.exit_code}"
        return Outcome.failed("exit", said, exit_code=ended.exit_code, receipt=found)
    if missing is not None or found is None:
        code = missing.code if missing else "no_receipt"
        return Outcome.failed(code, f"the command ended with 0, but {missing}", exit_code=0)
    return Outcome.succeeded(found)


def _told(run: AdmittedRun, ended: Ended, behind: bool) -> int:
    """Say what a caller of the command must know, on standard error, and return the exit code."""
    if behind:
        _say(f"a process that the command left behind still holds the lease of {', '.join(run.targets)}")
    outcome = run.outcome
    if outcome is None or outcome.outcome == "succeeded":
        return ended.passed_on
    _say(
        f"the run {run.run_id} failed: {outcome.message}; {', '.join(run.targets)} waits until its repair or rollback "
        f"is recorded: kfm-gates runs settle {run.run_id} --as repaired --by … --reason …"
    )
    return ended.passed_on or GATE_ERROR


def _environment(run: AdmittedRun, receipt: Path) -> dict[str, str]:
    """The caller's environment, with what the command must know, and without what only looks like that."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    return {
        **kept,
        "KFM_GATES_PERMIT": str(run.permit_path),
        "KFM_GATES_RECEIPT": os.path.abspath(receipt),
        "KFM_GATES_RUN": run.run_id,
    }


def _say(message: str) -> None:
    try:
        sys.stderr.write(f"kfm-gates: {message}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return
