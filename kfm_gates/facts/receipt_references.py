"""Every digest that the receipts of a version state, with the file whose bytes should have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.acquired_windows import INGESTING
from kfm_gates.facts.artifacts import produced
from kfm_gates.facts.catalog_runs import CatalogRuns
from kfm_gates.facts.chunk_reports import ChunkReports
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.raw_history import RAW
from kfm_gates.facts.writes import WrittenFile
from kfm_gates.model.finding import Place
from kfm_gates.model.receipt import Receipt

_REPORTED = frozenset({"transform", "validate", "catalog", "promote", "rebuild", "ingest+publish"})
"""Operations on a version, which its QA report validates."""


@dataclass(frozen=True)
class ReceiptReference:
    """One digest; `path` is None where no file of the root is meant, as for an upstream address."""

    place: Place
    what: str
    path: str | None
    digest: str


@provides
def receipt_references(
    receipts: tuple[Receipt, ...],
    files: tuple[WrittenFile, ...],
    layout: Layout,
    chunks: ChunkReports,
    catalogs: CatalogRuns,
) -> tuple[ReceiptReference, ...]:
    """All references of all receipts, but for what `ArtifactRecord`, `CatalogFile` and `RawHistory` hold.

    These are what runs wrote of artifacts, catalogs and raw files. A later run that read an artifact with the
    very digest that was written says nothing beyond that. A digest that a file had before a later run wrote it
    anew is history: whether it may be that, `identity.replay` and `identity.immutable` say.
    """
    written = produced(receipts, layout)
    recorded = {place for _, place in written.values()} | {each.place for each in catalogs.written}
    recorded |= {place for receipt in receipts for place in _fetched(receipt, layout)}
    known = {(path, digest) for path, (digest, _) in written.items()}
    known |= catalogs.replaced | {(file.path, digest) for file in files for digest in file.earlier}
    found = [each for receipt in receipts for each in _of(receipt, layout, chunks)]
    found = [e for e in found if e.place not in recorded and (e.path, e.digest) not in known]
    if not found:
        raise Unmet("receipt.form")
    return tuple(found)


def _fetched(receipt: Receipt, layout: Layout) -> Iterator[Place]:
    """Where a passed ingest states the digests of what it wrote into RAW."""
    if receipt.operation in INGESTING and receipt.validation.status == "pass":
        for number, output in enumerate(receipt.outputs):
            path = file_path(output.uri)
            match = layout.match(path) if path is not None else None
            if match is not None and match.name in RAW:
                yield receipt.at(f"/outputs/{number}/digest")


def _of(receipt: Receipt, layout: Layout, chunks: ChunkReports) -> Iterator[ReceiptReference]:
    groups = {"inputs": receipt.inputs, "outputs": receipt.outputs, "attestations": receipt.attestations}
    for group, references in groups.items():
        for number, reference in enumerate(references):
            path = file_path(reference.uri)
            pointer = f"/{group}/{number}/digest" if isinstance(receipt.raw.get(group), list) else f"/{group}"
            what = f"{group.removesuffix('s')} {number} of the {receipt.operation} run"
            yield ReceiptReference(receipt.at(pointer), what, path, reference.digest)
    environment = receipt.environment
    for name, digest in (
        ("container_digest", environment.container_digest),
        ("params_digest", environment.params_digest),
    ):
        if digest is not None:
            path = layout.path("environment", digest=digest.removeprefix("sha256:"))
            what = "the container" if name == "container_digest" else "the parameters"
            place = receipt.at(f"/environment/{name}")
            yield ReceiptReference(place, f"{what} of the {receipt.operation} run", path, digest)
    report, digest = _report(receipt, layout, chunks), receipt.validation.report_digest
    if report is not None and digest is not None:
        place = receipt.at("/validation/report_digest")
        yield ReceiptReference(place, f"the report on the {receipt.operation} run", report, digest)


def _report(receipt: Receipt, layout: Layout, chunks: ChunkReports) -> str | None:
    """What validated a run: a QA report, or of an ingest the acquisition record that it wrote.

    The report on a run that failed need not be there any more: the next run writes its own in its place.
    """
    if receipt.operation == "ingest":
        for output in receipt.outputs:
            path = file_path(output.uri)
            match = layout.match(path) if path is not None else None
            if match is not None and match.name == "acquisition":
                return path
        return chunks.main
    if receipt.operation in _REPORTED and receipt.validation.status == "pass":
        return chunks.path_of(receipt)
    return None
