"""How each run of a version ended, next to what it says of its own checks and to what came after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from kfm_gates.facts.container import provides
from kfm_gates.facts.ledger import Ledger, LedgerAccount
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.producing_runs import period_of
from kfm_gates.model.finding import Place
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.text import instant


@dataclass(frozen=True)
class RunOutcome:
    """One run. `checks` is how many validations the receipt lists, None when its form lists none; `failing`
    are those that failed. `passed_before` and `passed_after` say whether a run of the same operation over the
    same period passed earlier or later."""

    place: Place
    operation: str
    status: str
    reason_code: str | None
    checks: int | None
    failing: tuple[str, ...]
    passed_before: bool
    passed_after: bool


@provides
def run_outcomes(receipts: tuple[Receipt, ...], account: LedgerAccount) -> tuple[RunOutcome, ...]:
    """One per receipt, in the order of their names."""
    ended = {each.path: _ended(each, account.ledger) for each in receipts}
    return tuple(_outcome(each, receipts, ended) for each in receipts)


def _outcome(
    receipt: Receipt, receipts: tuple[Receipt, ...], ended: Mapping[str, tuple[datetime, int]]
) -> RunOutcome:
    same = (each for each in receipts if _what(each) == _what(receipt) and each.validation.status == "pass")
    passes = [ended[each.path] for each in same]
    moment, checks = ended[receipt.path], receipt.validation.checks
    return RunOutcome(
        receipt.at("/validation"),
        receipt.operation,
        receipt.validation.status,
        receipt.validation.reason_code,
        len(checks) if receipt.form == "index-backfill" else None,
        tuple(check.id for check in checks if check.status == "fail"),
        any(each < moment for each in passes),
        any(each > moment for each in passes),
    )


def _what(receipt: Receipt) -> tuple[object, ...]:
    return receipt.operation, period_of(receipt)


def _ended(receipt: Receipt, ledger: Ledger) -> tuple[datetime, int]:
    """When a run ended, by its receipt or its entry; among those of one time, the order of the ledger.

    A run that neither dates is the last word, so that one that failed is not taken for an early try.
    """
    entry = next(iter(ledger.of_receipt.get(receipt.path, ())), None)
    number = ledger.size if entry is None else entry.number
    if receipt.created_at is not None:
        return instant(receipt.created_at), number
    return (datetime.max.replace(tzinfo=UTC) if entry is None else entry.moment), number


name_fact("run_outcomes", RunOutcome, many=True)
