"""Which release a version follows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.prior_version import PriorVersion
from tests.support.judging import kansas

from .on_trees import LAYOUT, facts, path, subject

GENERALISED = "public_generalized"
Tree = dict[str, bytes]


def prior(tree: Tree, label: str = "public") -> PriorVersion | None:
    found: Any = facts(tree, label).resolve(tuple[PriorVersion, ...])
    return found[0] if found else None


def edited(tree: Tree, file: str, **fields: Any) -> Tree:
    document = json.loads(tree[file])
    return {**tree, file: json.dumps(document | fields).encode()}


def released(tree: Tree, version: str, at: Any, label: str = "public", **fields: Any) -> Tree:
    """One more release of the dataset, by its manifest and its promotion in the ledger."""
    file = LAYOUT.path("manifest", slug="kansas-counties", version=version)
    document = json.loads(tree[path("manifest")])
    document |= {"dataset_version_id": version, "released_at": at, "policy": {"policy_label": label}}
    return {**promoted(tree, version), file: json.dumps(document | fields).encode()}


def promoted(tree: Tree, version: str) -> Tree:
    ledger = tree["audit/ledger.jsonl"]
    (line,) = [each for each in ledger.splitlines() if b'"promote"' in each and version_of() in each]
    return {**tree, "audit/ledger.jsonl": ledger + line.replace(version_of(), version.encode()) + b"\n"}


def version_of() -> bytes:
    return subject().version.encode()


def noticed(tree: Tree, version: str, status: str) -> Tree:
    notice = {
        "kfm_version_status_version": "v1",
        "dataset_slug": "kansas-counties",
        "dataset_version_id": version,
        "status": status,
        "reason": "Two counties had exchanged names.",
        "decided_at": "2026-10-01T09:00:00Z",
        "decided_by": {"principal": "example:steward-1", "role": "steward"},
    } | ({"superseded_by": subject().version} if status == "superseded" else {})
    file = LAYOUT.path("status", slug="kansas-counties", version=version)
    return {**tree, file: json.dumps(notice).encode()}


def test_the_first_release_has_none() -> None:
    assert prior(dict(kansas())) is None


def test_a_derived_version_follows_its_source() -> None:
    found = prior(dict(kansas()), GENERALISED)
    assert found is not None
    assert (found.subject, found.relation, found.same_slice) == (subject(), "source", True)
    report = json.loads(kansas()[path("manifest")])["qa"]["report_digest"]
    assert (found.manifest, found.report_digest) == (path("manifest"), report)
    assert (found.qa_report, found.spec in kansas()) == (path("qa_report"), True)


def test_what_it_follows_is_pinned() -> None:
    pinned: Any = facts(dict(kansas()), GENERALISED).resolve(tuple[PinnedFile, ...])
    found = prior(dict(kansas()), GENERALISED)
    assert found is not None
    assert {found.manifest, found.spec, found.qa_report} <= {file.path for file in pinned}


def test_the_version_that_the_manifest_names_comes_first() -> None:
    tree = released(dict(kansas()), "2016.aaaaaaaa.bbbbbbbb", "2026-01-01T00:00:00Z", GENERALISED)
    tree = released(tree, "2017.aaaaaaaa.bbbbbbbb", "2026-02-01T00:00:00Z", GENERALISED)
    tree = edited(tree, path("manifest", GENERALISED), supersedes="2016.aaaaaaaa.bbbbbbbb")
    found = prior(tree, GENERALISED)
    assert found is not None
    assert (found.subject.version, found.relation) == ("2016.aaaaaaaa.bbbbbbbb", "superseded")
    assert not found.same_slice


def test_an_earlier_release_with_the_same_label_comes_before_the_source() -> None:
    tree = released(dict(kansas()), "2017.aaaaaaaa.bbbbbbbb", "2026-01-01T00:00:00Z", GENERALISED)
    tree = released(tree, "2018.aaaaaaaa.bbbbbbbb", "2026-02-01T00:00:00Z", GENERALISED)
    tree = released(tree, "2017.cccccccc.bbbbbbbb", "2026-03-01T00:00:00Z", "restricted")
    found = prior(tree, GENERALISED)
    assert found is not None
    assert (found.subject.version, found.relation) == ("2017.aaaaaaaa.bbbbbbbb", "earlier")


def test_of_other_slices_the_one_released_last() -> None:
    tree = released(dict(kansas()), "2015.aaaaaaaa.bbbbbbbb", "2026-01-01T00:00:00Z")
    tree = released(tree, "2016.aaaaaaaa.bbbbbbbb", "2026-02-01T00:00:00Z")
    tree = released(tree, "2018.aaaaaaaa.bbbbbbbb", "2026-10-01T00:00:00Z")
    found = prior(tree)
    assert found is not None
    assert found.subject.version == "2016.aaaaaaaa.bbbbbbbb"


@pytest.mark.parametrize("at", [None, "", "yesterday", 7, "2026-09-02T15:00:00Z", "2027-01-01T00:00:00Z"])
def test_what_was_not_released_before_is_not_followed(at: Any) -> None:
    assert prior(released(dict(kansas()), "2017.aaaaaaaa.bbbbbbbb", at)) is None


@pytest.mark.parametrize(
    ("status", "followed"), [("superseded", True), ("withdrawn", False), ("quarantined", False)]
)
def test_what_was_set_aside_is_not_followed(status: str, followed: bool) -> None:
    tree = released(dict(kansas()), "2017.aaaaaaaa.bbbbbbbb", "2026-01-01T00:00:00Z")
    assert (prior(noticed(tree, "2017.aaaaaaaa.bbbbbbbb", status)) is not None) == followed


def test_what_was_never_promoted_is_not_followed() -> None:
    tree = released(dict(kansas()), "2017.aaaaaaaa.bbbbbbbb", "2026-01-01T00:00:00Z")
    assert prior({**tree, "audit/ledger.jsonl": kansas()["audit/ledger.jsonl"]}) is None


def test_a_wrong_name_does_not_make_a_version_the_first() -> None:
    tree = edited(dict(kansas()), path("manifest", GENERALISED), supersedes="2016.aaaaaaaa.bbbbbbbb")
    found = prior(tree, GENERALISED)
    assert found is not None
    assert found.relation == "source"


@pytest.mark.parametrize("raw", [b"[]", b"{", b'{"released_at": "2026-01-01T00:00:00Z"}'])
def test_manifests_in_any_state_are_read(raw: bytes) -> None:
    file = LAYOUT.path("manifest", slug="kansas-counties", version="2017.aaaaaaaa.bbbbbbbb")
    assert prior({**promoted(dict(kansas()), "2017.aaaaaaaa.bbbbbbbb"), file: raw}) is None
