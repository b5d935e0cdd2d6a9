"""An admitted run: it may start once, and is closed once, whatever becomes of it."""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from kfm_gates.errors import EngineError, PermitExpired, UsageError
from kfm_gates.model.finding import Json
from kfm_gates.permit.holder import user_name
from kfm_gates.permit.leases import RunLeases
from kfm_gates.permit.run_log import RunLog
from kfm_gates.permit.runs import Outcome, unsettled

if TYPE_CHECKING:
    from kfm_gates.model.permit import Permit
    from kfm_gates.permit.store import PermitStore


@dataclass(frozen=True)
class Grant:
    """A permit that holds, the decision that it rests on (the parsed statement), and what was judged."""

    permit: Permit
    permit_path: Path
    decision: Json
    root: Path


class AdmittedRun:
    """A run that may start. Use it as a context: what is left open is closed as failed, or as not run."""

    def __init__(
        self,
        run_id: str,
        operation: str,
        folder: Path,
        grant: Grant,
        leases: RunLeases,
        log: RunLog,
        store: PermitStore,
    ) -> None:
        self.run_id = run_id
        self.operation = operation
        self.folder = folder
        """`permit.json` and `decision.json` of this run lie here, and its receipt unless another place is named."""
        self.permit = grant.permit
        self.permit_path = grant.permit_path
        self.decision = grant.decision
        self.root = grant.root
        self._leases = leases
        self._log = log
        self._store = store
        self.outcome: Outcome | None = None
        """How it ended, once it is closed."""
        self._state = "admitted"

    @property
    def store(self) -> PermitStore:
        """The store that used the permit up; open until the run is closed."""
        return self._store

    @property
    def targets(self) -> tuple[str, ...]:
        """What the run holds the leases of."""
        return self._leases.targets

    @property
    def lease_fds(self) -> tuple[int, ...]:
        """What a process must inherit so that the leases live as long as it does."""
        return self._leases.fds

    @property
    def lease_can_be_lost(self) -> bool:
        """Whether `holds_lease` is worth asking now and then."""
        return self._leases.shared

    def holds_lease(self) -> bool:
        """Whether every lease is still held."""
        return self._leases.alive()

    def start(self, **about: Json) -> None:
        """Log that it starts, on disk when this returns. Raises, and then nothing may start.

        `about` is what the log says besides: the process, for example.
        """
        if self._state != "admitted":
            raise UsageError(f"the run {self.run_id} is {self._state}; a permit is for one run")
        from kfm_gates.model.text import instant

        if datetime.datetime.now(datetime.UTC) >= instant(self.permit.expires_at):
            raise PermitExpired(f"the permit expired at {self.permit.expires_at}; run the gates again")
        if not self.holds_lease():
            raise EngineError("the lease was lost before the run started; run it again")
        self._append("started", about)
        self._state = "started"

    def close(self, outcome: Outcome, *, left_behind: bool = False) -> None:
        """Log how it ended and let go of the leases. Raises EngineError when that can't be logged: it failed then.

        `left_behind` says that a process of the run lives on; it keeps the leases.
        """
        if self._state == "closed":
            raise UsageError(f"the run {self.run_id} is closed already")
        if outcome.outcome == "succeeded" and not self.holds_lease():
            outcome = dataclasses.replace(
                outcome,
                outcome="failed",
                reason="lease_lost",
                message="the lease was lost while it ran, so another host may have written to the target too",
            )
        self.outcome = outcome
        started, self._state = self._state == "started", "closed"
        try:
            self._append("closed", outcome.document())
            if started and outcome.outcome == "succeeded" and self.operation == "rollback":
                self._settle_what_was_rolled_back()
            self._store.close_run(self.permit.nonce, outcome.outcome)
        finally:
            self._leases.end(left_behind)
            self._store.close()

    def _append(self, kind: str, about: dict[str, Json]) -> None:
        named = {"operation": self.operation, "targets": list(self.targets), "nonce": self.permit.nonce}
        self._log.append(kind, self.run_id, **named, **about)

    def _settle_what_was_rolled_back(self) -> None:
        for run in unsettled(self._log.read(), self.targets):
            if set(run.targets) <= set(self.targets):
                reason = f"rolled back by the run {self.run_id}"
                self._log.append(
                    "settled",
                    run.run,
                    targets=list(run.targets),
                    **{"as": "rolled-back", "by": user_name(), "reason": reason, "receipt": None},
                )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._state == "closed":
            return
        why = f"{kind.__name__}: {error}" if kind is not None else "nobody said how it ended"
        if self._state == "started":
            # What it began may live on: whoever inherited the leases keeps them.
            self.close(Outcome.failed("exception", why), left_behind=True)
        else:
            self.close(Outcome.not_run(f"it did not start ({why})"))
