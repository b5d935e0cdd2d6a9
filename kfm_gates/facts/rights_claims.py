"""What each document says of the rights in a version: its licence, who holds the rights, what must be said.

Only what is said is a claim. That a catalog says it at all is for the checks of its form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kfm_gates.facts.container import provides
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.statements import DCAT, DCT, FOAF, DcatStatements
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.spec import Spec
from kfm_gates.model.stac import StacCollection, StacItem


@dataclass(frozen=True)
class RightsClaim:
    """One statement about rights; a rights holder in DCAT is given by name."""

    place: Place
    source: Literal["spec", "dcat_dataset", "dcat_distribution", "stac_collection", "stac_item"]
    field: Literal["license", "rights_holder", "attribution"]
    value: str


@provides
def rights_claims(
    spec: Spec, dcat: DcatStatements, collection: StacCollection, items: tuple[StacItem, ...]
) -> tuple[RightsClaim, ...]:
    """Every claim: the spec's first, then the catalogs'."""
    return (*_of_spec(spec), *_of_dcat(dcat), *_of_stac(collection, items))


def _of_spec(spec: Spec) -> Iterator[RightsClaim]:
    rights = spec.raw.get("rights")
    for field in ("license", "rights_holder", "attribution"):
        value = rights.get(field) if isinstance(rights, dict) else None
        if isinstance(value, str):
            yield RightsClaim(spec.at(f"/rights/{field}"), "spec", field, value)


def _of_dcat(dcat: DcatStatements) -> Iterator[RightsClaim]:
    for node in dcat.of_type(DCAT + "Dataset"):
        for row in dcat.values(node.subject, DCT + "license"):
            yield RightsClaim(row.place, "dcat_dataset", "license", row.value)
        for row in dcat.values(node.subject, DCT + "rights"):
            yield RightsClaim(row.place, "dcat_dataset", "attribution", row.value)
        for row in dcat.values(node.subject, DCT + "rightsHolder"):
            names = dcat.values(row.value, FOAF + "name") if row.is_iri else (row,)
            for name in names:
                yield RightsClaim(name.place, "dcat_dataset", "rights_holder", name.value)
    for node in dcat.of_type(DCAT + "Distribution"):
        for row in dcat.values(node.subject, DCT + "license"):
            yield RightsClaim(row.place, "dcat_distribution", "license", row.value)
        for row in dcat.values(node.subject, DCT + "rights"):
            yield RightsClaim(row.place, "dcat_distribution", "attribution", row.value)


def _of_stac(collection: StacCollection, items: tuple[StacItem, ...]) -> Iterator[RightsClaim]:
    if isinstance(collection.license, str):
        yield RightsClaim(collection.at("/license"), "stac_collection", "license", collection.license)
    for item in items:
        stated: Json = item.properties.get("license")
        if isinstance(stated, str):
            yield RightsClaim(item.at("/properties/license"), "stac_item", "license", stated)


name_fact("rights_claims", RightsClaim, many=True)
