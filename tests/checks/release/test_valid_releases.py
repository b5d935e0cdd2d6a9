"""Releases, reruns and pointers that look unusual and are right."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from tests.support.judging import explained, judge_tree, kansas

Operations = list[dict[str, Any]]
OLD = "sha256:" + "b" * 64
ENTRIES = 7


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def run_again(operation: str, when: str, position: int) -> Operations:
    """A second run of the same operation on record: a copy of its receipt, and its entry in the ledger."""
    copy = f"data/receipts/{{slug}}/{{version}}/{operation}-again.json"
    run_id = f"kfm://run/{when}.again"
    entry = {
        "seq": position, "prev": OLD, "ts": when, "kind": "receipt", "dataset_slug": "{slug}",
        "dataset_version_id": "{version}", "run_id": run_id, "operation": operation, "status": "pass",
        "receipt": {"path": copy, "digest": OLD},
    }  # fmt: skip
    later = [replace(f"/{number}/seq", number) for number in range(position + 1, ENTRIES + 1)]
    return [
        {"file": f"receipt:/{operation}.json", "copy": copy},
        {"file": copy, "patch": [replace("/run_id", run_id), replace("/created_at", when)]},
        {"file": "ledger", "patch": [{"op": "add", "path": f"/{position}", "value": entry}, *later]},
    ]


def notice(version: str, status: str, **more: str) -> dict[str, Any]:
    made = {
        "kfm_version_status_version": "v1", "dataset_slug": "{slug}", "dataset_version_id": version,
        "status": status, **more, "reason": "Two counties had exchanged names.",
        "decided_at": "2026-10-01T09:00:00Z",
        "decided_by": {"principal": "example:steward-1", "role": "steward"},
    }  # fmt: skip
    return {"file": f"release/status/{{slug}}/{version}.json", "text": json.dumps(made)}


def results(base: str, operations: Operations, keep: tuple[str, ...] = ()) -> Callable[[str], dict[str, Any]]:
    case = {"base": base, "why": "", "ops": operations, "reseal": True, "keep": list(keep)}
    broken = apply(case, kansas(), Layout.kfm_v1())
    judged = judge_tree(broken.files)

    def of(which: str) -> dict[str, Any]:
        own = broken.subject.id
        return judged[own] if which == "base" else next(r for id, r in judged.items() if id != own)

    return of


@pytest.mark.parametrize("when", ["2026-09-01T10:30:00Z", "2026-09-05T10:00:00Z"])
def test_a_rerun_that_wrote_the_same_bytes(when: str) -> None:
    made = results("public", run_again("transform", when, 2 if when < "2026-09-02" else 4))
    assert made("base")["status"] == "PASS", explained(made("base"))
    assert made("other")["status"] == "PASS", explained(made("other"))


def test_catalogs_rebuilt_and_the_version_promoted_again() -> None:
    catalog = run_again("catalog", "2026-09-05T10:00:00Z", 4)
    promote = run_again("promote", "2026-09-06T10:00:00Z", 5)
    promote[2]["patch"][1:] = [replace(f"/{number}/seq", number) for number in range(6, ENTRIES + 2)]
    first = [
        {"file": "receipt:/catalog.json", "patch": [replace("/outputs/0/digest", OLD)]},
        {
            "file": "receipt:/promote.json",
            "patch": [replace("/inputs/1/digest", OLD), replace("/outputs/0/digest", OLD)],
        },
    ]
    made = results(
        "public", [*catalog, *promote, *first], keep=("receipt:/catalog.json", "receipt:/promote.json")
    )
    assert made("base")["status"] == "PASS", explained(made("base"))


def test_a_version_that_supersedes_another_which_says_so() -> None:
    operations = [
        {"file": "manifest", "patch": [{"op": "add", "path": "/supersedes", "value": "{version of public}"}]},
        notice("{version of public}", "superseded", superseded_by="{version}"),
        {
            "file": "pointer",
            "patch": [
                replace("/latest_version_id", "{version}"),
                replace("/manifest/path", "release/manifests/{slug}/{version}.json"),
                replace("/updated_at", "2026-09-09T15:00:00Z"),
            ],
        },
    ]
    made = results("public_generalized", operations)
    assert made("base")["status"] == "PASS", explained(made("base"))


def test_a_pointer_that_still_names_the_version_before_the_one_that_is_promoted_now() -> None:
    supersedes = {"op": "add", "path": "/supersedes", "value": "{version of public}"}
    made = results("public_generalized", [{"file": "manifest", "patch": [supersedes]}])
    assert made("base")["status"] == "PASS", explained(made("base"))


def test_a_dataset_without_pointer_and_without_plan() -> None:
    made = results(
        "public_generalized", [{"file": "pointer", "delete": True}, {"file": "plan", "delete": True}]
    )
    for which in ("base", "other"):
        assert made(which)["status"] == "PASS", explained(made(which))


def test_a_manifest_without_dataset_id() -> None:
    made = results("public", [{"file": "manifest", "patch": [{"op": "remove", "path": "/dataset_id"}]}])
    for which in ("base", "other"):
        assert made(which)["status"] == "PASS", explained(made(which))


def test_of_two_releases_of_one_slice_and_label_the_later_names_the_earlier() -> None:
    label = [{"file": "release/manifests/{slug}/{version of public_generalized}.json",
              "patch": [replace("/policy/policy_label", "public")]}]  # fmt: skip
    made = results("public", label)
    found = [
        f["message"]
        for c in made("other")["checks"]
        if c["id"] == "release.supersedes"
        for f in c["findings"]
    ]
    assert len(found) == 1 and "does not say that it takes its place" in found[0]


def test_an_embargo_ends_before_the_pointer_is_written() -> None:
    def messages(until: str) -> list[str]:
        operations = [
            {"file": "manifest", "patch": [replace("/policy/policy_label", "embargoed")]},
            {"file": "spec", "patch": [{"op": "add", "path": "/policy/embargo_until", "value": until}]},
        ]
        checks = results("public", operations)("other")["checks"]
        return [f["message"] for c in checks if c["id"] == "release.pointer" for f in c["findings"]]

    assert messages("2026-09-02T15:00:00Z") == []
    assert messages("2026-09-03T15:00:00Z") == ["the pointer leads the public to a version under embargo"]
