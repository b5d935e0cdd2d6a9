import functools
import re
from typing import Any

import pytest
import yaml
from pre_commit.clientlib import load_manifest

from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.files import DOCUMENTS
from kfm_gates.front.hooks.catalog import HOOKS, hook
from tests.support.repository import REPOSITORY

V = "kansas-counties/2017.90834627.fdff5ab1"
GOOD = {
    "kfm-catalog": [
        f"data/catalog/{V}/dcat.jsonld",
        f"data/catalog/{V}/prov.jsonld",
        f"data/catalog/{V}/stac/collection.json",
        f"data/catalog/{V}/stac/items/counties-parquet.json",
        f"fixtures/kansas-counties/data/catalog/{V}/dcat.jsonld",
        f"a b/ü/data/catalog/{V}/stac/items/x.json",
    ],
    "kfm-manifest": [
        f"release/manifests/{V}.json",
        f"evidence/release/manifests/{V}.json",
        f"release/plans/{V}.yaml",
        f"release/status/{V}.json",
        "release/published/kansas-counties.json",
        "data/raw/kansas-counties/us-atlas-3.0.1/acquisition.json",
        "data/registry/kansas-counties/specs/90834627.yaml",
        f"data/processed/{V}/checksums.json",
        f"data/processed/{V}/qa/report.json",
        f"data/processed/{V}/qa/chunks/1.json",
        "data/decisions/kansas-counties-2017-public.json",
        "environments/25e4.json",
    ],
    "kfm-receipt": [
        f"data/receipts/{V}/transform.json",
        f"x/data/receipts/{V}/promote.json",
    ],
    "kfm-policy": [
        "rego/rights/license.rego",
        "rego/rights/license_test.rego",
        "gates/rego/hydrology/gauge.rego",
        "rego/data/labels.json",
        "shapes/catalog/dcat.ttl",
        "profiles/acme-v1.toml",
        "kfm_gates/profiles/promotion-v1.toml",
    ],
    "kfm-config": ["kfm-gates.toml", "pyproject.toml", "sub/kfm-gates.toml"],
}
BAD = {
    "kfm-catalog": [
        f"data/catalog/{V}/dcat.json",
        f"data/catalog/{V}/README.md",
        f"data/catalog/{V}/stac/items/deep/x.json",
        f"data/catalog/{V}/stac/items/.json.bak",
        f"data/catalog/{V}/stac/collectionXjson",
        f"olddata/catalog/{V}/dcat.jsonld",
        f"data/catalog/{V}/dcat.jsonld/x",
        "data/catalog/dcat.jsonld",
        f"data/receipts/{V}/transform.json",
    ],
    "kfm-manifest": [
        "release/manifests/x.json",
        f"release/manifests/{V}.yaml",
        f"prerelease/manifests/{V}.json",
        f"data/processed/{V}/artifacts/counties.json",
        "data/raw/kansas-counties/us-atlas-3.0.1/artifacts/acquisition.json",
        "package.json",
    ],
    "kfm-receipt": [
        f"data/receipts/{V}/deep/transform.json",
        "data/receipts/transform.json",
        f"data/receipts/{V}/transform.jsonl",
    ],
    "kfm-policy": [
        "rego/license.rego",
        "rego/data/labels.yaml",
        "notshapes/a/b.ttl",
        "pyproject.toml",
        "x.ttl",
    ],
    "kfm-config": ["my-kfm-gates.toml", "kfm-gates.toml.bak", "kfm-gatesXtoml", "poetry.toml"],
}


@pytest.mark.parametrize(("id", "path"), [(id, path) for id, paths in GOOD.items() for path in paths])
def test_a_hook_is_given_its_files(id: str, path: str) -> None:
    assert pattern(id).search(path)


@pytest.mark.parametrize(("id", "path"), [(id, path) for id, paths in BAD.items() for path in paths])
def test_a_hook_is_not_given_others(id: str, path: str) -> None:
    assert not pattern(id).search(path)


@pytest.mark.parametrize(("id", "path"), [(id, path) for id, paths in GOOD.items() for path in paths])
def test_a_file_belongs_to_one_hook(id: str, path: str) -> None:
    assert [each for each in GOOD if pattern(each).search(path)] == [id]
    assert [each.id for each in HOOKS if each.files and re.search(each.files, path)] == [id]


def test_every_hook_with_files_is_tried() -> None:
    assert set(GOOD) == set(BAD) == {each.id for each in HOOKS if each.files}


def test_what_is_published_is_what_the_table_says() -> None:
    assert list(published()) == [each.id for each in HOOKS]
    for each in HOOKS:
        entry = published()[each.id]
        assert entry["language"] == "python"
        assert entry["entry"] == (f"kfm-gates hook {each.id}" if each.files else "kfm-gates check")


def test_files_are_judged_in_one_process_and_links_are_shown() -> None:
    for each in HOOKS:
        entry = published()[each.id]
        if each.files:
            assert (entry["require_serial"], entry["types"], entry["types_or"]) == (
                True,
                [],
                ["file", "symlink"],
            )
        else:
            assert (entry["always_run"], entry["pass_filenames"]) == (True, False)
            assert entry["stages"] == ["pre-push", "manual"]


def test_pre_commit_accepts_what_is_published() -> None:
    load_manifest(str(REPOSITORY / ".pre-commit-hooks.yaml"))


def test_every_document_has_one_hook() -> None:
    named = [name for each in HOOKS for name in each.templates]
    assert sorted(named) == sorted(DOCUMENTS - {"checkpoint"})  # which only means something with the ledger
    assert set(named) <= set(Layout.kfm_v1().templates)


def test_what_a_pattern_finds_fits_a_template() -> None:
    layout = Layout.kfm_v1()
    for id in ("kfm-catalog", "kfm-manifest", "kfm-receipt"):
        found = hook(id)
        assert found is not None
        for path in GOOD[id]:
            matches = [layout.match(path[at:]) for at in range(len(path)) if at == 0 or path[at - 1] == "/"]
            assert any(match is not None and match.name in found.templates for match in matches)


def test_the_whole_run_is_no_hook_on_files() -> None:
    assert hook("kfm-full") is None
    assert hook("kfm-nothing") is None


@functools.cache
def published() -> dict[str, dict[str, Any]]:
    """What pre-commit reads, by the hook's id."""
    text = (REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8")
    return {entry["id"]: entry for entry in yaml.safe_load(text)}


def pattern(id: str) -> re.Pattern[str]:
    """As pre-commit compiles it, for `search`."""
    return re.compile(published()[id]["files"])
