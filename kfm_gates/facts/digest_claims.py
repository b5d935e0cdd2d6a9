"""What the catalogs state of the digest and the size of files, beside what the bytes say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from kfm_gates.evidence.hrefs import FILE_IRI, BadHref, file_of_iri, is_web, resolve_href
from kfm_gates.evidence.pointers import join
from kfm_gates.evidence.reading import Content, Unreadable
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.link import Ground
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.statements import DCAT, KFM, DcatStatements, ProvStatements, Statement
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.stac import StacCollection, StacItem

SPDX = "http://spdx.org/rdf/terms#"
PROV = "http://www.w3.org/ns/prov#"
CHECKSUM, SIZE = "file:checksum", "file:size"


@dataclass(frozen=True)
class DigestClaim:
    """One statement about a file, or one that should be there (`stated` is None).

    `of` is the file, or the URI of something outside; `actual` is the digest ("sha256:…") or the size in
    bytes of what is there; for something outside it is what the receipt states, None when none does.
    """

    place: Place
    source: Literal["stac", "dcat", "prov"]
    field: str
    of: str
    measure: Literal["digest", "size"]
    stated: str | None
    actual: str | None


@provides
def digest_claims(
    ground: Ground,
    snapshot: Snapshot,
    collection: StacCollection,
    items: tuple[StacItem, ...],
    dcat: DcatStatements,
    prov: ProvStatements,
    receipts: tuple[Receipt, ...],
) -> tuple[DigestClaim, ...]:
    """Every claim of STAC, DCAT and PROV; then what each of them fails to state of an artifact."""
    files = _Files(snapshot, {i.uri: i.digest for receipt in receipts for i in receipt.inputs})
    documents: tuple[StacCollection | StacItem, ...] = (collection, *items)
    claims = [claim for document in documents for claim in _stac(document, files)]
    claims += [*_dcat(dcat, files), *_prov(prov, files)]
    stated = {(claim.source, claim.of, claim.measure) for claim in claims if claim.stated is not None}
    for path in ground.own("artifact"):
        for source, measure, field in _OWED:
            if (source, path, measure) not in stated:
                claims.append(
                    DigestClaim(Place(path), source, field, path, measure, None, files.actual(path, measure))
                )
    return tuple(sorted(claims, key=lambda claim: (claim.place, claim.field, claim.source)))


Measure = Literal["digest", "size"]
_STAC_FIELDS: tuple[tuple[str, Measure], ...] = ((CHECKSUM, "digest"), (SIZE, "size"))
_OWED: tuple[tuple[Literal["stac", "dcat", "prov"], Measure, str], ...] = (
    ("stac", "digest", CHECKSUM),
    ("stac", "size", SIZE),
    ("dcat", "digest", "spdx:checksumValue"),
    ("dcat", "size", "dcat:byteSize"),
    ("prov", "digest", "kfm:digest"),
)


@dataclass(frozen=True)
class _Files:
    """What is really there."""

    snapshot: Snapshot
    outside: Mapping[str, str]

    def actual(self, of: str, measure: Measure) -> str | None:
        """The digest or size of a file, or the digest that a receipt states of something outside."""
        if of not in self.snapshot:
            return self.outside.get(of) if measure == "digest" else None
        content = self._content(of)
        return content.digest if measure == "digest" else str(content.size)

    def _content(self, path: str) -> Content:
        try:
            return self.snapshot.content(path)
        except Unreadable:
            raise Unmet("evidence.present") from None


def _stac(document: StacCollection | StacItem, files: _Files) -> Iterator[DigestClaim]:
    holders: list[tuple[str, str, Json]] = [
        (join("links", number), link.href, link.model_extra or {})
        for number, link in enumerate(document.links)
    ]
    for name, asset in document.assets.items():
        raw = {CHECKSUM: asset.checksum, SIZE: asset.size}
        holders.append((join("assets", name), asset.href, raw))
    for pointer, href, fields in holders:
        try:
            path = href if is_web(href) else resolve_href(href, document.path)
        except BadHref:
            continue
        for field, measure in _STAC_FIELDS:
            if fields.get(field) is not None:
                place = document.at(f"{pointer}/{field}")
                yield _claim(place, "stac", field, path, measure, str(fields[field]), files)


def _dcat(dcat: DcatStatements, files: _Files) -> Iterator[DigestClaim]:
    for node in dcat.of_type(DCAT + "Distribution"):
        for url in dcat.values(node.subject, DCAT + "downloadURL"):
            path = _file(url.value)
            for row in dcat.values(node.subject, DCAT + "byteSize"):
                yield _claim(row.place, "dcat", "dcat:byteSize", path, "size", row.value, files)
            for checksum in dcat.values(node.subject, SPDX + "checksum"):
                for row in dcat.values(checksum.value, SPDX + "checksumValue"):
                    yield _claim(row.place, "dcat", "spdx:checksumValue", path, "digest", row.value, files)


def _prov(prov: ProvStatements, files: _Files) -> Iterator[DigestClaim]:
    for row in prov.rows:
        if row.predicate == KFM + "digest":
            yield _claim(row.place, "prov", "kfm:digest", _file(row.subject), "digest", row.value, files)
        elif row.predicate == KFM + "receipt_digest":
            for receipt in prov.values(row.subject, KFM + "receipt"):
                yield _of_receipt(row, receipt, files)


def _of_receipt(row: Statement, receipt: Statement, files: _Files) -> DigestClaim:
    return _claim(row.place, "prov", "kfm:receipt_digest", _file(receipt.value), "digest", row.value, files)


def _claim(
    place: Place,
    source: Literal["stac", "dcat", "prov"],
    field: str,
    of: str,
    measure: Measure,
    stated: str,
    files: _Files,
) -> DigestClaim:
    return DigestClaim(place, source, field, of, measure, stated, files.actual(of, measure))


def _file(iri: str) -> str:
    """The path in a file's IRI; any other IRI as it stands."""
    try:
        return file_of_iri(iri) if iri.startswith(FILE_IRI) else iri
    except BadHref:
        return iri


name_fact("digest_claims", DigestClaim, many=True)
