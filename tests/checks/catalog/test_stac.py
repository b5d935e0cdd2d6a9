from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from kfm_gates.checks.api import Outcome
from kfm_gates.engines.interface import SchemaEngine
from kfm_gates.model.finding import Status
from tests.facts.catalog_trees import changed, item
from tests.facts.on_trees import facts, path, subject
from tests.support.judging import engines, kansas, suite

COPY = item().replace("counties-parquet", "copy")


def outcome(tree: dict[str, bytes]) -> Outcome:
    about = facts(tree)
    about.given = {**about.given, SchemaEngine: engines().given[SchemaEngine]}
    return suite().checks["catalog.stac"].run(about, {})


def messages(tree: dict[str, bytes]) -> list[str]:
    return [each.message for each in outcome(tree).findings]


def test_collection_and_items_are_examined() -> None:
    assert outcome(dict(kansas())) == Outcome(Status.PASS, 3)


def test_two_items_with_one_id_are_both_named() -> None:
    found = outcome({**kansas(), COPY: kansas()[item()]}).findings
    assert {each.place.file for each in found} == {item(), COPY}
    assert {each.message for each in found} == {"Another item of this version has the same `id`"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(id=f"{subject().version}"), "does not begin with this dataset version"),
        (lambda d: d.update(id=f"{subject().version}x.counties"), "does not begin with this dataset version"),
        (lambda d: d.update(id=f"{subject('public_generalized').version}.a"), "does not begin with this dataset version"),
        (lambda d: d.update(type="Collection"), "stands where a STAC item belongs"),
        (lambda d: d.update(type="Catalog"), "`type` is not"),
        (lambda d: d["assets"]["data"].update({"file:checksum": "1220ff"}), "`file:checksum` is not"),
        (lambda d: d["links"][0].update(href="file:///etc/passwd"), "`href` is not of the form"),
        (lambda d: d["assets"]["data"].update(href="https://example.org/a"), "`href` is not of the form"),
    ],
)  # fmt: skip
def test_subtle_defects_of_an_item(change: Callable[[Any], object], message: str) -> None:
    assert any(message in each for each in messages(changed(item(), change)))


def test_a_collection_is_named_after_its_version() -> None:
    other = subject("public_generalized")
    tree = changed(path("stac_collection"), lambda d: d.update(id=f"{other.slug}@{other.version}"))
    assert messages(tree) == ["The collection's `id` does not name this dataset version"]


@pytest.mark.parametrize("data", [b"[]", b'"x"', b"null", b"{}"])
def test_what_is_no_stac_document_at_all_is_denied(data: bytes) -> None:
    assert outcome({**kansas(), item(): data}).status is Status.DENY


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["assets"]["data"].pop("file:checksum"),
        lambda d: d.pop("links"),
        lambda d: d["links"][0].update(href=None),
        lambda d: d.update(stac_version="9.9.9"),
        lambda d: d["assets"]["data"].update({"file:size": "many"}),
    ],
)
def test_one_defect_is_told_once(change: Callable[[Any], object]) -> None:
    assert len(cast("list[str]", messages(changed(item(), change)))) == 1
