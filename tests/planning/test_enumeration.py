"""Which versions a scope comes to, on copies of the example dataset."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Memory, Snapshot
from kfm_gates.model.plan_parts import Scope
from kfm_gates.planning.enumeration import Enumeration, enumerate_versions
from tests.support.judging import EVALUATED_AT, kansas
from tests.support.plans import GENERALIZED, PUBLIC, SLUG

ONE, TWO = f"{SLUG}/{PUBLIC}", f"{SLUG}/{GENERALIZED}"
FULL = {"kind": "full"}
MANIFEST = f"release/manifests/{TWO}.json"
NOTICE = f"release/status/{ONE}.json"


def found(
    scope: dict[str, Any], change: Callable[[dict[str, bytes]], object] = lambda tree: None
) -> Enumeration:
    tree = dict(kansas())
    change(tree)
    made = Scope.model_validate(scope)
    return enumerate_versions(made, Snapshot(Memory(tree)), Layout.kfm_v1(), EVALUATED_AT)


def ids(enumeration: Enumeration) -> list[str]:
    return [version.id for version in enumeration.versions]


def in_time(axis: str, start: str, end: str, slug: str | None = None) -> dict[str, Any]:
    window = {"start": f"{start}T00:00:00Z", "end": f"{end}T00:00:00Z"}
    scope = {"kind": "time", "time_axis": axis, "window": window}
    return scope if slug is None else {**scope, "dataset_slug": slug}


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        (FULL, [ONE, TWO]),
        ({"kind": "dataset", "dataset_slug": SLUG}, [ONE, TWO]),
        ({"kind": "dataset", "dataset_slug": "rivers"}, []),
        ({"kind": "dataset", "dataset_slug": SLUG, "dataset_version_ids": [GENERALIZED]}, [TWO]),
        (in_time("valid_time", "2017-12-31", "2019-01-01"), [ONE, TWO]),
        (in_time("event_time", "2018-01-01", "2019-01-01"), []),
        (in_time("event_time", "2016-01-01", "2017-01-01"), []),
        (in_time("event_time", "2016-01-01", "2017-01-02"), [ONE, TWO]),
        (in_time("event_time", "2016-01-01", "2018-01-02", "rivers"), []),
        (in_time("transaction_time", "2026-09-01", "2026-09-03"), [ONE]),
        (in_time("transaction_time", "2026-09-03", "2026-09-30"), [TWO]),
        (in_time("transaction_time", "2017-01-01", "2018-01-01"), []),
    ],
    ids=str,
)
def test_scopes(scope: dict[str, Any], wanted: list[str]) -> None:
    enumeration = found(scope)
    assert (ids(enumeration), enumeration.unknown) == (wanted, ())
    assert enumeration.releasable == {ONE, TWO}
    assert all(version.manifest is not None for version in enumeration.versions)


def test_a_version_that_there_is_not() -> None:
    scope = {
        "kind": "dataset",
        "dataset_slug": SLUG,
        "dataset_version_ids": [PUBLIC, "2016.0f0f0f0f.1a2b3c4d"],
    }
    enumeration = found(scope)
    assert (ids(enumeration), enumeration.unknown) == ([ONE], (f"{SLUG}/2016.0f0f0f0f.1a2b3c4d",))


def test_a_version_that_lost_its_manifest_does_not_leave_the_list() -> None:
    enumeration = found(FULL, lambda tree: tree.pop(MANIFEST))
    assert ids(enumeration) == [ONE, TWO]
    assert [version.manifest is None for version in enumeration.versions] == [False, True]
    assert enumeration.releasable == {ONE}


def test_a_version_that_was_never_promoted_is_left_out_unless_it_is_named() -> None:
    def begun(tree: dict[str, bytes]) -> None:
        tree[f"data/processed/{SLUG}/2018.0f0f0f0f.1a2b3c4d/artifacts/counties.parquet"] = b"PAR1"

    id = f"{SLUG}/2018.0f0f0f0f.1a2b3c4d"
    enumeration = found(FULL, begun)
    assert (ids(enumeration), enumeration.left_out) == ([ONE, TWO], ((id, "not_promoted"),))
    assert id not in enumeration.releasable
    named = {"kind": "dataset", "dataset_slug": SLUG, "dataset_version_ids": ["2018.0f0f0f0f.1a2b3c4d"]}
    assert (ids(found(named, begun)), found(named, begun).left_out) == ([id], ())


@pytest.mark.parametrize("status", ["superseded", "withdrawn", "quarantined"])
def test_a_version_out_of_use_is_left_out_and_only_a_superseded_one_is_a_way_back(status: str) -> None:
    def notice(tree: dict[str, bytes]) -> None:
        made = {
            "kfm_version_status_version": "v1",
            "dataset_slug": SLUG,
            "dataset_version_id": PUBLIC,
            "status": status,
            "reason": "a reason",
            "decided_at": "2026-10-01T00:00:00Z",
            "decided_by": {"principal": "example:steward-1", "role": "steward"},
        }
        if status == "superseded":
            made["superseded_by"] = GENERALIZED
        tree[NOTICE] = json.dumps(made).encode()

    enumeration = found(FULL, notice)
    assert (ids(enumeration), enumeration.left_out) == ([TWO], ((ONE, status),))
    assert (ONE in enumeration.releasable) is (status == "superseded")


def test_without_a_ledger_nothing_is_promoted() -> None:
    with pytest.raises(EvidenceError, match="without the ledger nothing is promoted"):
        found(FULL, lambda tree: tree.pop("audit/ledger.jsonl"))


def test_a_version_whose_time_can_not_be_told_is_not_lost() -> None:
    def undated(tree: dict[str, bytes]) -> None:
        manifest = json.loads(tree[MANIFEST])
        del manifest["released_at"]
        tree[MANIFEST] = json.dumps(manifest).encode()

    assert ids(found(in_time("transaction_time", "2026-09-01", "2026-09-03"), undated)) == [ONE, TWO]
