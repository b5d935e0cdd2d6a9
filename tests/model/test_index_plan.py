"""What an index backfill plan and its draft must fulfil across fields, and the parts that may be absent."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kfm_gates.model.index_plan import IndexPlan, IndexPlanDraft
from kfm_gates.model.plan_parts import SCOPES
from kfm_gates.model.published import published_schemas

from .samples import WINDOW, A, B, sample
from .test_documents import changed, pointers

NAMES = ("index-backfill-draft", "index-backfill-plan")
FIELDS: dict[str, Any] = {
    "dataset_slug": "kansas-counties",
    "dataset_version_ids": ["2017.0f0f0f0f"],
    "time_axis": "valid_time",
    "window": WINDOW,
}
PROOF = {"revision": A, "receipt": {"path": "data/r.json", "digest": B}}


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_fields_of_a_scope(name: str) -> None:
    """Every subset of the fields, with every kind: right, or refused at the very field; the schema agrees."""
    validator = Draft202012Validator(published_schemas()[f"{name}.schema.json"])
    for kind, (must, may) in SCOPES.items():
        for bits in range(16):
            given = {field for number, field in enumerate(FIELDS) if bits >> number & 1}
            scope = {"kind": kind} | {field: FIELDS[field] for field in given}
            wrong = (set(must) - given) | (given - {*must, *may})
            raw = changed(sample(name), "/scope", scope)
            assert pointers(name, raw) == {f"/scope/{field}" for field in wrong}
            assert validator.is_valid(raw) == (not wrong), scope


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("/delegates", ["user:dan"]),
        ("/targets/0/appended_to", PROOF),
        ("/targets/0/source", ["artifacts", "catalogs"]),
        ("/builder/image", "registry.example.org/tiler@" + B),
        ("/chunking/mode", "hourly"),
        ("/targets/0/live", "gates.counties_v2@a/b-c"),
    ],
)
def test_accepted(name: str, place: str, value: Any) -> None:
    assert pointers(name, changed(sample(name), place, value)) == set()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("place", "value", "at"),
    [
        ("/delegates", None, "/delegates"),
        ("/delegates", [], "/delegates"),
        ("/delegates", ["a", "a"], "/delegates/1"),
        ("/reviewers", ["a", "a"], "/reviewers/1"),
        ("/incidents", ["x:1", "x:1"], "/incidents/1"),
        ("/targets/0/appended_to", None, "/targets/0/appended_to"),
        ("/targets/0/appended_to", {**PROOF, "revision": "x"}, "/targets/0/appended_to/revision"),
        ("/targets/0/source", ["artifacts", "artifacts"], "/targets/0/source/1"),
        ("/targets/0/live", "a" * 121, "/targets/0/live"),
        ("/targets/0/live", "-x", "/targets/0/live"),
        ("/targets/0/live", "a b", "/targets/0/live"),
        ("/targets/0/live", "a:b", "/targets/0/live"),
        ("/targets/0/output", "a//b", "/targets/0/output"),
        ("/targets/0/estimate/size_bytes", 1.5, "/targets/0/estimate/size_bytes"),
        ("/validation", sample(NAMES[0])["validation"] * 2, "/validation/1/check"),
        ("/run_order/phases", sample(NAMES[0])["run_order"]["phases"] * 2, "/run_order/phases/1/name"),
        ("/run_order/phases/0/targets", ["t:a", "t:a"], "/run_order/phases/0/targets/1"),
        ("/rollback/prior_versions", ["a/2017.0f0f0f0f"] * 2, "/rollback/prior_versions/1"),
        ("/rollback/prior_versions", ["a/latest"], "/rollback/prior_versions/0"),
        ("/chunking/mode", "fortnightly", "/chunking/mode"),
    ],
)
def test_refused(name: str, place: str, value: Any, at: str) -> None:
    assert pointers(name, changed(sample(name), place, value)) == {at}


@pytest.mark.parametrize("field", ["dataset_versions", "inputs", "chunks", "stores"])
def test_nothing_is_listed_twice(field: str) -> None:
    raw = sample("index-backfill-plan")
    key = {"dataset_versions": "id", "inputs": "path", "chunks": "name", "stores": "target"}[field]
    assert pointers("index-backfill-plan", raw | {field: raw[field] * 2}) == {f"/{field}/1/{key}"}


def test_the_name_that_a_lease_is_taken_on() -> None:
    assert IndexPlan.read(sample(NAMES[1]), "p").targets[0].name == "tiles:kansas-counties"
    assert IndexPlanDraft.read(sample(NAMES[0]), "p").targets[0].name == "tiles:kansas-counties"
