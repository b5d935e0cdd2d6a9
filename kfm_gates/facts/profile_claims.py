"""What the catalogs say of the standards and profiles, and of which versions, they are written by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kfm_gates.evidence.pointers import join
from kfm_gates.facts.container import provides
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.statements import DCT, KFM, DcatStatements, ProvStatements, Statements
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.stac import StacCollection, StacItem

KFM_SCHEMAS = "https://w3id.org/kfm/"
"""What the IRIs of KFM's own schemas begin with; other extensions are judged by `catalog.stac`."""
_FIELDS = ("conformsTo", "kfm:profile")


@dataclass(frozen=True)
class ProfileClaim:
    """One statement. `value` may be of any type: whoever writes a profile down wrongly claims it too."""

    place: Place
    document: Literal["stac", "dcat", "prov"]
    field: str
    value: Json


@provides
def profile_claims(
    collection: StacCollection, items: tuple[StacItem, ...], dcat: DcatStatements, prov: ProvStatements
) -> tuple[ProfileClaim, ...]:
    """The STAC version of every STAC document, and every profile that a catalog claims to follow."""
    documents: tuple[StacCollection | StacItem, ...] = (collection, *items)
    found = [claim for document in documents for claim in _stac(document)]
    return (*found, *_linked(dcat, "dcat"), *_linked(prov, "prov"))


def _stac(document: StacCollection | StacItem) -> Iterator[ProfileClaim]:
    yield ProfileClaim(document.at("/stac_version"), "stac", "stac_version", document.stac_version)
    extensions = document.raw.get("stac_extensions")
    for number, uri in enumerate(extensions if isinstance(extensions, list) else []):
        if isinstance(uri, str) and uri.startswith(KFM_SCHEMAS):
            place = document.at(join("stac_extensions", number))
            yield ProfileClaim(place, "stac", "stac_extensions", uri)
    holders = {"": document.raw}
    if isinstance(document, StacItem):
        holders["/properties"] = document.properties
    for pointer, holder in holders.items():
        for field in (name for name in _FIELDS if name in holder):
            value, at = holder[field], pointer + join(field)
            if isinstance(value, list) and value:
                for number, each in enumerate(value):
                    yield ProfileClaim(document.at(at + join(number)), "stac", field, each)
            else:
                yield ProfileClaim(document.at(at), "stac", field, value)


def _linked(statements: Statements, document: Literal["dcat", "prov"]) -> Iterator[ProfileClaim]:
    for row in statements.rows:
        if row.predicate in (DCT + "conformsTo", KFM + "profile"):
            field = "dct:conformsTo" if row.predicate.startswith(DCT) else "kfm:profile"
            yield ProfileClaim(row.place, document, field, row.value)


name_fact("profile_claims", ProfileClaim, many=True)
