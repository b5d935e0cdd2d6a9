"""What the catalogs tell a reader about the data itself: its columns, the rights in it, and links to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.pointers import walk
from kfm_gates.facts.container import provides
from kfm_gates.facts.statements import DCAT, DCT, DcatStatements
from kfm_gates.model.finding import Place
from kfm_gates.model.stac import StacCollection, StacDocument, StacItem

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


@dataclass(frozen=True)
class AssetLink:
    """One link to data; `internal` when it leads nowhere but into the evidence itself."""

    place: Place
    href: str
    internal: bool


@dataclass(frozen=True)
class CatalogClaims:
    """What STAC and DCAT say about the data."""

    columns: tuple[tuple[Place, str], ...]
    """Names in the lists `table:columns` of STAC."""
    rights: tuple[tuple[Place, tuple[str, ...]], ...]
    """For the dataset and each distribution in DCAT: the texts of `dct:rights`."""
    links: tuple[AssetLink, ...]


@provides
def catalog_claims(
    collection: StacCollection, items: tuple[StacItem, ...], dcat: DcatStatements
) -> CatalogClaims:
    """Read the catalogs of the version."""
    documents: tuple[StacDocument, ...] = (collection, *items)
    return CatalogClaims(
        tuple(claim for document in documents for claim in _columns(document)),
        tuple(_rights(dcat)),
        (*(link for document in documents for link in _assets(document)), *_downloads(dcat)),
    )


def _columns(document: StacDocument) -> Iterator[tuple[Place, str]]:
    for pointer, value in walk(document.raw):
        columns = value.get("table:columns") if isinstance(value, dict) else None
        for number, column in enumerate(columns if isinstance(columns, list) else []):
            name = column.get("name") if isinstance(column, dict) else None
            if isinstance(name, str):
                yield document.at(f"{pointer}/table:columns/{number}/name"), name


def _rights(dcat: DcatStatements) -> Iterator[tuple[Place, tuple[str, ...]]]:
    for row in (*dcat.of_type(DCAT + "Dataset"), *dcat.of_type(DCAT + "Distribution")):
        yield row.place, tuple(each.value for each in dcat.values(row.subject, DCT + "rights"))


def _assets(document: StacDocument) -> Iterator[AssetLink]:
    """Every asset, of whatever kind (`assets`, `item_assets`, those of extensions), is an `href` below one."""
    for pointer, value in walk(document.raw):
        if isinstance(value, dict) and isinstance(value.get("href"), str) and "/links/" not in pointer:
            href = value["href"]
            yield AssetLink(document.at(f"{pointer}/href"), href, _SCHEME.match(href) is None)


def _downloads(dcat: DcatStatements) -> Iterator[AssetLink]:
    for row in dcat.rows:
        if row.predicate in (DCAT + "downloadURL", DCAT + "accessURL"):
            yield AssetLink(row.place, row.value, row.value.startswith("kfm:"))
