"""The links and assets of a version's STAC documents, and those that are missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kfm_gates.evidence.pointers import join
from kfm_gates.facts.container import provides
from kfm_gates.facts.link import Ground, Link
from kfm_gates.model.finding import Place
from kfm_gates.model.jsonld import Dcat, Prov
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.stac import StacCollection, StacItem

StacAny = StacCollection | StacItem
_UP = ("root", "parent", "collection")
"""What leads from an item to its collection."""
DATA = "data"
"""The asset that holds what an item is about; the KFM profile asks for it."""


@dataclass(frozen=True)
class StacLinks:
    """All links of the STAC documents."""

    links: tuple[Link, ...]


@provides
def stac_links(
    ground: Ground,
    collection: StacCollection,
    items: tuple[StacItem, ...],
    dcat: Dcat,
    prov: Prov,
    receipts: tuple[Receipt, ...],
) -> StacLinks:
    """Follow the links of the collection and of every item; each end must know the other."""
    made = {receipt.path: frozenset(output.uri for output in receipt.outputs) for receipt in receipts}
    reader = _Reader(ground, collection, frozenset(item.path for item in items), dcat.path, prov.path, made)
    return StacLinks(tuple(reader.all(items)))


@dataclass(frozen=True)
class _Reader:
    ground: Ground
    collection: StacCollection
    items: frozenset[str]
    dcat: str
    prov: str
    made: Mapping[str, frozenset[str]]
    """Receipt path to the files that the run wrote."""

    def all(self, items: tuple[StacItem, ...]) -> Iterator[Link]:
        assets: list[Link] = []
        documents: tuple[StacAny, ...] = (self.collection, *items)
        for document in documents:
            links = [self._judged(document, link) for link in self._links(document)]
            yield from self._once(links) if document is self.collection else links
            own = [self._asset(document, name) for name in document.assets]
            yield from self._missing(document, links, own)
            assets += own
        yield from self._shared(assets)

    def _links(self, document: StacAny) -> Iterator[Link]:
        for number, link in enumerate(document.links):
            yield self.ground.follow(document.at(join("links", number, "href")), link.rel, link.href)

    def _judged(self, document: StacAny, link: Link) -> Link:
        """A link with what is wrong about where it leads."""
        if link.target is None:
            return link
        wanted = {"provenance": self.prov, "root": self.collection.path}
        if document is not self.collection:
            wanted |= dict.fromkeys(_UP, self.collection.path)
        if link.rel in wanted and link.target != wanted[link.rel]:
            problem = f"The link `{link.rel}` does not lead to this version's {_KINDS[link.rel]}"
            return link.wrong(problem, wanted[link.rel], "Correct the href.")
        if link.rel == "item" and link.target not in self.items:
            problem = "The link `item` does not lead to a STAC item of this version"
            return link.wrong(problem, "a file in items/", "Correct the href.")
        if link.rel == "via" and link.target not in self.made:
            problem = "The link `via` does not lead to a run receipt of this version"
            return link.wrong(problem, "a receipt", "Link the transform's receipt.")
        return link

    def _once(self, links: list[Link]) -> Iterator[Link]:
        seen: set[str | None] = set()
        for link in links:
            if link.rel == "item" and link.problem is None and link.target in seen:
                hint = "Remove one of the two links."
                link = link.wrong("The item is listed twice", "each item once", hint)
            if link.rel == "item":
                seen.add(link.target)
            yield link
        for path in sorted(self.items - seen):
            problem = "The collection does not list this item, so nobody finds it"
            hint = "Add a link `item` to the collection, or remove the file."
            yield Link(Place(path), "item", "", path, problem, f"a link in {self.collection.path}", hint)

    def _asset(self, document: StacAny, name: str) -> Link:
        link = self.ground.follow(
            document.at(join("assets", name, "href")), "asset", document.assets[name].href
        )
        if link.target is None or self.ground.is_own(link.target, "artifact" if name == DATA else None):
            return link
        if name == DATA:
            problem = f"The asset `{DATA}` is no artifact of this version"
            return link.wrong(problem, "a file in artifacts/", "Link the artifact that the item describes.")
        problem = "The asset is a file of something else than this dataset version"
        hint = "Link the other version with `derived_from`; publish only what this version made."
        return link.wrong(problem, "a file of this version", hint)

    def _missing(self, document: StacAny, links: list[Link], assets: list[Link]) -> Iterator[Link]:
        """The links that a document must have and has not."""
        rels = {link.rel for link in links}
        if isinstance(document, StacItem):
            for rel in (*_UP, "provenance", "via"):
                if rel not in rels:
                    yield _absent(document, rel, _KINDS[rel])
            yield self._named_collection(document)
            yield from self._unproduced(document, links, assets)
        elif not any(link.rel == "describedby" and link.target == self.dcat for link in links):
            yield _absent(document, "describedby", "DCAT document", self.dcat)

    def _named_collection(self, item: StacItem) -> Link:
        stated = item.raw.get("collection")
        place = item.at("/collection")
        if stated == self.collection.id:
            return Link(place, "collection", str(stated), self.collection.path)
        problem = "`collection` is not the id of the collection that holds this item"
        hint = f"Write {self.collection.id}."
        return Link(place, "collection", str(stated), None, problem, self.collection.id, hint)

    def _unproduced(self, item: StacItem, links: list[Link], assets: list[Link]) -> Iterator[Link]:
        """A `via` that leads to a receipt, but of a run that did not write the item's data."""
        via = [link for link in links if link.rel == "via" and link.problem is None]
        made = [self.made.get(link.target or "", frozenset()) for link in via]
        for asset in assets:
            target = asset.target or ""
            if via and self.ground.is_own(target, "artifact") and not any(target in files for files in made):
                problem = "The receipt that `via` leads to does not list the item's data as an output"
                hint = "Link the receipt of the run that wrote the artifact."
                yield via[0].wrong(problem, f"the receipt of the run that wrote {target}", hint)

    def _shared(self, assets: list[Link]) -> Iterator[Link]:
        """Every asset; each artifact must be exactly one of them."""
        found: dict[str | None, list[Link]] = defaultdict(list)
        for link in assets:
            found[link.target].append(link)
        for link in assets:
            twice = self.ground.is_own(link.target or "", "artifact") and found[link.target][0] is not link
            if twice and link.problem is None:
                problem = "Another asset is the same artifact"
                hint = "Remove one of the two."
                link = link.wrong(problem, "one asset per artifact", hint)
            yield link
        for path in self.ground.own("artifact"):
            if path not in found:
                problem = "No STAC asset is this artifact, so nobody finds it"
                hint = "Add a STAC item for it, or remove the file."
                yield Link(
                    self.collection.at("/links"), "asset", "", path, problem, f"an asset for {path}", hint
                )


_KINDS = {
    "root": "collection",
    "parent": "collection",
    "collection": "collection",
    "provenance": "PROV document",
    "via": "run receipt",
}


def _absent(document: StacAny, rel: str, kind: str, target: str | None = None) -> Link:
    problem = f"No link `{rel}` leads to this version's {kind}"
    return Link(
        document.at("/links"), rel, "", target, problem, target or f"the {kind}", f"Add a link `{rel}`."
    )
