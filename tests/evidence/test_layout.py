"""Layout: paths to kinds of evidence and back; every mistake in a template is named."""

from __future__ import annotations

import re

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.evidence.layout import KFM_V1, Layout

BUILT_IN = Layout.kfm_v1()
V = "2017.0a1b2c3d.4e5f6071"


@pytest.mark.parametrize(
    ("path", "name", "variables"),
    [
        ("data/raw/a-b/2026/acquisition.json", "acquisition", {"slug": "a-b", "acquisition_id": "2026"}),
        ("data/raw/a/x/terms.txt", "terms", {"slug": "a", "acquisition_id": "x"}),
        ("data/raw/a/x/artifacts/deep/er/file.bin", "raw_artifact", {"slug": "a", "acquisition_id": "x"}),
        ("data/registry/a/specs/0a1b2c3d.yaml", "spec", {"slug": "a", "spec8": "0a1b2c3d"}),
        (f"data/processed/a/{V}/artifacts/f.parquet", "artifact", {"slug": "a", "version": V}),
        (f"data/processed/a/{V}/checksums.json", "checksums", {"slug": "a", "version": V}),
        (f"data/processed/a/{V}/qa/report.json", "qa_report", {"slug": "a", "version": V}),
        (f"data/catalog/a/{V}/dcat.jsonld", "dcat", {"slug": "a", "version": V}),
        (f"data/catalog/a/{V}/stac/collection.json", "stac_collection", {"slug": "a", "version": V}),
        (f"data/catalog/a/{V}/stac/items/f.json", "stac_item", {"slug": "a", "version": V}),
        (f"data/catalog/a/{V}/prov.jsonld", "prov", {"slug": "a", "version": V}),
        (f"data/receipts/a/{V}/promote.json", "receipt", {"slug": "a", "version": V}),
        ("data/decisions/d-1.json", "policy_decision", {"decision": "d-1"}),
        (f"release/manifests/a/{V}.json", "manifest", {"slug": "a", "version": V}),
        ("audit/ledger.jsonl", "ledger", {}),
        ("audit/checkpoint", "checkpoint", {}),
        (f"environments/{'0' * 64}.json", "environment", {"digest": "0" * 64}),
    ],
)
def test_every_template_matches_its_path(path: str, name: str, variables: dict[str, str]) -> None:
    match = BUILT_IN.match(path)
    assert match is not None
    assert (match.name, dict(match.variables)) == (name, variables)
    assert BUILT_IN.glob(name, **variables)(path)
    if "*" not in KFM_V1[name]:
        assert BUILT_IN.path(name, **variables) == path


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "data", "data/raw/a/x/artifacts", "data/raw/a/x/artifacts/", "data/raw/a/x/artifacts//f",
        "/audit/checkpoint", "audit/../audit/checkpoint", "./audit/checkpoint", "audit\\checkpoint",
        "data/raw/a/x/artifacts/../acquisition.json", "data/raw/a/b/x/acquisition.json", "audit/checkpoint\n",
        f"data/receipts/a/{V}/deep/promote.json", f"data/catalog/a/{V}/stac/items/.json",
        "data/raw/a/x/terms.", "audit/checkpoint\0",
    ],
)  # fmt: skip
def test_what_fits_no_template_is_none(path: str) -> None:
    assert BUILT_IN.match(path) is None


def test_glob_narrows_by_variables() -> None:
    of_one = BUILT_IN.glob("artifact", slug="a", version=V)
    assert of_one(f"data/processed/a/{V}/artifacts/f")
    assert not of_one(f"data/processed/a/{V}x/artifacts/f")
    assert not of_one(f"data/processed/a/{V}/artifacts/")
    assert BUILT_IN.glob("artifact", slug="a")(f"data/processed/a/{V}x/artifacts/f")


def test_dots_in_values_are_no_wildcards() -> None:
    assert not BUILT_IN.glob("manifest", slug="a", version="1.2")("release/manifests/a/1x2.json")


def test_the_longer_fixed_part_wins() -> None:
    layout = Layout.of({"artifact": "data/processed/{slug}/{version}/**"})
    names = {p: m.name for p in ("checksums.json", "qa/report.json", "f.bin", "qa/other")
             if (m := layout.match(f"data/processed/a/{V}/{p}"))}  # fmt: skip
    assert names == {
        "checksums.json": "checksums",
        "qa/report.json": "qa_report",
        "f.bin": "artifact",
        "qa/other": "artifact",
    }
    assert not layout.glob("artifact")(f"data/processed/a/{V}/checksums.json")


def test_zones() -> None:
    fixed = {"data/raw/", "data/processed/", "audit/", "environments/", "release/manifests/"}
    assert fixed <= set(BUILT_IN.zones())
    assert all(zone.endswith("/") for zone in BUILT_IN.zones())
    assert "" in Layout.of({"manifest": "{slug}/{version}.json"}).zones()


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"manifset": "x"}, "did you mean 'manifest'"),
        ({"manifest": "/abs/{slug}/{version}.json"}, "relative POSIX path"),
        ({"manifest": "a/../{slug}/{version}.json"}, "relative POSIX path"),
        ({"manifest": "a//{slug}/{version}.json"}, "relative POSIX path"),
        ({"manifest": ""}, "relative POSIX path"),
        ({"manifest": "m/{slug}.json"}, "must hold {version}"),
        ({"manifest": "m/{slugg}/{version}.json"}, "did you mean 'slug'"),
        ({"manifest": "m/{slug}/{version.json"}, "brace"),
        ({"manifest": "m/{slug}/{version}/{}.json"}, "brace"),
        ({"artifact": "m/{slug}/{version}/**/x"}, "last segment"),
        ({"artifact": "m/{slug}/{version}/x**"}, "last segment"),
        ({"artifact": "m/{slug}/{version}/***"}, "last segment"),
        ({"ledger": "audit/checkpoint"}, "neither is more specific"),
        ({"dcat": "c/{slug}/{version}.json", "prov": "c/{version}/{slug}.json"}, "neither is more specific"),
        (
            {"receipt": "c/{slug}/{version}/*a.json", "stac_item": "c/{slug}/{version}/a*.json"},
            "neither is more specific",
        ),
    ],
)
def test_a_bad_template_is_refused_with_its_reason(overrides: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        Layout.of(overrides)


def test_templates_that_only_look_alike_are_allowed() -> None:
    Layout.of({"receipt": "c/{slug}/{version}/*.one", "stac_item": "c/{slug}/{version}/*.two"})


@pytest.mark.parametrize(
    ("name", "variables", "says"),
    [
        ("receipt", {"slug": "a", "version": V}, "wildcard"),
        ("manifest", {"slug": "a"}, "also needs version"),
        ("manifest", {"slug": "a", "versoin": V}, "no variable 'versoin'"),
        ("manifest", {"slug": "..", "version": V}, "can't be part"),
        ("manifest", {"slug": "a/b", "version": V}, "can't be part"),
        ("manifest", {"slug": "", "version": V}, "can't be part"),
        ("nope", {}, "unknown path template"),
    ],
)
def test_path_refuses_what_has_no_single_place(name: str, variables: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        BUILT_IN.path(name, **variables)


def test_a_layout_is_a_value() -> None:
    assert Layout.kfm_v1() == Layout.of({}) and hash(Layout.kfm_v1()) == hash(Layout.of({}))
    with pytest.raises(AttributeError):
        BUILT_IN.entries = ()  # type: ignore[misc]
