"""A profile with `subjects_with` judges the versions that have that document, and no others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.support.judging import RERUNS
from tests.support.running import check, kansas_copy, program

PUBLIC, GENERALISED = "2017.90834627.fdff5ab1", "2017.f1a021ca.2c0b6394"


def _asked(tmp_path: Path, *versions: str) -> Path:
    root = kansas_copy(tmp_path)
    for version in versions:
        folder = f"release/reruns/kansas-counties/{version}"
        shutil.copytree(RERUNS / folder, root / folder)
    return root


def test_one_asks_and_gets_a_permit_that_verifies(tmp_path: Path) -> None:
    root = _asked(tmp_path, GENERALISED)
    ran = check(root, "--profile", "rerun-v1", cwd=tmp_path, at=None)
    assert ran.code == 0, ran.said
    permit = json.loads(ran.permit.read_bytes())
    assert permit["operation"] == "rerun"
    assert [each["id"] for each in permit["subjects"]] == [f"kansas-counties/{GENERALISED}"]
    words = ("permit", "verify", ran.permit, root, "--profile", "rerun-v1", "--operation", "rerun")
    verified = program(*words, cwd=tmp_path)
    assert verified.code == 0, verified.said
    request = root / f"release/reruns/kansas-counties/{GENERALISED}/request.json"
    request.write_text(request.read_text().replace("has been given since", "was given since"))
    assert program(*words, cwd=tmp_path).code == 1


def test_nobody_asks(tmp_path: Path) -> None:
    ran = check(_asked(tmp_path), "--profile", "rerun-v1", cwd=tmp_path)
    assert ran.code == 5
    assert "none has release/reruns/{slug}/{version}/request.json" in ran.said


def test_one_that_is_named_is_judged_without_asking(tmp_path: Path) -> None:
    root = _asked(tmp_path, GENERALISED)
    ran = check(root, "--profile", "rerun-v1", "--subject", f"kansas-counties/{PUBLIC}", cwd=tmp_path)
    assert ran.code == 1
    assert "nobody asks for the version to be rerun" in ran.out


def test_one_in_quarantine_that_asks_is_judged_and_not_set_aside(tmp_path: Path) -> None:
    root = _asked(tmp_path, PUBLIC)
    notice = root / f"release/status/kansas-counties/{PUBLIC}.json"
    notice.parent.mkdir(parents=True)
    notice.write_text(
        json.dumps(
            {
                "kfm_version_status_version": "v1",
                "dataset_slug": "kansas-counties",
                "dataset_version_id": PUBLIC,
                "status": "quarantined",
                "reason": "The holder objects.",
                "decided_at": "2026-10-01T09:00:00Z",
                "decided_by": {"principal": "example:steward-1", "role": "steward"},
            }
        )
    )
    ran = check(root, "--profile", "rerun-v1", cwd=tmp_path)
    assert ran.code == 0, ran.said
    assert [each["id"] for each in ran.predicate["subjects"]] == [f"kansas-counties/{PUBLIC}"]
    assert ran.predicate["set_aside"] == []


def test_a_request_does_not_disturb_the_promotion(tmp_path: Path) -> None:
    ran = check(_asked(tmp_path, PUBLIC, GENERALISED), cwd=tmp_path)
    assert ran.code == 0, ran.said
