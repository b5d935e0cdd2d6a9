"""A version that was made from several acquisitions: the terms of each are kept and named."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.evidence.cases import apply
from tests.support.judging import explained, judge_tree
from tests.support.second_dataset import second

FIRST, OTHER = "pkg:npm/us-atlas@3.0.1", "https://example.org/terms"
OTHER_TERMS = {
    "file": "acquisition:*/atlas-south/acquisition.json",
    "patch": [{"op": "replace", "path": "/terms/url", "value": OTHER}],
}


def judged(*operations: dict[str, Any]) -> dict[str, Any]:
    case = {"base": "restricted", "why": "two acquisitions", "ops": [*operations], "reseal": True}
    tree = apply(case, second().tree, second().layout).files
    (result,) = judge_tree(tree, layout=second().layout).values()
    return result


def named(*addresses: str) -> dict[str, Any]:
    step = {"op": "replace", "path": "/rights/terms_url", "value": [*addresses]}
    return {"file": "spec", "patch": [step]}


def messages(result: dict[str, Any]) -> list[str]:
    (check,) = [each for each in result["checks"] if each["id"] == "rights.terms_snapshot"]
    return [finding["message"] for finding in check["findings"]]


def test_each_address_may_be_named() -> None:
    result = judged(OTHER_TERMS, named(FIRST, OTHER))
    assert result["status"] == "PASS", explained(result)


@pytest.mark.parametrize("addresses", [None, (FIRST,)])
def test_terms_of_one_acquisition_that_nobody_names_are_denied(addresses: tuple[str, ...] | None) -> None:
    operations = [OTHER_TERMS] if addresses is None else [OTHER_TERMS, named(*addresses)]
    assert messages(judged(*operations)) == [
        "`rights.terms_url` leaves out the terms under which atlas-south was fetched"
    ]


def test_one_acquisition_without_timely_terms_is_denied() -> None:
    late = {
        "file": "acquisition:*/atlas-north/acquisition.json",
        "patch": [{"op": "replace", "path": "/terms/retrieved_at", "value": "2026-03-01T00:00:00Z"}],
    }
    assert messages(judged(late)) == ["the terms were not retrieved in the days in which the data was"]
