"""What changed in the thresholds, and when that can't be told."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.evidence.strict_yaml import dump_yaml, parse_yaml
from kfm_gates.facts.threshold_changes import ThresholdChanges, _kind
from kfm_gates.model.spec import Threshold
from tests.facts.on_trees import LAYOUT, facts, subject
from tests.support.judging import kansas

GENERALISED = "public_generalized"


def spec(label: str) -> str:
    version = subject(label).version
    return LAYOUT.path("spec", slug="kansas-counties", spec8=version.split(".")[1])


def changes(tree: dict[str, bytes], label: str = GENERALISED) -> ThresholdChanges:
    return facts(tree, label).get(ThresholdChanges)


def edited(label: str, **fields: Any) -> dict[str, bytes]:
    document: Any = parse_yaml(kansas()[spec(label)])
    return {**kansas(), spec(label): dump_yaml(document | fields)}


def test_nothing_changed() -> None:
    found = changes(dict(kansas()))
    assert (found.prior, found.problem, found.changes) == (subject().version, None, ())


def test_the_first_version_changes_nothing() -> None:
    found = changes(dict(kansas()), "public")
    assert (found.prior, found.problem, found.changes) == (None, None, ())


def test_every_kind_of_change_is_named() -> None:
    document: Any = parse_yaml(kansas()[spec(GENERALISED)])
    thresholds = document["qa"]["thresholds"]
    thresholds[0]["min"] = 100
    thresholds[4]["max"] = 215000.0
    thresholds[2]["metric"] = "repeated_name_count"
    del thresholds[3]
    thresholds.append({"id": "few-vertices", "metric": "vertex_count_max", "max": 9000})
    found = changes({**kansas(), spec(GENERALISED): dump_yaml(document)})
    assert {change.id: change.kind for change in found.changes} == {
        "all-counties": "loosened",
        "total-area": "tightened",
        "unique-geoid": "changed",
        "valid-geometry": "removed",
        "few-vertices": "added",
    }
    loosened = next(change for change in found.changes if change.id == "all-counties")
    assert loosened.before == "feature_count at least 105 and at most 105"
    assert loosened.place.pointer == "/qa/thresholds/0"


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ({"min": 1}, {"min": 1.0}, None),
        ({"min": 1}, {"min": 0}, "loosened"),
        ({"min": 1, "max": 5}, {"min": 1}, "loosened"),
        ({"min": 1}, {"min": 1, "max": 5}, "tightened"),
        ({"min": 1}, {"max": 5}, "changed"),
        ({"min": 1, "max": 5}, {"min": 2, "max": 6}, "changed"),
    ],
)
def test_which_way_a_bound_moved(old: dict[str, float], new: dict[str, float], kind: str | None) -> None:
    def threshold(bounds: dict[str, float]) -> Threshold:
        return Threshold.model_validate({"id": "a", "metric": "m", **bounds})

    assert _kind(threshold(old), threshold(new)) == kind


def test_a_specification_that_is_gone() -> None:
    tree = {path: data for path, data in kansas().items() if path != spec("public")}
    assert "is not there" in (changes(tree).problem or "")


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Counties"},
        {"qa": {"thresholds": [{"id": "all-counties", "metric": "feature_count", "min": 1}]}},
    ],
)
def test_a_specification_that_was_edited(fields: dict[str, Any]) -> None:
    assert "its hash differs" in (changes(edited("public", **fields)).problem or "")


@pytest.mark.parametrize(
    "fields",
    [
        {"qa": None},
        {"qa": []},
        {"qa": {}},
        {"qa": {"thresholds": []}},
        {"qa": {"thresholds": {}}},
        {"qa": {"thresholds": "none"}},
        {"qa": {"thresholds": [{"id": "a", "metric": "m"}]}},
        {"hash_method": "md5"},
        {"hash_method": 7},
    ],
)
def test_a_specification_without_thresholds_that_can_be_read(fields: dict[str, Any]) -> None:
    assert "no thresholds that can be read" in (changes(edited("public", **fields)).problem or "")
