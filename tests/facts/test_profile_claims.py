"""Every claim to a standard or a profile, however it is written, also wrongly."""

from __future__ import annotations

from typing import Any, cast

import pytest

from kfm_gates.facts.profile_claims import ProfileClaim
from tests.support.judging import kansas

from .catalog_trees import changed, item
from .on_trees import facts, path

DCAT = "https://w3id.org/kfm/profiles/dcat/v1"


def claims(tree: Any) -> list[ProfileClaim]:
    found = cast("tuple[ProfileClaim, ...]", facts(tree).resolve(tuple[ProfileClaim, ...]))
    return [each for each in found if each.field != "stac_version"]


def test_every_stac_document_claims_a_version_of_stac() -> None:
    found = cast("tuple[ProfileClaim, ...]", facts(kansas()).resolve(tuple[ProfileClaim, ...]))
    assert [(each.document, each.field, each.value) for each in found] == [
        ("stac", "stac_version", "1.1.0")
    ] * 3


@pytest.mark.parametrize("value", [None, 1, "", "v1", {}, []])
@pytest.mark.parametrize("field", ["conformsTo", "kfm:profile"])
def test_wrong_values_are_claims_too(field: str, value: Any) -> None:
    (claim,) = claims(changed(item(), lambda d: d["properties"].update({field: value})))
    assert (claim.place.pointer, claim.field, claim.value) == (f"/properties/{field}", field, value)


def test_a_list_is_as_many_claims() -> None:
    found = claims(changed(path("stac_collection"), lambda d: d.update(conformsTo=["a", None])))
    assert [(each.place.pointer, each.value) for each in found] == [
        ("/conformsTo/0", "a"),
        ("/conformsTo/1", None),
    ]


def test_of_extensions_only_those_of_kfm_are_profiles() -> None:
    uri = "https://w3id.org/kfm/schemas/stac/kfm-item-v2.json"
    (claim,) = claims(changed(item(), lambda d: d["stac_extensions"].append(uri)))
    assert (claim.place.pointer, claim.value) == ("/stac_extensions/2", uri)


def test_whatever_in_a_graph_conforms_to_something() -> None:
    tree = changed(path("dcat"), lambda d: d["@graph"][1].update({"dct:conformsTo": [{"@id": DCAT}, "v1"]}))
    tree = changed(path("prov"), lambda d: d["@graph"][0].update({"kfm:profile": 2}), tree)
    assert [(each.document, each.field, each.value) for each in claims(tree)] == [
        ("dcat", "dct:conformsTo", DCAT),
        ("dcat", "dct:conformsTo", "v1"),
        ("prov", "kfm:profile", "2"),
    ]
