"""Running a builder in this process: the gates first, then a lease, a permit that is used up, and a run on record.

with guard("build", "evidence", targets=["tiles:kansas-counties"]) as run:
    build(run.permit)
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, final

from kfm_gates.errors import EngineError, GateDenied, KfmGatesError, UsageError
from kfm_gates.front.api import names, paths, why
from kfm_gates.front.environment import RUN as INHERITED
from kfm_gates.front.guarded_run import GuardedRun
from kfm_gates.front.parts import Parts
from kfm_gates.judge.request import Request
from kfm_gates.permit.admission import Admission, GatesShut, admit
from kfm_gates.permit.inputs import Inputs
from kfm_gates.permit.receipt import NoReceipt, read_receipt, refuse_stale
from kfm_gates.permit.receipt_writing import write_receipt
from kfm_gates.permit.runs import Outcome
from kfm_gates.permit.verified_permit import Run, mint
from kfm_gates.reports.result import Result

if TYPE_CHECKING:
    from types import TracebackType

    from kfm_gates.model.gate_decision import GateOperation
    from kfm_gates.permit.admitted import AdmittedRun

_ACTIVE: ContextVar[str | None] = ContextVar("kfm_gates_run", default=None)


def guard(
    operation: GateOperation,
    evidence: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    *,
    targets: Iterable[str] = (),
    profile: str | None = None,
    configuration: str | os.PathLike[str] | None = None,
    store: str | os.PathLike[str] | None = None,
    permit: str | os.PathLike[str] | None = None,
    plan: str | os.PathLike[str] | None = None,
    expect_pack: str | None = None,
    engine: str | None = None,
    jobs: int = 1,
    python: str | os.PathLike[str] | None = None,
    timeout: float | None = None,
    receipt: str | os.PathLike[str] | None = None,
) -> Guard:
    """A context in which a builder may run, because the gates have passed.

    `evidence` is the root, or manifests below it; without one it is the configured root. Entering takes the
    lease of each of `targets` (default: `<operation>:<slug>`), has the gates judge, or verifies the file `permit`,
    uses the permit up in the permit store `store`, and logs that the run has begun. Leaving logs how it ended:
    with an exception it failed, and the exception goes on; without a receipt it failed too. The next run for that
    target then waits until somebody has recorded a repair (`kfm-gates runs settle`).

    `plan` is an index backfill plan: it names the versions and the targets, and must hold still.

    `receipt` is a file that must not exist yet: the receipt goes there, or the builder writes it there itself.
    `python` is the interpreter of the judge process, `timeout` its limit in seconds; see `evaluate` for the rest.

    Entering raises GateDenied with the findings, PermitInvalid, LeaseHeld, UsageError or EngineError; the body
    did not run then. Leaving raises UsageError without a receipt.
    """
    request = Request(
        folder=os.getcwd(),
        targets=paths(evidence),
        configuration=None if configuration is None else os.fspath(configuration),
        profile=profile,
        jobs=jobs,
        expect_pack=expect_pack,
        engine=engine,
    )
    return Guard(
        Admission(
            request=request,
            operation=operation,
            targets=names(targets),
            store=None if store is None else os.fspath(store),
            permit=None if permit is None else Path(permit),
            plan=None if plan is None else Path(plan),
            timeout=timeout,
            python=None if python is None else os.fspath(python),
        ),
        None if receipt is None else Path(os.path.abspath(receipt)),
    )


@final
class Guard:
    """What `guard` gives: a context manager for one run."""

    def __init__(self, asked: Admission, receipt: Path | None) -> None:
        self._asked: Admission | None = asked
        self._receipt = receipt
        self._owner = os.getpid()
        self._begun: _Begun | None = None

    def __enter__(self) -> GuardedRun:
        _refuse_nested()
        asked, self._asked = self._asked, None
        if asked is None:
            raise UsageError("this guard was used already; a permit is for one run, so call guard() again")
        self._owner = os.getpid()
        if self._receipt is not None:
            refuse_stale(self._receipt)
        admitted = _admitted(asked)
        with contextlib.ExitStack() as undo:
            undo.enter_context(admitted)  # which closes the run as one that did not start
            begun = _Begun(admitted, self._receipt, asked.plan)
            undo.callback(begun.end)
            admitted.start(process=self._owner)
            self._begun = begun
            _ACTIVE.set(admitted.run_id)
            undo.pop_all()
        return begun.run

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        begun = self._begun
        if begun is None or os.getpid() != self._owner:
            return  # a forked worker that leaves the block: the run is its parent's
        self._begun = None
        _ACTIVE.set(None)
        begun.close(error)


class _Begun:
    """A run between its beginning and its end."""

    def __init__(self, admitted: AdmittedRun, receipt: Path | None, plan: Path | None) -> None:
        self._admitted = admitted
        self._receipt = receipt or admitted.folder / "receipt.json"
        if self._receipt.resolve().is_relative_to(admitted.root.resolve()):
            raise UsageError(f"{receipt}: lies inside the evidence root, which is never written to")
        self._inputs = Inputs.of_decision(admitted.root, admitted.decision, folder=_private(admitted.folder))
        self._run = Run(
            admitted.run_id, admitted.targets, lambda receipt: write_receipt(self._receipt, receipt)
        )
        permit = mint(admitted.permit, self._inputs, self._run)
        parts = Parts(admitted.folder, admitted.store, admitted.permit, _chunks(plan))
        self.run = GuardedRun(permit, admitted.decision, parts)

    def end(self) -> None:
        """Take back what was given out."""
        self._run.open = False
        self._inputs.close()

    def close(self, error: BaseException | None) -> None:
        """Log how it ended; raises UsageError for a run that ended well but has no receipt."""
        unfinished = self.run.parts.unfinished if error is None else ()
        self.end()
        if unfinished:
            said = f"not every part is finished: {', '.join(unfinished)}"
            self._admitted.close(Outcome.failed("parts", said))
            raise UsageError(
                f"{said}; the run {self._admitted.run_id} counts as failed and {self._waiting()}; give a part whose "
                "worker died again (parts.give_again) and leave the guard when all are finished"
            )
        if error is None:
            try:
                outcome = Outcome.succeeded(read_receipt(self._receipt))
            except NoReceipt as missing:
                self._admitted.close(Outcome.failed(missing.code, f"the builder ended well, but {missing}"))
                raise UsageError(
                    f"{missing}, so the run {self._admitted.run_id} counts as failed and {self._waiting()}; "
                    "call record_receipt(…) when the work is done"
                ) from None
            self._admitted.close(outcome)
            return
        try:
            self._admitted.close(Outcome.failed("exception", f"{type(error).__name__}: {error}"))
        except KfmGatesError as failure:
            error.add_note(f"The run {self._admitted.run_id} could not be closed either: {failure}")

    def _waiting(self) -> str:
        return (
            f"{', '.join(self._admitted.targets)} waits until its repair is recorded (kfm-gates runs settle)"
        )


def _admitted(asked: Admission) -> AdmittedRun:
    try:
        return admit(asked)
    except GatesShut as shut:
        if shut.verdict.statement is None:
            raise
        result = Result.of(shut.verdict)
        raise GateDenied(f"{why(result)}; nothing ran", result.reasons) from None


def _chunks(plan: Path | None) -> dict[str, tuple[str, ...]]:
    """The parts that a plan names, with their versions; a part without a version has nothing to read."""
    if plan is None:
        return {}
    from kfm_gates.planning.documents import read_plan

    chunks = read_plan(plan).chunks
    return {each.name: tuple(each.dataset_versions) for each in chunks if each.dataset_versions}


def _refuse_nested() -> None:
    if (active := _ACTIVE.get()) is not None:
        raise UsageError(
            f"the run {active} is open here, and runs don't nest; name all targets in one guard, or leave it first"
        )
    if os.environ.get(INHERITED):
        raise UsageError(
            "`kfm-gates exec` started this process, so its run has a permit already; use permit_from_environment()"
        )


def _private(folder: Path) -> Path:
    """A folder for copies of inputs, made now so that forked workers have it too."""
    inputs = folder / "inputs"
    try:
        inputs.mkdir(mode=0o700)
    except OSError as error:
        raise EngineError(f"{inputs}: can't be made, so nothing ran: {error.strerror}") from error
    return inputs
