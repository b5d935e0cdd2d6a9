"""Who says what of the rights in a version, on the example dataset with small changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kfm_gates.evidence.strict_yaml import dump_yaml, parse_yaml
from kfm_gates.facts.dcat_rights import EXPRESSION
from kfm_gates.facts.rights_claim import RightsClaim
from kfm_gates.facts.spec_licences import SpecLicence

from .catalog_trees import Tree, changed, item
from .on_trees import LAYOUT, facts, path, subject

SPEC = LAYOUT.path("spec", slug="kansas-counties", spec8=subject().version.split(".")[1])


def claims(tree: Tree, field: str = "license") -> list[tuple[str, str | None, str, str]]:
    found: Any = facts(tree).resolve(tuple[RightsClaim, ...])
    return [(c.source, c.value, c.means, c.output) for c in found if c.field == field]


def spec(change: Callable[[Any], object], tree: Tree | None = None) -> Tree:
    tree = changed(path("dcat"), lambda _: None) if tree is None else tree
    document = parse_yaml(tree[SPEC])
    change(document)
    return {**tree, SPEC: dump_yaml(document)}


def own_licence(text: str = "MIT") -> Tree:
    return spec(lambda document: document["outputs"][1].update(license=text))


class TestEveryDocument:
    def test_is_heard(self) -> None:
        tree = spec(lambda _: None)
        assert [(source, means) for source, _, means, _ in claims(tree)] == [
            ("spec", "ISC"),
            ("dcat_dataset", "ISC"),
            ("dcat_distribution", "ISC"),
            ("dcat_distribution", "ISC"),
            ("stac_collection", "ISC"),
            ("stac_item", "ISC"),
            ("stac_item", "ISC"),
        ]
        holders = [(source, value) for source, value, _, _ in claims(tree, "rights_holder")]
        assert holders == [
            (source, "Michael Bostock") for source in ("spec", "dcat_dataset", "stac_collection")
        ]
        assert len(claims(tree, "attribution")) == 4

    def test_other_prefixes_say_the_same(self) -> None:
        def change(dcat: Any) -> None:
            dcat["@context"]["terms"] = dcat["@context"].pop("dct")
            text = json.dumps(dcat).replace('"dct:', '"terms:')
            dcat.clear()
            dcat.update(json.loads(text))

        before = spec(lambda _: None)
        after = changed(path("dcat"), change)
        for field in ("license", "rights_holder", "attribution"):
            assert claims(after, field) == claims(before, field)


class TestDcat:
    def test_a_distribution_speaks_of_its_output(self) -> None:
        found = claims(spec(lambda _: None))
        outputs = [output for source, _, _, output in found if source == "dcat_distribution"]
        assert outputs == ["counties.parquet", "counties.pmtiles"]

    def test_a_node_with_an_expression_is_a_licence(self) -> None:
        def change(dcat: Any) -> None:
            dcat["@context"]["licensing"] = EXPRESSION.removesuffix("licenseExpression")
            node = {"@id": "kfm://licence/x", "@type": "dct:LicenseDocument"}
            dcat["@graph"].append({**node, "licensing:licenseExpression": "MIT OR ISC"})
            dcat["@graph"][0]["dct:license"] = {"@id": "kfm://licence/x"}

        assert ("dcat_dataset", "MIT OR ISC", "ISC OR MIT", "") in claims(changed(path("dcat"), change))

    def test_an_address_with_an_expression_says_both(self) -> None:
        def change(dcat: Any) -> None:
            node = {"@id": "https://spdx.org/licenses/ISC", "@type": "dct:LicenseDocument"}
            dcat["@graph"].append({**node, EXPRESSION: "CC-BY-NC-4.0"})

        found = [each for each in claims(changed(path("dcat"), change)) if each[0] == "dcat_dataset"]
        assert [means for _, _, means, _ in found] == ["CC-BY-NC-4.0", "ISC"]

    @pytest.mark.parametrize(
        "predicate", ["http://creativecommons.org/ns#license", "https://schema.org/license"]
    )
    def test_other_predicates_for_a_licence_are_heard(self, predicate: str) -> None:
        def change(dcat: Any) -> None:
            dcat["@graph"][0][predicate] = {"@id": "https://spdx.org/licenses/MIT"}

        assert ("dcat_dataset", "https://spdx.org/licenses/MIT", "MIT", "") in claims(
            changed(path("dcat"), change)
        )

    def test_a_text_is_no_address(self) -> None:
        tree = changed(
            path("dcat"),
            lambda dcat: dcat["@graph"][0].update({"dct:license": "https://spdx.org/licenses/ISC"}),
        )
        assert ("dcat_dataset", "https://spdx.org/licenses/ISC", "", "") in claims(tree)

    def test_without_rights_it_gives_no_attribution(self) -> None:
        tree = changed(path("dcat"), lambda dcat: dcat["@graph"][1].pop("dct:rights"))
        assert ("dcat_distribution", None, "", "counties.parquet") in claims(tree, "attribution")


class TestStac:
    def of_item(self, change: Callable[[Any], object], tree: Tree | None = None) -> list[Any]:
        found = claims(changed(item("pmtiles"), change, tree))
        return [each for each in found if each[0] == "stac_item" and each[3] != "counties.parquet"]

    def test_an_item_speaks_of_its_output(self) -> None:
        assert self.of_item(lambda _: None) == [("stac_item", "ISC", "ISC", "counties.pmtiles")]

    def test_an_expression_stands_beside_other(self) -> None:
        stated = {"license": "other", "kfm:license": "ISC OR MIT"}
        found = self.of_item(lambda document: document["properties"].update(stated))
        assert found == [("stac_item", "ISC OR MIT", "ISC OR MIT", "counties.pmtiles")]

    def test_other_alone_means_nothing(self) -> None:
        found = self.of_item(lambda document: document["properties"].update(license="other"))
        assert found == [("stac_item", "other", "", "counties.pmtiles")]

    def test_two_words_are_two_claims(self) -> None:
        found = self.of_item(lambda document: document["properties"].update({"kfm:license": "MIT"}))
        assert [means for _, _, means, _ in found] == ["ISC", "MIT"]

    def test_an_asset_speaks_for_itself_and_its_item_too(self) -> None:
        found = self.of_item(lambda document: document["assets"]["data"].update(license="MIT"))
        assert found == [
            ("stac_item", "ISC", "ISC", "counties.pmtiles"),
            ("stac_item", "MIT", "MIT", "counties.pmtiles"),
        ]

    def test_an_item_without_a_licence_leaves_it_to_the_collection(self) -> None:
        assert self.of_item(lambda document: document["properties"].pop("license")) == []

    def test_unless_its_output_has_one_of_its_own(self) -> None:
        found = self.of_item(lambda document: document["properties"].pop("license"), own_licence())
        assert found == [("stac_item", None, "", "counties.pmtiles")]

    def test_links_on_the_web_and_summaries_are_mentions(self) -> None:
        def change(collection: Any) -> None:
            collection["links"].append({"rel": "license", "href": "https://opensource.org/license/isc"})
            collection["links"].append({"rel": "license", "href": "../terms.txt"})
            collection["summaries"] = {"license": ["ISC", "other", "nonsense"]}
            collection["item_assets"] = {"data": {"license": "MIT"}}

        found = claims(changed(path("stac_collection"), change), "license_mention")
        assert [means for _, _, means, _ in found] == ["ISC", "", "MIT", "ISC"]

    def test_a_licensor_is_a_rights_holder_and_an_attribution_is_heard(self) -> None:
        def change(collection: Any) -> None:
            collection["providers"].append({"name": "Somebody", "roles": ["licensor", "host"]})
            collection["attribution"] = "Somebody"

        tree = changed(path("stac_collection"), change)
        assert ("stac_collection", "Somebody", "", "") in claims(tree, "rights_holder")
        assert ("stac_collection", "Somebody", "", "") in claims(tree, "attribution")


class TestSpec:
    def licences(self, tree: Tree) -> list[SpecLicence]:
        found: Any = facts(tree).resolve(tuple[SpecLicence, ...])
        return list(found)

    def test_an_output_has_a_licence_and_an_attribution_of_its_own(self) -> None:
        (whole, own) = self.licences(own_licence("MIT OR ISC"))
        assert (whole.output, whole.normal, own.output, own.normal) == (
            "",
            "ISC",
            "counties.pmtiles",
            "ISC OR MIT",
        )
        assert own.pointer == own.place.pointer == "/outputs/1/license"
        tree = spec(lambda document: document["outputs"][1].update(attribution="By B"))
        assert ("spec", "By B", "", "counties.pmtiles") in claims(tree, "attribution")

    def test_what_spdx_does_not_know_has_the_reason(self) -> None:
        (found,) = self.licences(spec(lambda document: document["rights"].update(license="ISC-2")))
        assert (found.problem, found.alternatives) == ("SPDX has no licence 'isc-2'", ())

    @pytest.mark.parametrize("value", [None, 5, ["ISC"], {"id": "ISC"}])
    def test_what_is_no_text_is_not_read(self, value: Any) -> None:
        assert self.licences(spec(lambda document: document["rights"].update(license=value))) == []

    @pytest.mark.parametrize("value", [None, "ISC", ["ISC"]])
    def test_rights_that_are_no_object_are_not_read(self, value: Any) -> None:
        assert self.licences(spec(lambda document: document.update(rights=value))) == []
