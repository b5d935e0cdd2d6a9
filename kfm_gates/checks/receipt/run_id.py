"""`receipt.run_id`: a run has a name of its own, which says truly when it began."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

from kfm_gates.checks.api import check
from kfm_gates.checks.settings import Stricter
from kfm_gates.facts.ledger import LedgerAccount
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.text import instant

_PREFIX = "kfm://run/"
_NEW = "give every run a new id when it starts, and write its receipt under that id"


@check("receipt.run_id", serves=["R-164", "R-245"])
def run_id(
    receipt: Receipt,
    account: LedgerAccount,
    *,
    longest_days: Annotated[float, Stricter.LOWER] = 366,
) -> Verdict:
    """Deny a run whose id was used before, or is none that a run of that time could have got.

    PROV, the ledger and the catalogs name a run by its id alone, so an id that two runs share makes every such
    statement ambiguous. The first entry in the ledger owns an id. The time inside `kfm://run/<time>.<suffix>`
    is when the run began: not after its receipt was written, and not longer before it than a run lasts. A
    UUID must be one that RFC 9562 defines, not the empty one. Never copy a receipt to make another: let each
    run write its own.
    """
    return verdict([*_used_before(receipt, account), *_time(receipt, account, longest_days), *_uuid(receipt)])


def _used_before(receipt: Receipt, account: LedgerAccount) -> Iterator[Finding]:
    entered = [entry.path for entry in account.ledger.of_run.get(receipt.run_id, ())]
    beside = [path for path, _, other in account.receipts if other and other.run_id == receipt.run_id]
    owner = entered[0] if entered else beside[0]
    if owner != receipt.path:
        yield finding(
            receipt.at("/run_id"),
            f"the run id is that of another run: {owner}",
            found=receipt.run_id,
            expected="an id that no other run has",
            hint=_NEW,
        )


def _time(receipt: Receipt, account: LedgerAccount, longest_days: float) -> Iterator[Finding]:
    began, ended = began_at(receipt.run_id), _written(receipt, account)
    if began is None or ended is None:
        return
    if began > ended:
        message = "the run id is of a later time than its receipt"
        expected = f"{ended.isoformat()} or earlier"
    elif ended - began > timedelta(days=longest_days):
        message = f"the run id is of a time more than {longest_days:g} days before its receipt"
        expected = f"{(ended - timedelta(days=longest_days)).isoformat()} or later"
    else:
        return
    yield finding(
        receipt.at("/run_id"),
        message,
        found=receipt.run_id,
        expected=expected.replace("+00:00", "Z"),
        hint=_NEW,
    )


def began_at(run_id: str) -> datetime | None:
    """The time inside a run id, aware and in UTC; None for a UUID, which has none."""
    if not run_id.startswith(_PREFIX):
        return None
    return datetime.fromisoformat(run_id.removeprefix(_PREFIX).rpartition(".")[0])


def _written(receipt: Receipt, account: LedgerAccount) -> datetime | None:
    """When the receipt was written: by its own word, or else when it was entered."""
    if receipt.created_at is not None:
        return instant(receipt.created_at)
    return next((entry.moment for entry in account.ledger.of_receipt.get(receipt.path, ())), None)


def _uuid(receipt: Receipt) -> Iterator[Finding]:
    if receipt.run_id.startswith(_PREFIX):
        return
    read = uuid.UUID(receipt.run_id)
    if read.variant != uuid.RFC_4122 or not 1 <= (read.version or 0) <= 8:
        yield finding(
            receipt.at("/run_id"),
            "the run id has the form of a UUID, but no version or variant that RFC 9562 defines",
            found=receipt.run_id,
            expected="a UUID as libraries make it, such as one of version 4 or 7",
            hint=_NEW,
        )
