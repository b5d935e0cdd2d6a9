"""What the run log says of each run, and whether a target waits for a repair. Serves R-024 and R-244."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kfm_gates.model.finding import Json
from kfm_gates.permit.run_log import Entry

SETTLED_AS = ("repaired", "rolled-back")
"""How a failed run can be settled."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended. Only `succeeded` may leave the target as it is; what did not run left it untouched."""

    outcome: str
    """`succeeded`, `failed` or `not_run`."""
    reason: str
    """A code: done, exit, signal, no_receipt, receipt_refused, lease_lost, exception, not_started."""
    message: str
    exit_code: int | None = None
    signal: str | None = None
    receipt: Mapping[str, Json] | None = field(default=None)
    """`path` and `digest` of the receipt that the run left, also of one that failed."""

    @classmethod
    def succeeded(cls, receipt: Mapping[str, Json]) -> Outcome:
        """The run did what it was for, and left a receipt."""
        return cls("succeeded", "done", "the run ended well and left its receipt", 0, None, receipt)

    @classmethod
    def failed(cls, reason: str, message: str, **more: Json) -> Outcome:
        """The run failed, or nobody can tell that it did not."""
        return cls("failed", reason, message, **more)

    @classmethod
    def not_run(cls, message: str) -> Outcome:
        """Nothing ran."""
        return cls("not_run", "not_started", message)

    def document(self) -> dict[str, Json]:
        """What the run log says of it."""
        return {
            "outcome": self.outcome,
            "reason": self.reason,
            "message": self.message[:2000],
            "exit_code": self.exit_code,
            "signal": self.signal,
            "receipt": dict(self.receipt) if self.receipt is not None else None,
        }


@dataclass(frozen=True)
class RunState:
    """One run, as far as the log tells. Times are UTC."""

    run: str
    operation: str
    targets: tuple[str, ...]
    nonce: str
    by: str
    admitted: str
    started: str | None = None
    died: str | None = None
    """When another run found that its holder had died."""
    closed: Mapping[str, Json] | None = None
    settled: Mapping[str, Json] | None = None

    @property
    def state(self) -> str:
        """admitted, started, died, succeeded, failed, not_run or settled."""
        if self.settled is not None:
            return "settled"
        if self.closed is not None:
            return str(self.closed.get("outcome"))
        if self.started is None:
            return "admitted"
        return "died" if self.died else "started"

    @property
    def unsettled(self) -> bool:
        """Whether it failed, or began and was never closed, and nobody recorded what became of that."""
        return self.started is not None and self.state not in ("succeeded", "not_run", "settled")

    @property
    def why(self) -> str:
        """How it ended, in words."""
        if self.closed is not None:
            return str(self.closed.get("message"))
        return "it began and was never closed: whoever watched over it died"


def states(entries: Iterable[Entry]) -> dict[str, RunState]:
    """Every admitted run by its name, in the order in which they were admitted."""
    runs: dict[str, RunState] = {}
    for entry in entries:
        known = runs.get(entry.run)
        if entry.kind == "admitted":
            runs[entry.run] = RunState(
                entry.run,
                str(entry.fields.get("operation", "")),
                entry.targets,
                str(entry.fields.get("nonce", "")),
                str(entry.fields.get("by", "")),
                entry.ts,
            )
        elif known is not None:
            runs[entry.run] = _after(known, entry)
    return runs


def _after(run: RunState, entry: Entry) -> RunState:
    if entry.kind == "started":
        return replace(run, started=run.started or entry.ts)
    if entry.kind == "closed":
        return replace(run, closed=run.closed or entry.fields)
    if entry.kind == "settled":
        return replace(run, settled=run.settled or entry.fields)
    if entry.kind == "taken_over":
        return replace(run, died=run.died or entry.ts)
    return run


def unsettled(entries: Iterable[Entry], targets: Iterable[str]) -> list[RunState]:
    """The runs that one of the targets waits for, the oldest first."""
    wanted = set(targets)
    return [run for run in states(entries).values() if run.unsettled and wanted & set(run.targets)]
