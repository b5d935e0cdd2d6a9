"""Names that look like excluded content or sensitive fields, and are none; and the tables that say what is."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.artifact_names import LONGEST
from kfm_gates.facts.words import words
from tests.support.judging import explained, judge_tree, kansas, suite

CHECKS = ("sensitivity.excluded_content", "sensitivity.fields_in_data")
TABLES = ("excluded_content", "sensitive_fields")


def add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def columns(*names: str) -> list[dict[str, Any]]:
    return [
        {"file": "spec", "patch": [add("/columns/-", {"name": name, "type": "string"}) for name in names]}
    ]


VARIANTS: dict[str, list[dict[str, Any]]] = {
    "parts of words": columns("gravel", "assassination_date", "indention", "passwordless"),
    "words of a phrase that stand alone": columns(
        "burial_depth_m", "grave", "site", "human_population", "key"
    ),
    "owners of other things": columns("owner_type", "landownership_class", "owned", "homeowner_share"),
    "counts of what is excluded elsewhere": columns("nest_count", "den_temperature", "roosting_height"),
    "names of many words": columns("share_of_households_with_a_burial_insurance_policy"),
    "names of no letters": columns("1", "_", "42a", "β", "名前"),
    "a description that says what was left out": [
        {
            "file": "stac_collection",
            "patch": [replace("/description", "Without human remains and sacred sites.")],
        },
        {"file": "dcat", "patch": [replace("/@graph/0/dct:description", "Landowner names were removed.")]},
    ],
    "keywords of a cemetery register": [
        {"file": "stac_collection", "patch": [add("/keywords", ["cemeteries", "Kansas", "gravestones"])]},
        {"file": "dcat", "patch": [add("/@graph/0/dcat:keyword", ["cemeteries", "burial customs"])]},
    ],
}


def judged(base: str, ops: list[dict[str, Any]]) -> None:
    case = {"base": base, "why": "valid", "ops": ops, "reseal": True}
    for result in judge_tree(apply(case, kansas(), Layout.kfm_v1()).files).values():
        rows = {check["id"]: check["status"] for check in result["checks"]}
        assert [rows[id] for id in CHECKS] == ["PASS", "PASS"], explained(result)


@pytest.mark.parametrize("name", VARIANTS)
def test_valid_variant_passes(name: str) -> None:
    judged("public", VARIANTS[name])


def test_archaeological_sites_pass_where_places_are_generalised() -> None:
    words = {"file": "stac_collection", "patch": [add("/keywords", ["archaeological sites", "nest sites"])]}
    judged("public_generalized", [words])


@pytest.mark.parametrize("name", TABLES)
def test_phrases_are_written_as_names_are_compared(name: str) -> None:
    for group in suite().tables.table(name).values():
        for phrase in group["phrases"]:
            assert " ".join(words(phrase)) == phrase
            assert len(words(phrase)) <= LONGEST


def test_no_phrase_stands_for_two_classes() -> None:
    """Not with its words written as one either, and in neither table: one cause gives one finding."""
    tables = [suite().tables.table(name) for name in TABLES]
    terms = [
        {term for phrase in group["phrases"] for term in (phrase, phrase.replace(" ", ""))}
        for table in tables
        for group in table.values()
    ]
    for one, other in itertools.combinations(terms, 2):
        assert one & other == set()


def test_the_tables_name_labels_that_there_are() -> None:
    labels = set(suite().tables.table("labels"))
    excluded, fields = (suite().tables.table(name) for name in TABLES)
    assert {label for group in excluded.values() for label in group["allowed_labels"]} <= labels
    assert {label for group in fields.values() for label in group.get("only_under", ())} <= labels
    assert set(suite().tables.table("places")["labels_that_hide_places"]) <= labels
