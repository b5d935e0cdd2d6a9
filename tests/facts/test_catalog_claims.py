"""Claims of catalogs and other documents, on the example dataset with small changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kfm_gates.facts.catalog_claims import CatalogClaims
from kfm_gates.facts.container import Unmet
from kfm_gates.facts.terms import TermsSnapshot
from tests.facts.on_trees import facts, path
from tests.support.judging import kansas


def changed(file: str, change: Callable[[Any], Any]) -> dict[str, bytes]:
    document = json.loads(kansas()[file])
    change(document)
    return {**kansas(), file: json.dumps(document).encode()}


def stac_items() -> list[str]:
    folder = path("stac_collection").removesuffix("collection.json")
    return [file for file in kansas() if file.startswith(f"{folder}items/")]


class TestCatalogClaims:
    def test_every_distribution_states_its_rights_and_links_the_evidence_only(self) -> None:
        claims = facts(kansas()).get(CatalogClaims)
        assert [len(texts) for _, texts in claims.rights] == [1, 1, 1]
        assert len(claims.links) == 4
        assert all(link.internal for link in claims.links)
        assert claims.columns == ()

    @pytest.mark.parametrize(
        "href", ["https://example.org/a", "s3://bucket/a", "//example.org/a", "HTTP://x/a"]
    )
    def test_link_to_elsewhere(self, href: str) -> None:
        def change(item: Any) -> None:
            item["assets"]["data"]["href"] = href

        links = facts(changed(stac_items()[0], change)).get(CatalogClaims).links
        assert [link.href for link in links if not link.internal] == [href]

    def test_asset_definitions_of_a_collection_count(self) -> None:
        def change(collection: Any) -> None:
            collection["assets"] = {"all": {"href": "https://example.org/all.zip"}}

        links = facts(changed(path("stac_collection"), change)).get(CatalogClaims).links
        assert [link.place.pointer for link in links if not link.internal] == ["/assets/all/href"]

    def test_columns_wherever_they_are_listed(self) -> None:
        def change(item: Any) -> None:
            item["assets"]["data"]["table:columns"] = [{"name": "geoid"}, {"type": "int"}, "x"]

        claims = facts(changed(stac_items()[0], change)).get(CatalogClaims)
        assert [(place.pointer, name) for place, name in claims.columns] == [
            ("/assets/data/table:columns/0/name", "geoid")
        ]


class TestTerms:
    def snapshots(self, tree: dict[str, bytes]) -> list[TermsSnapshot]:
        return list(facts(tree).resolve(tuple[TermsSnapshot, ...]))  # type: ignore[call-overload]

    def test_each_acquisition_has_its_terms(self) -> None:
        (found,) = self.snapshots(dict(kansas()))
        assert found.digest == found.acquisition.terms.digest
        assert not found.blank

    def test_without_terms_the_check_of_presence_says_so(self) -> None:
        tree = {file: data for file, data in kansas().items() if not file.endswith("/terms.txt")}
        with pytest.raises(Unmet, match=r"evidence\.present"):
            self.snapshots(tree)
