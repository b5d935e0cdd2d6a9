"""`receipt.ledger`: the runs are in the ledger, and the ledger is as it was written."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.canonical import jcs
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.facts.documents import Form
from kfm_gates.facts.given import Clock
from kfm_gates.facts.ledger import Ledger, LedgerAccount
from kfm_gates.facts.ledger_lines import LedgerLine
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict
from kfm_gates.model.ledger import Checkpoint
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.text import instant

_RESTORE = "restore the ledger and its checkpoint from their last good state; entries are only ever appended"


@check("receipt.ledger", serves=["R-177", "R-259"])
def ledger(account: LedgerAccount, checkpoint: Form[Checkpoint], snapshot: Snapshot, clock: Clock) -> Verdict:
    """Deny a version whose receipts are not all in the ledger, or a ledger that was edited, cut or forked.

    The ledger is the one record that nobody can change without being seen: each line holds the digest of the
    line before, and the checkpoint the tree head (RFC 6962) over all lines. Every receipt of the version must
    be in it exactly once, with its true digest. Append the entry with the tool that appends receipts and
    writes the checkpoint; an edited ledger is restored. (That every entry has its receipt is judged by
    `receipt.every_run`.)
    """
    return verdict(
        [
            *account.ledger.flaws,
            *_checkpoint(account.ledger, checkpoint, snapshot),
            *_future(account.ledger, clock),
            *_receipts(account),
            *_sources(account),
        ]
    )


def _checkpoint(ledger: Ledger, form: Form[Checkpoint], snapshot: Snapshot) -> Iterator[Finding]:
    if form.document is None or form.findings:
        yield from form.findings
        return
    checkpoint = form.document
    if snapshot.data(form.path) != jcs(form.raw) + b"\n":
        yield finding(
            checkpoint.at(),
            "the checkpoint is not written canonically",
            found="other bytes for the same values",
            expected="one line of canonical JSON (RFC 8785) and a newline",
            hint="write the checkpoint with the tool that appends receipts",
        )
    last = ledger.last.time if ledger.last else None
    if checkpoint.size > ledger.size:
        message = "the ledger was cut: it has fewer entries than its checkpoint counts"
    elif checkpoint.size < ledger.size:
        message = "the ledger has entries that its checkpoint does not cover"
    else:
        message = "the entries are not those that the checkpoint was made of: the ledger was edited or forked"
    if checkpoint.size != ledger.size:
        yield _differs(ledger, checkpoint, "size", message, ledger.size)
    elif checkpoint.root != ledger.root:
        yield _differs(ledger, checkpoint, "root", message, ledger.root)
    if checkpoint.ledger != ledger.path:
        yield _differs(ledger, checkpoint, "ledger", "the checkpoint is of another ledger", ledger.path)
    if last is not None and checkpoint.size == ledger.size and checkpoint.time != last:
        yield _differs(
            ledger, checkpoint, "time", "the checkpoint is not of the time of the last entry", last
        )


def _differs(ledger: Ledger, checkpoint: Checkpoint, field: str, message: str, computed: object) -> Finding:
    return finding(
        checkpoint.at(f"/{field}"),
        message,
        found=getattr(checkpoint, field),
        expected=f"{computed}, as {ledger.path} has it",
        hint=_RESTORE,
    )


def _future(ledger: Ledger, clock: Clock) -> Iterator[Finding]:
    if ledger.last is not None and ledger.last.moment > instant(clock.evaluated_at):
        yield finding(
            Place(ledger.path, f"/{ledger.last.number}/ts"),
            "the last entry is dated in the future",
            found=ledger.last.time,
            expected=f"{clock.evaluated_at} or earlier",
            hint="set the clock of the machine that appends entries",
        )


def _receipts(account: LedgerAccount) -> Iterator[Finding]:
    """Every receipt has exactly one entry, which says the same as it does."""
    for path, digest, receipt in account.receipts:
        entries = account.ledger.of_receipt.get(path, ())
        if len(entries) != 1:
            place = Place(path) if not entries else Place(account.ledger.path, f"/{entries[1].number}")
            yield finding(
                place,
                f"{path} is {'not in the ledger' if not entries else 'in the ledger more than once'}",
                found=f"{len(entries)} entries",
                expected="exactly one entry",
                hint="append an entry for the receipt" if not entries else _RESTORE,
            )
        for entry in entries:
            yield from _contradictions(account, entry, digest, receipt)


def _contradictions(
    account: LedgerAccount, entry: LedgerLine, digest: str, receipt: Receipt | None
) -> Iterator[Finding]:
    pairs = [("receipt/digest", entry.digest, digest)]
    if receipt is not None:  # what a malformed one says is for `receipt.form`
        pairs += [
            ("run_id", entry.run_id, receipt.run_id),
            ("operation", entry.operation, receipt.operation),
            ("status", entry.status, receipt.validation.status),
        ]
        if receipt.created_at is not None and entry.moment < instant(receipt.created_at):
            pairs.append(("ts", entry.time, f"{receipt.created_at} or later"))
    for field, stated, true in pairs:
        if stated != true:
            yield finding(
                Place(account.ledger.path, f"/{entry.number}/{field}"),
                f"entry {entry.number} does not fit its receipt {entry.path}",
                found=stated,
                expected=true,
                hint="restore the receipt as it was when it was entered; a new run gets a new receipt",
            )
    if entry not in account.entries:
        yield finding(
            Place(account.ledger.path, f"/{entry.number}/dataset_version_id"),
            f"entry {entry.number} names a receipt of another version than its own",
            found=f"{entry.slug}/{entry.version}",
            expected=entry.path,
            hint=_RESTORE,
        )


def _sources(account: LedgerAccount) -> Iterator[Finding]:
    """The receipts of the versions that this one was made from are as they were entered, too."""
    for path, digest in account.sources:
        entered = [entry.digest for entry in account.ledger.of_receipt.get(path, ())]
        if entered != [digest]:
            yield finding(
                Place(path),
                f"{path}, on which this version rests, is not the receipt that the ledger knows",
                found=digest,
                expected=", ".join(entered) or "one entry in the ledger",
                hint="restore the receipt as it was when it was entered",
            )
