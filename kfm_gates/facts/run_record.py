"""Every trace of a run that a version bears: ledger entries, activities in PROV, and acquisitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from kfm_gates.evidence.hrefs import FILE_IRI
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.ledger import LedgerAccount
from kfm_gates.facts.ledger_lines import LedgerLine
from kfm_gates.facts.origins import Origins
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.statements import KFM, ProvStatements
from kfm_gates.model.finding import Place
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.receipt_forms import read_receipt

FETCHING = frozenset({"ingest", "ingest+publish"})
"""Operations that bring raw data in."""


@dataclass(frozen=True)
class EnteredRun:
    """A ledger entry of the version; `there` says whether the file that it names exists, `own` whether that
    is a receipt of this version."""

    ledger: str
    entry: LedgerLine
    there: bool
    own: bool


@dataclass(frozen=True)
class NamedRun:
    """An activity in PROV whose receipt lies with a version that this one does not come from.

    `digest` is that of the receipt's bytes, `entered` those by which the ledger knows the receipt.
    """

    place: Place
    run: str
    receipt: str
    digest: str
    entered: tuple[str, ...]


@dataclass(frozen=True)
class Fetched:
    """An acquisition that the version goes back to, and the receipt of a run that fetched it, if there is one."""

    name: str
    record: str
    receipt: str | None


Trace: TypeAlias = EnteredRun | NamedRun | Fetched


@dataclass(frozen=True)
class RunTrace:
    """One trace of a run."""

    trace: Trace


@dataclass(frozen=True)
class RunRecord:
    """All traces, and the receipts of other versions that were read to judge them."""

    traces: tuple[RunTrace, ...]
    witnesses: tuple[str, ...]


@provides
def run_record(
    facts: Facts, account: LedgerAccount, subject: Subject, index: Index, snapshot: Snapshot, origins: Origins
) -> RunRecord:
    """Look for the receipt of every run that left a trace."""
    own = {path for path, _, _ in account.receipts}
    known = own | {path for path, _ in account.sources}
    found: list[Trace] = [
        EnteredRun(account.ledger.path, entry, entry.path in snapshot, entry.path in own)
        for entry in account.entries
    ]
    found += _named(facts, account, index, snapshot, known)
    found += _fetched(facts, account, origins)
    witnesses = {t.receipt for t in found if isinstance(t, NamedRun | Fetched) and t.receipt is not None}
    return RunRecord(tuple(RunTrace(trace) for trace in found), tuple(sorted(witnesses - known)))


@provides
def run_traces(record: RunRecord) -> tuple[RunTrace, ...]:
    """Each trace; a version without any has no ledger entry, and that is said by `receipt.ledger`."""
    if not record.traces:
        raise Unmet("receipt.ledger")
    return record.traces


def _named(
    facts: Facts, account: LedgerAccount, index: Index, snapshot: Snapshot, known: set[str]
) -> Iterator[NamedRun]:
    try:
        prov = facts.get(ProvStatements)
    except Unmet:  # `catalog.prov` says why it can't be read
        return
    for row in prov.rows:
        path = row.value.removeprefix(FILE_IRI)
        if row.predicate != KFM + "receipt" or path in known or index.name_of(path) != "receipt":
            continue  # that it leads to the receipt of this run is judged by `catalog.links`
        entered = tuple(entry.digest for entry in account.ledger.of_receipt.get(path, ()))
        yield NamedRun(row.place, row.subject, path, _digest(snapshot, path), entered)


def _digest(snapshot: Snapshot, path: str) -> str:
    try:
        return snapshot.content(path).digest
    except Unreadable as error:
        return f"{path} {error}"


def _fetched(facts: Facts, account: LedgerAccount, origins: Origins) -> Iterator[Fetched]:
    layout, snapshot = facts.get(Layout), facts.get(Snapshot)
    for slug, name in origins.acquisitions:
        record = layout.path("acquisition", slug=slug, acquisition_id=name)
        if record not in snapshot:
            continue  # `evidence.present` says so
        wanted = {"slug": slug, "acquisition_id": name}
        receipts = _receipts(facts, account, slug)
        yield Fetched(name, record, next((r.path for r in receipts if _fetches(r, wanted, layout)), None))


def _receipts(facts: Facts, account: LedgerAccount, slug: str) -> Iterator[Receipt]:
    """Receipts that may tell of an acquisition: the version's own, its sources', then any in the ledger."""
    yield from (receipt for _, _, receipt in account.receipts if receipt is not None)
    yield from _read(facts, (path for path, _ in account.sources))
    for (dataset, _), entries in account.ledger.of_version.items():
        if dataset == slug:
            yield from _read(facts, (each.path for each in entries if _vouches(facts, each)))


def _vouches(facts: Facts, entry: LedgerLine) -> bool:
    """Whether the receipt of a passed fetch is still the one that was entered."""
    if entry.operation not in FETCHING or entry.status != "pass":
        return False
    return facts.get(Index).name_of(entry.path) == "receipt" and (
        _digest(facts.get(Snapshot), entry.path) == entry.digest
    )


def _read(facts: Facts, paths: Iterator[str]) -> Iterator[Receipt]:
    for path, raw in facts.get(Parsed).readable(tuple(paths)):
        receipt, _ = read_receipt(raw, path)
        if receipt is not None:  # a malformed one witnesses nothing
            yield receipt


def _fetches(receipt: Receipt, wanted: dict[str, str], layout: Layout) -> bool:
    if receipt.operation not in FETCHING or receipt.validation.status != "pass":
        return False
    paths = (file_path(output.uri) for output in receipt.outputs)
    matches = (layout.match(path) for path in paths if path is not None)
    return any(
        match is not None
        and match.name in ("acquisition", "raw_artifact", "terms")
        and dict(match.variables) == wanted
        for match in matches
    )
