"""Versions that are out of use are named apart, and never get a permit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.judging import kansas
from tests.support.running import check, kansas_copy, program

MANIFESTS = {
    json.loads(data)["policy"]["policy_label"]: json.loads(data)["dataset_version_id"]
    for path, data in kansas().items()
    if path.startswith("release/manifests/")
}
GENERALISED = MANIFESTS["public_generalized"]


def withdraw(root: Path, **more: Any) -> str:
    path = f"release/status/kansas-counties/{GENERALISED}.json"
    made = {
        "kfm_version_status_version": "v1",
        "dataset_slug": "kansas-counties",
        "dataset_version_id": GENERALISED,
        "status": "withdrawn",
        "reason": "Two counties had exchanged names.",
        "decided_at": "2026-10-01T09:00:00Z",
        "decided_by": {"principal": "example:steward-1", "role": "steward"},
    } | more
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(json.dumps(made))
    return path


def test_the_others_get_a_permit_and_it_does_not(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    path = withdraw(root)
    ran = check(root, cwd=tmp_path, at=None)
    assert ran.code == 0, ran.said
    (aside,) = ran.predicate["set_aside"]
    assert (aside["id"], aside["status"]) == (f"kansas-counties/{GENERALISED}", "withdrawn")
    assert aside["notice"] == path
    assert f"kansas-counties/{GENERALISED} is withdrawn ({path}) and was not judged" in ran.out
    permit = json.loads(ran.permit.read_bytes())
    assert [each["id"] for each in permit["subjects"]] == [f"kansas-counties/{MANIFESTS['public']}"]
    verified = program("permit", "verify", ran.permit, root, cwd=tmp_path)
    assert verified.code == 0, verified.said
    (root / path).unlink()
    verified = program("permit", "verify", ran.permit, root, cwd=tmp_path)
    assert verified.code != 0, verified.said


def test_asked_for_by_name_it_is_denied(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    withdraw(root)
    ran = check(root, "--subject", f"kansas-counties/{GENERALISED}", cwd=tmp_path)
    assert ran.code == 1 and ran.denied() == {"release.supersedes"}, ran.said
    assert ran.predicate["set_aside"] == []
    by_manifest = check(root / f"release/manifests/kansas-counties/{GENERALISED}.json", cwd=tmp_path)
    assert by_manifest.code == 1 and by_manifest.denied() == {"release.supersedes"}, by_manifest.said


def test_a_notice_that_does_not_hold_sets_nothing_aside(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    withdraw(root, decided_at="2027-01-01T00:00:00Z")
    ran = check(root, cwd=tmp_path)
    assert ran.code == 1 and ran.predicate["set_aside"] == [], ran.said
    assert ran.denied() == {"release.supersedes"}, ran.said


def test_when_all_are_out_of_use_nothing_is_proven(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    path = root / withdraw(root)
    other = json.loads(path.read_text()) | {"dataset_version_id": MANIFESTS["public"]}
    path.with_name(f"{MANIFESTS['public']}.json").write_text(json.dumps(other))
    ran = check(root, cwd=tmp_path)
    assert ran.code == 5 and not ran.permit.exists(), ran.said


def test_the_list_of_promoted_versions(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    withdraw(root)
    words = ("promoted", root, "--format", "json", "--evaluated-at", "2026-10-31T12:00:00Z")
    first, second = (program(*words, cwd=tmp_path) for _ in range(2))
    assert first.code == 0, first.said
    assert first.out == second.out
    listing = json.loads(first.out)
    assert [each["id"] for each in listing["promoted"]] == [f"kansas-counties/{MANIFESTS['public']}"]
    assert listing["promoted"][0]["manifest"]["path"].endswith(f"{MANIFESTS['public']}.json")
    assert [each["status"] for each in listing["set_aside"]] == ["withdrawn"]
    artifact = next((root / "data/processed").rglob(f"{MANIFESTS['public']}/artifacts/*.parquet"))
    artifact.write_bytes(artifact.read_bytes() + b"\0")
    refused = json.loads(program(*words, cwd=tmp_path).out)
    assert refused["promoted"] == []
    assert "identity.digests" in [each["check"] for each in refused["refused"][0]["reasons"]]
    text = program("promoted", root, cwd=tmp_path)
    assert text.code == 0 and "refused    kansas-counties/" in text.out and "withdrawn" in text.out, text.said
    empty = tmp_path / "empty"
    empty.mkdir()
    assert program("promoted", empty, cwd=tmp_path).code == 5
