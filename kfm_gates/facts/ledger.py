"""The audit ledger, proven once per root: its chain, its order, its tree head, and who is in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.merkle import CompactRange
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.documents import Form
from kfm_gates.facts.ledger_lines import LedgerLine, read_line
from kfm_gates.facts.origins import Origins
from kfm_gates.model.finding import Finding, Place, finding
from kfm_gates.model.receipt import Receipt

MOST = 20
"""How many flaws are kept in words: a ledger that was rewritten has as many as it has lines."""


@dataclass(frozen=True)
class Ledger:
    """The whole ledger. `root` is the RFC 6962 tree head over the exact bytes of its `size` lines."""

    path: str
    size: int
    root: str
    last: LedgerLine | None
    refused: tuple[Malformed, ...]
    flaws: tuple[Finding, ...]
    of_version: Mapping[tuple[str, str], tuple[LedgerLine, ...]] = field(repr=False)
    of_receipt: Mapping[str, tuple[LedgerLine, ...]] = field(repr=False)
    of_run: Mapping[str, tuple[LedgerLine, ...]] = field(repr=False)


@dataclass(frozen=True)
class LedgerAccount:
    """What the ledger says of one version, next to its receipts: path, digest and, if well-formed, model."""

    ledger: Ledger
    entries: tuple[LedgerLine, ...]
    receipts: tuple[tuple[str, str, Receipt | None], ...]
    sources: tuple[tuple[str, str], ...]
    """Receipts of the versions that this one goes back to: path and digest."""


@provides(shared=True)
def ledger(snapshot: Snapshot, layout: Layout) -> Ledger:
    """Read the ledger line by line, however long it is."""
    path = layout.path("ledger")
    if path not in snapshot:
        raise Unmet("evidence.present")
    try:
        with snapshot.open(path) as handle:
            return _Reader(path).read(handle)
    except Unreadable:
        raise Unmet("evidence.present") from None


@provides
def ledger_account(
    ledger: Ledger,
    subject: Subject,
    snapshot: Snapshot,
    index: Index,
    origins: Origins,
    receipts: tuple[Form[Receipt], ...],
) -> LedgerAccount:
    """One version's part; Unmet when a line is no JSON, since nobody knows of whom it speaks."""
    if ledger.refused:
        raise Unmet("evidence.wellformed")
    try:
        sources = tuple(
            (path, snapshot.content(path).digest)
            for source in origins.versions
            for path in index.of_version("receipt", source.slug, source.version)
        )
    except Unreadable:
        raise Unmet("evidence.present") from None
    return LedgerAccount(
        ledger,
        ledger.of_version.get((subject.slug, subject.version), ()),
        tuple((form.path, snapshot.content(form.path).digest, form.document) for form in receipts),
        sources,
    )


class _Reader:
    def __init__(self, path: str) -> None:
        self._path = path
        self._tree = CompactRange()
        self._before: bytes | None = None
        self._latest: datetime | None = None
        self._last: LedgerLine | None = None
        self._refused: list[Malformed] = []
        self._flaws: list[Finding] = []
        self._versions: dict[tuple[str, str], list[LedgerLine]] = defaultdict(list)
        self._receipts: dict[str, list[LedgerLine]] = defaultdict(list)
        self._runs: dict[str, list[LedgerLine]] = defaultdict(list)

    def read(self, handle: BinaryIO) -> Ledger:
        for number, line in enumerate(handle):
            if not line.endswith(b"\n"):
                self._flaw(
                    f"/{number}",
                    "the last line has no end: a write was cut off",
                    found=line[-40:].decode("utf-8", "replace"),
                    expected="a newline after every entry",
                    hint="repair the ledger with `kfm-gates ledger repair`, which logs itself",
                )
                break
            self._line(line[:-1], number)
        return Ledger(
            self._path,
            self._tree.size,
            "sha256:" + self._tree.root().hex(),
            self._last,
            tuple(self._refused),
            tuple(self._flaws),
            {key: tuple(lines) for key, lines in self._versions.items()},
            {path: tuple(lines) for path, lines in self._receipts.items()},
            {run: tuple(lines) for run, lines in self._runs.items()},
        )

    def _line(self, line: bytes, number: int) -> None:
        self._tree.append(line)
        before, self._before = self._before, line
        try:
            entry, flaws = read_line(line, number, self._path)
        except Malformed as error:
            if len(self._refused) < MOST:
                self._refused.append(error)
            return
        if flaws and len(self._flaws) < MOST:
            self._flaws += flaws
        if entry is None:
            return
        self._order(entry, before)
        self._last = entry
        self._versions[entry.slug, entry.version].append(entry)
        self._receipts[entry.path].append(entry)
        self._runs[entry.run_id].append(entry)

    def _order(self, entry: LedgerLine, before: bytes | None) -> None:
        """The place of an entry in the chain and in time."""
        number = entry.number
        if entry.seq != number:
            self._flaw(
                f"/{number}/seq",
                f"entry {number} counts itself as {entry.seq}: an entry was removed, added or moved",
                found=entry.seq,
                expected=number,
                hint="restore the ledger from its last good state; entries are only ever appended",
            )
        expected = None if before is None else sha256(before)
        if entry.prev != expected:
            self._flaw(
                f"/{number}/prev",
                f"entry {number} does not follow from the line before it: one of the two was edited",
                found=entry.prev,
                expected=expected or "null",
                hint="restore the ledger from its last good state; entries are only ever appended",
            )
        if self._latest is not None and entry.moment < self._latest:
            self._flaw(
                f"/{number}/ts",
                f"entry {number} is dated before the entry above it",
                found=entry.time,
                expected=f"{self._latest.isoformat().replace('+00:00', 'Z')} or later",
                hint="append entries in the order in which they are made, with the clock of one machine",
            )
        else:
            self._latest = entry.moment

    def _flaw(self, pointer: str, message: str, *, found: object, expected: object, hint: str) -> None:
        if len(self._flaws) < MOST:
            place = Place(self._path, pointer)
            self._flaws.append(finding(place, message, found=found, expected=expected, hint=hint))
