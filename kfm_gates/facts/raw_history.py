"""What ingest runs on record wrote into RAW, for all versions of a dataset, and whether it is still there."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.pointers import join
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.acquired_windows import INGESTING
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.ledger import Ledger
from kfm_gates.facts.ledger_lines import LedgerLine
from kfm_gates.facts.origins import Origins
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.finding import Place
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.receipt_forms import read_receipt

RAW = frozenset({"raw_artifact", "terms", "acquisition"})
"""The templates of files that an ingest writes."""


@dataclass(frozen=True)
class LostRaw:
    """A raw file that is not as an ingest wrote it, or, with `path` None, an ingest of which nobody can tell."""

    place: Place
    version: tuple[str, str]
    path: str | None
    stated: str
    found: str | None

    @property
    def is_other_receipt(self) -> bool:
        """Whether it is the receipt of the ingest that is not the one in the ledger."""
        return self.path is None and self.found != self.stated


@dataclass(frozen=True)
class RawHistory:
    """What the ingests of one dataset wrote: how many files, and those that are lost."""

    slug: str
    files: int
    lost: tuple[LostRaw, ...]


class RawLedger:
    """The passed ingests of the ledger, each followed to its receipt and on to what it wrote, once per root.

    Nothing of this is pinned by itself: the ledger pins the receipts, and they pin the files.
    """

    def __init__(self, ledger: Ledger, snapshot: Snapshot, parsed: Parsed, layout: Layout) -> None:
        self._path, self._snapshot, self._parsed, self._layout = ledger.path, snapshot, parsed, layout
        self._ingests: dict[str, list[LedgerLine]] = defaultdict(list)
        for (slug, _), lines in ledger.of_version.items():
            self._ingests[slug] += [e for e in lines if e.operation in INGESTING and e.status == "pass"]
        self._histories: dict[str, RawHistory] = {}

    def knows(self, slug: str) -> bool:
        """Whether an ingest of this dataset is on record."""
        return bool(self._ingests.get(slug))

    def history(self, slug: str) -> RawHistory:
        """What the ingests of one dataset wrote, read when it is asked for."""
        if slug not in self._histories:
            files = [each for line in self._ingests.get(slug, ()) for each in self._written(line)]
            lost = tuple(each for each in files if each.path is None or each.found != each.stated)
            self._histories[slug] = RawHistory(slug, len(files), lost)
        return self._histories[slug]

    def _written(self, line: LedgerLine) -> Iterator[LostRaw]:
        """Every raw file that one ingest wrote, whether lost or not."""
        version, digest = (line.slug, line.version), self._digest(line.path)
        receipt = None
        if digest == line.digest:
            with contextlib.suppress(Unmet):
                receipt, _ = read_receipt(self._parsed.value(line.path), line.path)
        if receipt is None:
            entry = Place(self._path, f"/{line.number}/receipt/path")
            yield LostRaw(entry, version, None, line.digest, digest)
            return
        for number, output in enumerate(receipt.outputs):
            path = file_path(output.uri)
            match = self._layout.match(path) if path is not None else None
            if path is not None and match is not None and match.name in RAW:
                place = receipt.at(join("outputs", number, "digest"))
                yield LostRaw(place, version, path, output.digest, self._digest(path))

    def _digest(self, path: str) -> str | None:
        if path not in self._snapshot:
            return None
        try:
            return self._snapshot.content(path).digest
        except Unreadable:
            return None


@provides(shared=True)
def raw_ledger(ledger: Ledger, snapshot: Snapshot, parsed: Parsed, layout: Layout) -> RawLedger:
    """The ledger as far as it tells of RAW; Unmet when a line is no JSON, since nobody knows of what it tells."""
    if ledger.refused:
        raise Unmet("evidence.wellformed")
    return RawLedger(ledger, snapshot, parsed, layout)


@provides
def raw_histories(
    raw: RawLedger, origins: Origins, subject: Subject, receipts: tuple[Receipt, ...]
) -> tuple[RawHistory, ...]:
    """Those of the version's dataset, and of the datasets that its acquisitions belong to.

    That the receipt of an ingest of this version, or of one that it goes back to, is not the one in the
    ledger is said by `receipt.ledger`, and that one of its own is malformed by `receipt.form`.
    """
    own = {(each.slug, each.version) for each in (subject, *origins.versions)}
    found = []
    for slug in datasets(origins, subject):
        if raw.knows(slug):
            history = raw.history(slug)
            lost = (each for each in history.lost if not (each.version in own and each.is_other_receipt))
            found.append(RawHistory(slug, history.files, tuple(lost)))
    if not found:
        raise Unmet("receipt.ledger")  # the profile leaves the check out where no ingest is on record
    return tuple(found)


def datasets(origins: Origins, subject: Subject) -> tuple[str, ...]:
    """The slugs of the datasets whose RAW a version rests on, sorted."""
    return tuple(sorted({subject.slug, *(slug for slug, _ in origins.acquisitions)}))
