"""By which names a version shows what it is about: columns and layers, and titles and keywords in its catalogs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.facts.artifact_names import LONGEST, ArtifactNames
from kfm_gates.facts.catalog_claims import CatalogClaims
from kfm_gates.facts.container import provides
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.statements import DCAT, DCT, DcatStatements
from kfm_gates.facts.words import phrases
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.spec import Spec
from kfm_gates.model.stac import StacCollection, StacItem

_SAYS = frozenset({DCAT + "keyword", DCT + "title", DCT + "subject"})


@dataclass(frozen=True)
class ContentName:
    """One name or title, what it names (`a column`), and what it says: see `phrases`."""

    place: Place
    what: str
    name: str
    phrases: tuple[str, ...]


@provides
def content_names(
    artifacts: tuple[ArtifactNames, ...],
    spec: Spec,
    claims: CatalogClaims,
    collection: StacCollection,
    items: tuple[StacItem, ...],
    dcat: DcatStatements,
) -> tuple[ContentName, ...]:
    """All of them: those in the artifacts first, and the artifacts' own."""
    found = [*_in_artifacts(artifacts)]
    found += [_said(spec.at("/title"), "the title", spec.title)]
    found += [
        _said(spec.at(f"/columns/{n}/name"), "a column", each.name) for n, each in enumerate(spec.columns)
    ]
    found += [_said(place, "a column", name) for place, name in claims.columns]
    found += [*_titles(collection, "", collection.raw)]
    for item in items:
        found += _titles(item, "/properties", item.properties)
    for row in dcat.rows:
        if row.predicate in _SAYS and not row.is_iri:
            found.append(_said(row.place, "a title or keyword", row.value))
    return tuple(found)


def _said(place: Place, what: str, name: str) -> ContentName:
    return ContentName(place, what, name, phrases(name, LONGEST))


def _in_artifacts(artifacts: tuple[ArtifactNames, ...]) -> Iterator[ContentName]:
    for artifact in artifacts:
        file = artifact.place.file.rpartition("/")[2]
        yield _said(artifact.place, "the file", file.rpartition(".")[0] or file)
        for each in artifact.names:
            yield ContentName(artifact.place, f"a name ({each.where})", each.name, each.phrases)


def _titles(
    document: StacCollection | StacItem, above: str, holder: dict[str, Json]
) -> Iterator[ContentName]:
    if isinstance(holder.get("title"), str):
        yield _said(document.at(f"{above}/title"), "the title", holder["title"])
    keywords = holder.get("keywords")
    for number, word in enumerate(keywords if isinstance(keywords, list) else []):
        if isinstance(word, str):
            yield _said(document.at(f"{above}/keywords/{number}"), "a keyword", word)


name_fact("content_names", ContentName, many=True)
