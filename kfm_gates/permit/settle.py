"""Recording what became of a run that failed: repaired, or rolled back. Serves R-024 and R-244."""

from __future__ import annotations

import secrets
from pathlib import Path

from kfm_gates.errors import UsageError
from kfm_gates.model.finding import Json
from kfm_gates.permit.lease import take
from kfm_gates.permit.receipt import NoReceipt, read_receipt
from kfm_gates.permit.run_log import RunLog
from kfm_gates.permit.runs import SETTLED_AS, states

_LONGEST = 2000


def settle(store: Path, run: str, settled_as: str, by: str, reason: str, receipt: Path | None = None) -> None:
    """Record it, so that the next run of its targets is admitted.

    Raises UsageError for a run that does not wait for it, and LeaseHeld while it still runs.
    """
    if settled_as not in SETTLED_AS:
        raise UsageError(f"a run is settled as {' or '.join(SETTLED_AS)}, not {settled_as!r}")
    for name, text in (("by", by), ("reason", reason)):
        if not text.strip() or len(text) > _LONGEST:
            raise UsageError(f"--{name}: write up to {_LONGEST} characters that say something")
    log = RunLog(store)
    known = states(log.read()).get(run)
    if known is None:
        raise UsageError(f"{run}: there is no such run; `kfm-gates runs` shows all")
    try:
        evidence: Json = None if receipt is None else read_receipt(receipt)
    except NoReceipt as error:
        raise UsageError(str(error)) from error
    leases = take(store, known.targets, secrets.token_hex(8))
    try:
        log.mend(run)
        known = states(log.read())[run]  # as it is, now that nothing of it can run any more
        if not known.unsettled:
            raise UsageError(f"the run {run} is {known.state}; only a run that failed is settled")
        log.append(
            "settled",
            run,
            targets=list(known.targets),
            **{"as": settled_as, "by": by, "reason": reason, "receipt": evidence},
        )
        _end_parts(store, known.nonce)
    finally:
        leases.end()


def _end_parts(place: Path, nonce: str) -> None:
    """End what was narrowed from the run's permit: a worker that lives on is refused from now on."""
    from kfm_gates.permit.store import PermitStore

    store = PermitStore.open(place, None)
    try:
        store.close_run(nonce, "settled")
    finally:
        store.close()
