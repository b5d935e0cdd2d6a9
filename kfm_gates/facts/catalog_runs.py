"""The files of a version's catalogs, and the runs that wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.pointers import join
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.file_paths import file_path
from kfm_gates.model.finding import Place
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.text import instant

CATALOGS = ("dcat", "prov", "stac_collection", "stac_item")
"""The templates of catalog files."""
CATALOGING = frozenset({"catalog", "transform", "rebuild", "promote", "ingest+publish"})
"""Operations that may write catalogs."""


@dataclass(frozen=True)
class Written:
    """That a run wrote a catalog file: the digest that its receipt states, and where; `order` sorts by time."""

    path: str
    template: str
    digest: str
    place: Place
    order: tuple[str, str]


@dataclass(frozen=True)
class CatalogRuns:
    """Every time that a passed run of the version wrote one of its catalog files, the earliest first."""

    written: tuple[Written, ...]

    @property
    def last(self) -> Mapping[str, Written]:
        """Path to the run that wrote it last."""
        return {each.path: each for each in self.written}

    @property
    def replaced(self) -> frozenset[tuple[str, str]]:
        """Path and digest of what a later run wrote anew: history, of which nobody has the bytes any more."""
        last = {(each.path, each.digest) for each in self.last.values()}
        return frozenset((each.path, each.digest) for each in self.written) - last


@dataclass(frozen=True)
class CatalogFile:
    """One file of the catalogs: the digest of its bytes, None when it is not there, and who wrote it last."""

    path: str
    on_disk: str | None
    written: Written | None


@provides
def catalog_runs(receipts: tuple[Receipt, ...], layout: Layout, subject: Subject) -> CatalogRuns:
    """Read the outputs of all runs that passed and that may write catalogs."""
    found = [each for receipt in receipts for each in _outputs(receipt, layout, subject)]
    return CatalogRuns(tuple(sorted(found, key=lambda each: each.order)))


@provides
def catalog_files(
    runs: CatalogRuns, index: Index, snapshot: Snapshot, subject: Subject
) -> tuple[CatalogFile, ...]:
    """Every catalog file that is there or that a run wrote, sorted by path.

    Not among them is an item that is gone since a later run wrote the collection, which no longer lists it.
    """
    there = {path for name in CATALOGS for path in index.of_version(name, subject.slug, subject.version)}
    if not there:
        raise Unmet("evidence.present")
    collection = max((e.order for e in runs.written if e.template == "stac_collection"), default=("", ""))
    gone = {p for p, e in runs.last.items() if e.template == "stac_item" and e.order >= collection} - there
    try:
        digests = {path: snapshot.content(path).digest for path in there}
    except Unreadable:
        raise Unmet("evidence.present") from None
    return tuple(CatalogFile(path, digests.get(path), runs.last.get(path)) for path in sorted(there | gone))


def _outputs(receipt: Receipt, layout: Layout, subject: Subject) -> Iterator[Written]:
    if receipt.operation not in CATALOGING or receipt.validation.status != "pass":
        return
    own = {"slug": subject.slug, "version": subject.version}
    moment = instant(receipt.created_at).isoformat() if receipt.created_at is not None else ""
    for number, output in enumerate(receipt.outputs):
        path = file_path(output.uri)
        match = layout.match(path) if path is not None else None
        if path is None or match is None or match.name not in CATALOGS or dict(match.variables) != own:
            continue
        place = receipt.at(join("outputs", number, "digest"))
        yield Written(path, match.name, output.digest, place, (moment, receipt.path))
