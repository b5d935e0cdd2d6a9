"""Obligations that no denial case can show, because the forms of the catalogs forbid what they forbid."""

from __future__ import annotations

import pytest

from kfm_gates.checks.sensitivity.obligations_in_data import _VERIFIERS, obligations_in_data
from kfm_gates.facts.artifact_content import ArtifactContent
from kfm_gates.facts.catalog_claims import AssetLink, CatalogClaims
from kfm_gates.facts.place_names import PlaceNames, place_names
from kfm_gates.facts.spec_obligations import SpecObligation
from kfm_gates.model.finding import OK, Denied, Place
from kfm_gates.model.obligation import PARAMETERS
from kfm_gates.model.spec import Spec
from tests.facts.on_trees import facts
from tests.support.judging import kansas, suite

HERE = Place("spec.yaml", "/policy/obligations/0")
UNREAD = (ArtifactContent("a.bin", None, "it is neither Parquet, PMTiles, TIFF nor GeoJSON"),)


def judged(type: str, parameters: dict[str, object], catalog: CatalogClaims) -> list[str]:
    obligation = SpecObligation(HERE, type, parameters)
    result = obligations_in_data(
        obligation, UNREAD, catalog, facts(kansas()).get(Spec), place_names(suite().tables)
    )
    return [finding.message for finding in result.findings] if isinstance(result, Denied) else []


def test_every_known_obligation_is_looked_for() -> None:
    assert set(_VERIFIERS) == set(PARAMETERS)


def test_direct_links() -> None:
    inside, outside = AssetLink(HERE, "a", True), AssetLink(HERE, "https://example.org/a", False)
    assert judged("deny_asset_links", {}, CatalogClaims((), (), (inside,))) == []
    assert len(judged("deny_asset_links", {}, CatalogClaims((), (), (inside, outside)))) == 1


def test_a_column_in_stac() -> None:
    catalog = CatalogClaims(((HERE, "Owner"),), (), ())
    (_, message) = judged("redact_fields", {"fields": ["owner"]}, catalog)
    assert "listed as a column" in message


def test_a_notice_must_stand_with_every_distribution() -> None:
    said, silent = (HERE, ("Not for navigation. ODbL",)), (HERE, ("ODbL",))
    text = {"text": "Not for navigation."}
    assert judged("show_notice", text, CatalogClaims((), (said, said), ())) == []
    assert len(judged("show_notice", text, CatalogClaims((), (said, silent), ()))) == 1
    assert len(judged("show_notice", text, CatalogClaims((), (), ()))) == 1


@pytest.mark.parametrize(
    ("type", "parameters"),
    [
        ("generalize_geometry", {"grid_degrees": 0.1}),
        ("redact_fields", {"fields": ["a"]}),
        ("min_count_threshold", {"minimum": 5}),
        ("min_count_threshold", {"minimum": 5, "field": "n"}),
        ("quantize_time", {"unit": "day"}),
        ("block_export", {}),
    ],
)
def test_a_format_that_nobody_can_read_is_never_a_pass(type: str, parameters: dict[str, object]) -> None:
    messages = judged(type, parameters, CatalogClaims((), (), ()))
    assert len(messages) == 1
    assert "can't be verified in an unknown format" in messages[0]


def test_generalised_data_of_the_example_dataset_passes() -> None:
    known = facts(kansas(), "public_generalized")
    contents = known.resolve(tuple[ArtifactContent, ...])
    for obligation in known.resolve(tuple[SpecObligation, ...]):  # type: ignore[attr-defined]
        catalog, spec, names = known.get(CatalogClaims), known.get(Spec), known.get(PlaceNames)
        verdict = obligations_in_data(obligation, contents, catalog, spec, names)  # type: ignore[arg-type]
        assert verdict is OK
