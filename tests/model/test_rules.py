"""What a document must fulfil across its fields: refused at the place that is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kfm_gates.model.obligation import PARAMETERS, SPELLINGS, GeneralizeGeometry, NoParameters, Obligation
from kfm_gates.model.permit import Permit
from kfm_gates.model.published import DOCUMENTS
from kfm_gates.model.spec import Spec

from .samples import OBLIGATION, TIME, VERSION, WINDOW, A, B, sample
from .test_documents import changed, pointers

OUTPUT = sample("spec")["outputs"][0]
ARTIFACT = sample("manifest")["artifacts"][0]


@pytest.mark.parametrize(
    ("name", "place", "value", "at"),
    [
        ("spec", "/window", {"start": WINDOW["end"], "end": WINDOW["start"]}, "/window/end"),
        ("spec", "/window", {"start": TIME, "end": TIME}, "/window/end"),
        ("spec", "/window", None, "/window"),
        ("spec", "/derived_from", {"dataset_version_id": VERSION}, "/derived_from/reason"),
        ("spec", "/outputs", [OUTPUT, OUTPUT], "/outputs/1/path"),
        ("spec", "/columns", [{"name": "a", "type": "t"}, {"name": "a", "type": "u"}], "/columns/1/name"),
        ("spec", "/promotion/approval_roles", ["steward", "steward"], "/promotion/approval_roles/1"),
        ("spec", "/qa/thresholds/0/max", 104, "/qa/thresholds/0/max"),
        ("spec", "/qa/thresholds/0/max", True, "/qa/thresholds/0/max"),
        ("spec", "/qa/thresholds", [{"id": "a", "metric": "m"}], "/qa/thresholds/0/min"),
        ("manifest", "/artifacts", [ARTIFACT, ARTIFACT], "/artifacts/1/path"),
        ("manifest", "/supersedes", None, "/supersedes"),
        ("manifest", "/requested_by", {"principal": "user:ada"}, "/requested_by/role"),
        ("manifest", "/kfm_promotion_manifest_version", "v2", "/kfm_promotion_manifest_version"),
        ("qa-report", "/checks", sample("qa-report")["checks"] * 2, "/checks/1/id"),
        ("ledger-entry", "/prev", None, "/prev"),
        ("ledger-entry", "/seq", 0, "/prev"),
        ("ledger-entry", "/seq", -1, "/seq"),
        ("checkpoint", "/size", 0, "/size"),
        ("backfill-plan", "/reviewers", ["user:bea", "user:bea"], "/reviewers/1"),
        ("backfill-plan", "/time_axis", "time", "/time_axis"),
        ("backfill-plan", "/chunking/max_parallelism", 0, "/chunking/max_parallelism"),
        ("backfill-plan", "/promotion/expected_dataset_version_id", "<to-be-computed>",
         "/promotion/expected_dataset_version_id"),
        ("backfill-plan", "/requested_by", "<principal>", "/requested_by"),
        ("run-header", "/builder", {}, "/builder/image_digest"),
        ("run-header", "/selection_query", "all", "/dataset_version_ids"),
        ("run-header", "/targets", ["tiles", "tiles"], "/targets/1"),
        ("permit", "/expires_at", TIME, "/expires_at"),
        ("permit", "/subjects", sample("permit")["subjects"] * 2, "/subjects/1/id"),
        ("permit", "/subjects_root/size", 2, "/subjects"),
        ("permit", "/subjects_root/size", 1001, "/subjects"),
        ("permit", "/waivers", [{"id": "b", "digest": A}, {"id": "a", "digest": A}], "/waivers"),
        ("permit", "/waivers", [{"id": "b", "digest": A}] * 2, "/waivers/1/id"),
        ("permit", "/audience", "two words", "/audience"),
        ("permit", "/audience", "a" * 201, "/audience"),
        ("decision-statement", "/_type", "https://in-toto.io/Statement/v0.1", "/_type"),
        ("decision-statement", "/predicateType", "x", "/predicateType"),
        ("dcat", "/@graph", [{"@id": "x:a"}, {"@id": "x:a"}], "/@graph/1/@id"),
        ("prov", "/@graph", [{"@id": "x:a"}, {"@type": "x"}], "/@graph/1/@id"),
        ("prov", "/@graph", ["x"], "/@graph/0"),
        ("stac-item", "/type", "Collection", "/type"),
        ("stac-item", "/assets/data/file:size", "12", "/assets/data/file:size"),
        ("stac-item", "/bbox", [1, "2"], "/bbox/1"),
    ],
)  # fmt: skip
def test_refused(name: str, place: str, value: Any, at: str) -> None:
    assert pointers(name, changed(sample(name), place, value)) == {at}


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("spec", "/window", WINDOW),
        ("spec", "/derived_from", {"dataset_version_id": VERSION, "reason": "less precise"}),
        ("spec", "/qa/thresholds/0", {"id": "a", "metric": "m", "max": 0}),
        ("spec", "/qa/thresholds/0", {"id": "a", "metric": "m", "min": 1, "max": 1.0}),
        ("manifest", "/supersedes", VERSION),
        ("manifest", "/dataset_id", "kansas_counties"),
        ("manifest", "/requested_by", {"principal": "user:ada", "role": "author"}),
        ("acquisition", "/supersedes", "us-atlas-3.0.0"),
        ("run-header", "/builder", {"version": "1.2"}),
        ("permit", "/checkpoint", None),
        ("permit", "/scope", None),
        ("permit", "/waivers", []),
        ("stac-item", "/bbox", [1, 2.5, 3, 4]),
        ("stac-item", "/assets/data/file:size", 12),
        ("stac-item", "/anything", [1]),
    ],
)
def test_accepted(name: str, place: str, value: Any) -> None:
    assert pointers(name, changed(sample(name), place, value)) == set()


def test_the_first_ledger_entry_has_no_previous() -> None:
    assert pointers("ledger-entry", sample("ledger-entry") | {"seq": 0, "prev": None}) == set()


def test_a_query_instead_of_versions() -> None:
    raw = sample("run-header")
    del raw["dataset_version_ids"]
    assert pointers("run-header", raw | {"selection_query": "label = public"}) == set()


GOOD_PARAMETERS: dict[str, dict[str, Any]] = {
    "generalize_geometry": {"grid_degrees": 1},
    "redact_fields": {"fields": ["lon"]},
    "min_count_threshold": {"minimum": 2, "field": "n"},
    "quantize_time": {"unit": "month"},
    "require_attribution": {"text": "Source: x"},
    "show_notice": {"text": "Approximate"},
    "deny_asset_links": {},
    "block_export": {},
}
BAD_PARAMETERS: list[tuple[str, dict[str, Any], str]] = [
    ("generalize_geometry", {}, "/grid_degrees"),
    ("generalize_geometry", {"grid_degrees": 0}, "/grid_degrees"),
    ("generalize_geometry", {"grid_degrees": True}, "/grid_degrees"),
    ("redact_fields", {"fields": []}, "/fields"),
    ("redact_fields", {"fields": ["lon", ""]}, "/fields/1"),
    ("min_count_threshold", {"minimum": 1}, "/minimum"),
    ("min_count_threshold", {"minimum": 2.0}, "/minimum"),
    ("min_count_threshold", {"minimum": 2, "field": None}, "/field"),
    ("quantize_time", {"unit": "moon"}, "/unit"),
    ("require_attribution", {"text": " "}, "/text"),
    ("show_notice", {}, "/text"),
    ("deny_asset_links", {"all": True}, "/all"),
    ("block_export", {"until": "x"}, "/until"),
]


def test_each_obligation_has_good_and_bad_parameters_here() -> None:
    assert set(GOOD_PARAMETERS) == set(PARAMETERS) == {kind for kind, _, _ in BAD_PARAMETERS}
    assert set(SPELLINGS.values()) <= set(PARAMETERS)


@pytest.mark.parametrize("kind", GOOD_PARAMETERS)
def test_parameters(kind: str) -> None:
    obligation = Obligation.model_validate({"type": kind, "parameters": GOOD_PARAMETERS[kind]})
    assert isinstance(obligation.typed, PARAMETERS[kind])
    assert obligation.document() == {"type": kind, "parameters": GOOD_PARAMETERS[kind]}


@pytest.mark.parametrize(("kind", "parameters", "at"), BAD_PARAMETERS)
def test_wrong_parameters(kind: str, parameters: dict[str, Any], at: str) -> None:
    raw = changed(
        sample("spec"), "/policy/obligations", [OBLIGATION, {"type": kind, "parameters": parameters}]
    )
    assert pointers("spec", raw) == {f"/policy/obligations/1/parameters{at}"}


def test_typed_parameters_have_fields() -> None:
    typed = Obligation.model_validate(OBLIGATION).typed
    assert isinstance(typed, GeneralizeGeometry)
    assert typed.grid_degrees == 0.05
    assert isinstance(
        Obligation.model_validate({"type": "block_export", "parameters": {}}).typed, NoParameters
    )


def test_documents_are_frozen() -> None:
    spec = Spec.read(sample("spec"), "s.yaml")
    with pytest.raises(ValidationError):
        spec.title = "other"  # type: ignore[misc]
    assert isinstance(spec.outputs, tuple)


def test_a_permit_can_be_built_in_python() -> None:
    permit = Permit.model_validate(sample("permit"))
    assert Permit.read(permit.document(), "permit.json").decision_digest == A
    assert permit.docket_digest == B


def test_optional_fields_are_never_null() -> None:
    """`Maybe` fields of every model refuse null wherever they stand; the type checker alone sees None."""
    for name, field in (
        ("spec", "window"),
        ("manifest", "dataset_id"),
        ("receipt.pipeline-rerun", "attestations"),
    ):
        assert field in DOCUMENTS[name].model_fields
        assert pointers(name, sample(name) | {field: None}) == {f"/{field}"}
