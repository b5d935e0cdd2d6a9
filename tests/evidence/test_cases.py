"""Denial cases as a tool: a case does what it says or is refused; it never quietly does nothing."""

import json

import pytest

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.cases import apply, base_subject
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.seal import seal
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.strict_yaml import parse_yaml
from tests.support.judging import kansas

LAYOUT = Layout.kfm_v1()


def case(*ops: dict[str, object], **more: object) -> dict[str, object]:
    return {"base": "public", "why": "t", "ops": list(ops), **more}


def test_patch_of_json_and_yaml() -> None:
    broken = apply(
        case(
            {"file": "manifest", "patch": [{"op": "remove", "path": "/approvals/0"}]},
            {"file": "spec", "patch": [{"op": "replace", "path": "/rights/license", "value": "no"}]},
        ),
        kansas(),
        LAYOUT,
    )
    slug, version = broken.subject.slug, broken.subject.version
    assert parse_json(broken.files[f"release/manifests/{slug}/{version}.json"])["approvals"] == []
    spec = f"data/registry/{slug}/specs/{version.split('.')[1]}.yaml"
    assert parse_yaml(broken.files[spec])["rights"]["license"] == "no"


def test_names_of_versions_are_filled_in() -> None:
    value = {"a": ["{slug}/{version}", "{version of public_generalized}", "{other}", 1], "{version}": None}
    ops = [
        {"file": "manifest", "patch": [{"op": "replace", "path": "/qa", "value": value}]},
        {"file": "data/{slug}.txt", "text": "of {version}"},
    ]
    broken = apply(case(*ops), kansas(), LAYOUT)
    slug, version = broken.subject.slug, broken.subject.version
    other = base_subject(kansas(), LAYOUT, "public_generalized").version
    filled = parse_json(broken.files[f"release/manifests/{slug}/{version}.json"])["qa"]
    assert filled == {"a": [f"{slug}/{version}", other, "{other}", 1], "{version}": None}
    assert broken.files[f"data/{slug}.txt"] == f"of {version}".encode()
    with pytest.raises(EvidenceError, match="no version with the policy label"):
        apply(case({"file": "manifest", "text": "{version of nobody}"}), kansas(), LAYOUT)


def test_nothing_else_changes() -> None:
    broken = apply(case({"file": "artifact:counties.parquet", "flip": 100}), kansas(), LAYOUT)
    differing = [path for path in kansas() if kansas()[path] != broken.files.get(path)]
    assert len(differing) == 1 and differing[0].endswith("artifacts/counties.parquet")


@pytest.mark.parametrize("label", ["public", "public_generalized"])
def test_resealing_follows_a_changed_spec_to_its_new_version(label: str) -> None:
    patch = [{"op": "replace", "path": "/title", "value": "Another title"}]
    broken = apply({**case({"file": "spec", "patch": patch}, reseal=True), "base": label}, kansas(), LAYOUT)
    old = base_subject(kansas(), LAYOUT, label)
    assert broken.subject.version != old.version
    assert base_subject(broken.files, LAYOUT, label) == broken.subject
    assert not any(old.version.encode() in data for data in broken.files.values())
    assert seal(broken.files, LAYOUT) == broken.files


def test_keep_leaves_a_file_as_the_case_made_it() -> None:
    wrong = "sha256:" + "ab" * 32
    patch = [{"op": "replace", "path": "/qa/report_digest", "value": wrong}]
    sealed = apply(case({"file": "manifest", "patch": patch}, reseal=True), kansas(), LAYOUT)
    kept = apply(case({"file": "manifest", "patch": patch}, reseal=True, keep=["manifest"]), kansas(), LAYOUT)
    path = f"release/manifests/{kept.subject.slug}/{kept.subject.version}.json"
    assert sealed.files[path] == kansas()[path]
    assert json.loads(kept.files[path])["qa"]["report_digest"] == wrong


@pytest.mark.parametrize(
    "bad",
    [
        case(),
        case({"file": "manifesto", "delete": True}),
        case({"file": "receipt", "delete": True}),
        case({"file": "manifest", "explode": True}),
        case({"file": "manifest", "patch": [{"op": "replace", "path": "/nothing", "value": 1}]}),
        case({"file": "manifest", "delete": True}, expected={}),
        {**case({"file": "manifest", "delete": True}), "base": "secret"},
    ],
)
def test_a_case_that_means_nothing_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(EvidenceError):
        apply(bad, kansas(), LAYOUT)


def test_a_case_may_change_rules_alone() -> None:
    broken = apply(case(rules={"rights/license.rego": "package kfm.rights.license"}), kansas(), LAYOUT)
    assert broken.files == kansas()


def test_a_case_that_changes_nothing_is_refused() -> None:
    for more in ({}, {"rules": {}}):
        with pytest.raises(EvidenceError, match="at least one operation, or a rule"):
            apply(case(**more), kansas(), LAYOUT)
