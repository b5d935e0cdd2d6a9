"""What STAC says of the rights in the collection, its items, and what an item or asset says for itself.

`license` of STAC 1.1 holds one SPDX identifier; its schema has no room for an expression. An expression stands in
`kfm:license`, and `license` is then `other`, as STAC asks for what has no identifier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kfm_gates.evidence.hrefs import BadHref, is_web, resolve_href
from kfm_gates.evidence.pointers import join
from kfm_gates.facts.container import provides
from kfm_gates.facts.licence_table import LicenceTable, normal
from kfm_gates.facts.rights_claim import Outputs, RightsClaim, Source
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.stac import StacCollection, StacDocument, StacItem

EXPRESSION = "kfm:license"


@dataclass(frozen=True)
class StacRights:
    """The statements, those of the collection first."""

    claims: tuple[RightsClaim, ...]


@provides
def stac_rights(
    collection: StacCollection, items: tuple[StacItem, ...], table: LicenceTable, outputs: Outputs
) -> StacRights:
    """Read them. An item may leave the licence to its collection, unless its output has one of its own."""
    reader = _Reader(table, outputs)
    claims = [*reader.collection(collection)]
    for item in items:
        claims += reader.item(item)
    return StacRights(tuple(claims))


@dataclass(frozen=True)
class _Reader:
    table: LicenceTable
    outputs: Outputs

    def collection(self, collection: StacCollection) -> Iterator[RightsClaim]:
        yield from _fields(collection, "", collection.raw, "stac_collection")
        for key, asset in _objects(collection.raw.get("assets")):
            output = self._output(collection, asset)
            yield from _fields(collection, join("assets", key), asset, "stac_collection", output)
        yield from _summarised(collection)
        yield from self._links(collection, "stac_collection")

    def item(self, item: StacItem) -> Iterator[RightsClaim]:
        """What an asset says counts for it before what its item says, as in STAC."""
        assets = [(join("assets", key), asset) for key, asset in _objects(item.raw["assets"])]
        named = {self._output(item, asset) for _, asset in assets} - {""}
        silent = {self._output(item, asset) for _, asset in assets if not any(_licences(asset))} - {""}
        for output in sorted(silent or (named if len(named) == 1 else {""})):
            yield from _fields(item, "/properties", item.properties, "stac_item", output)
        if not any(_licences(item.properties)):
            for output in sorted(silent & self.outputs.with_licence):
                yield RightsClaim(item.at("/properties"), "stac_item", "license", None, output=output)
        for pointer, asset in assets:
            yield from _fields(item, pointer, asset, "stac_item", self._output(item, asset))
        yield from self._links(item, "stac_item")

    def _output(self, document: StacDocument, asset: Mapping[str, Json]) -> str:
        """The output that an asset is; where it leads nowhere is for `catalog.links` to say."""
        try:
            return self.outputs.of(resolve_href(str(asset.get("href", "")), document.path))
        except BadHref:
            return ""

    def _links(self, document: StacDocument, source: Source) -> Iterator[RightsClaim]:
        """Links to the text of a licence on the web; files of the evidence are for `catalog.links`."""
        for number, link in enumerate(document.links):
            if link.rel == "license" and is_web(link.href):
                place = document.at(join("links", number, "href"))
                means = self.table.of_address(link.href)
                yield RightsClaim(place, source, "license_mention", link.href, means)


def _fields(
    document: StacDocument, pointer: str, holder: Mapping[str, Json], source: Source, output: str = ""
) -> Iterator[RightsClaim]:
    """What one object says: its licence, the licensors among its providers, its attribution."""
    for key, value in _licences(holder):
        yield RightsClaim(_at(document, pointer, key), source, "license", value, normal(value), output)
    for number, provider in enumerate(_list(holder.get("providers"))):
        if isinstance(provider, dict) and "licensor" in _list(provider.get("roles")):
            place = document.at(f"{pointer}/providers/{number}/name")
            yield RightsClaim(place, source, "rights_holder", str(provider.get("name")), output=output)
    attribution = holder.get("attribution")
    if isinstance(attribution, str):
        place = _at(document, pointer, "attribution")
        yield RightsClaim(place, source, "attribution", attribution, output=output)


def _summarised(collection: StacCollection) -> Iterator[RightsClaim]:
    """The licences that the collection mentions of its items without saying which has which."""
    summaries = collection.raw.get("summaries")
    for number, text in enumerate(_list(summaries.get("license") if isinstance(summaries, dict) else None)):
        if text != "other":  # what an item states beside its expression
            place = collection.at(join("summaries", "license", number))
            yield RightsClaim(place, "stac_collection", "license_mention", str(text), normal(str(text)))
    for key, asset in _objects(collection.raw.get("item_assets")):
        for field, text in _licences(asset):
            place = collection.at(join("item_assets", key, field))
            yield RightsClaim(place, "stac_collection", "license_mention", text, normal(text))


def _licences(holder: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Field and text of each licence that an object states; `other` says nothing beside an expression."""
    stated, expression = holder.get("license"), holder.get(EXPRESSION)
    if isinstance(stated, str) and not (stated == "other" and isinstance(expression, str)):
        yield "license", stated
    if isinstance(expression, str):
        yield EXPRESSION, expression


def _at(document: StacDocument, pointer: str, key: str) -> Place:
    return document.at(f"{pointer}{join(key)}")


def _objects(value: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for key, each in value.items() if isinstance(value, dict) else ():
        if isinstance(each, dict):
            yield key, each


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
