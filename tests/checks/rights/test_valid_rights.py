"""Licences, holders and attributions as real catalogs write them must pass: a false denial is a defect too."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from tests.support.judging import explained, judge_tree, kansas

Operation = dict[str, Any]

PARQUET, PMTILES = "stac_item:counties-parquet.json", "stac_item:counties-pmtiles.json"
NODE = "kfm://licence/kansas-counties"
DATASET, PARQUET_NODE, PMTILES_NODE = (f"/@graph/{index}" for index in (0, 1, 3))
TERMS = "pkg:npm/us-atlas@3.0.1"


def patch(file: str, *steps: tuple[str, str, Any]) -> Operation:
    return {"file": file, "patch": [{"op": op, "path": path, "value": value} for op, path, value in steps]}


def licence(stated: str, address: str, in_stac: str | None = None, *, nodes: bool = True) -> list[Operation]:
    """One licence in every document: as the spec, DCAT and STAC have it."""
    in_stac = stated if in_stac is None else in_stac
    places = (DATASET, PARQUET_NODE, PMTILES_NODE) if nodes else ()
    return [
        patch("spec", ("replace", "/rights/license", stated)),
        patch("dcat", *(("replace", f"{place}/dct:license", {"@id": address}) for place in places)),
        patch("stac_collection", ("replace", "/license", in_stac)),
        patch(PARQUET, ("replace", "/properties/license", in_stac)),
        patch(PMTILES, ("replace", "/properties/license", in_stac)),
    ]


def expression(stated: str, in_catalogs: str) -> list[Operation]:
    """An expression in every document."""
    node = {"@id": NODE, "@type": "dct:LicenseDocument", "licensing:licenseExpression": in_catalogs}
    prefix = "https://spdx.org/rdf/3.0.1/terms/SimpleLicensing/"
    return [
        *licence(stated, NODE, "other"),
        patch("dcat", ("add", "/@context/licensing", prefix), ("add", "/@graph/-", node)),
        patch("stac_collection", ("add", "/kfm:license", in_catalogs)),
        patch(PARQUET, ("add", "/properties/kfm:license", in_catalogs)),
        patch(PMTILES, ("add", "/properties/kfm:license", in_catalogs)),
    ]


def without_attribution() -> list[Operation]:
    places = (DATASET, PARQUET_NODE, PMTILES_NODE)
    return [
        patch("spec", ("remove", "/rights/attribution", None)),
        patch("dcat", *(("remove", f"{place}/dct:rights", None) for place in places)),
    ]


OWN = patch("spec", ("add", "/outputs/1/license", "ODbL-1.0"))
OWN_IN_DCAT = patch(
    "dcat", ("replace", f"{PMTILES_NODE}/dct:license", {"@id": "https://spdx.org/licenses/ODbL-1.0"})
)

VARIANTS: dict[str, list[Operation]] = {
    "two licences that hold together": expression("ODbL-1.0 AND ISC", "ODbL-1.0 AND ISC"),
    "the same in another order": expression("CC-BY-4.0 AND ODbL-1.0", "ODbL-1.0 AND CC-BY-4.0"),
    "a choice of which one is open": expression("GPL-3.0-only OR ISC", "ISC OR GPL-3.0-only"),
    "a choice of which one is refused": expression("CC-BY-NC-4.0 OR CC-BY-4.0", "CC-BY-NC-4.0 OR CC-BY-4.0"),
    "a licence with an exception": expression(
        "Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"
    ),
    "parentheses": expression("(MIT OR ISC) AND CC0-1.0", "CC0-1.0 AND (ISC OR MIT)"),
    "a licence or any later version": licence("ODbL-1.0+", "https://spdx.org/licenses/ODbL-1.0+"),
    "an address at Creative Commons in German": licence(
        "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/deed.de"
    ),
    "an address of the European Union": licence(
        "CC-BY-4.0", "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0"
    ),
    "an address at Open Data Commons": licence("ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "an address of SPDX 2": licence("ISC", "http://spdx.org/licenses/ISC"),
    "an identifier in small letters in STAC": licence("MIT", "https://spdx.org/licenses/MIT", "mit"),
    "a licence that asks for no attribution, and none is given": [
        *licence("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        *without_attribution(),
    ],
    "a public domain mark with an attribution all the same": licence(
        "CC-PDM-1.0", "https://creativecommons.org/publicdomain/mark/1.0/"
    ),
    "an output with a licence of its own": [
        OWN,
        OWN_IN_DCAT,
        patch(PMTILES, ("replace", "/properties/license", "ODbL-1.0")),
    ],
    "the same on the asset alone": [
        OWN,
        OWN_IN_DCAT,
        patch(PMTILES, ("remove", "/properties/license", None), ("add", "/assets/data/license", "ODbL-1.0")),
    ],
    "an output with the licence of the version, said again": [
        patch("spec", ("add", "/outputs/0/license", "ISC")),
    ],
    "an output with an attribution of its own": [
        patch("spec", ("add", "/outputs/1/attribution", "Tiles by the example team")),
        patch("dcat", ("replace", f"{PMTILES_NODE}/dct:rights", "Tiles by the example team")),
    ],
    "items that leave the licence to their collection": [
        patch(PARQUET, ("remove", "/properties/license", None)),
        patch(PMTILES, ("remove", "/properties/license", None)),
    ],
    "links to the licence and to the kept terms": [
        patch(
            "stac_collection",
            ("add", "/links/-", {"rel": "license", "href": "https://opensource.org/license/isc"}),
            (
                "add",
                "/links/-",
                {"rel": "license", "href": "../../../../raw/kansas-counties/us-atlas-3.0.1/terms.txt"},
            ),
        ),
    ],
    "a summary of the licences": [patch("stac_collection", ("add", "/summaries", {"license": ["ISC"]}))],
    "providers without a licensor": [
        patch("stac_collection", ("replace", "/providers/1/roles", ["processor"])),
    ],
    "the attribution in STAC too": [
        patch(
            "stac_collection",
            (
                "add",
                "/attribution",
                "U.S. Census Bureau, cartographic boundary files 2017; us-atlas 3.0.1 by Michael Bostock",
            ),
        ),
    ],
    "a list of one address of terms": [patch("spec", ("replace", "/rights/terms_url", [TERMS]))],
    "terms that were kept thirty days before the data": [
        patch("acquisition", ("replace", "/terms/retrieved_at", "2026-08-02T09:58:00Z")),
    ],
}


@pytest.mark.parametrize("name", VARIANTS)
def test_valid_variant_passes(name: str) -> None:
    case = {"base": "public", "why": name, "ops": VARIANTS[name], "reseal": True}
    for result in judge_tree(apply(case, kansas(), Layout.kfm_v1()).files).values():
        assert result["status"] == "PASS", explained(result)
