"""Every denial case is denied by the check that it names, and by no other that it doesn't name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from tests.support.judging import EVALUATED_AT, REPOSITORY, explained, judge_tree, not_passed, tree_of

DENIALS = REPOSITORY / "fixtures" / "denials"
CASES = sorted(DENIALS.glob("*/*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case_is_denied_as_it_says(path: Path) -> None:
    case = json.loads(path.read_bytes())
    broken = apply(case, tree_of(case), Layout.kfm_v1())
    at = case.get("evaluated_at", EVALUATED_AT)
    profile = case.get("profile", "promotion-v1")
    results = judge_tree(broken.files, case=case, changed=broken.changed, evaluated_at=at, profile=profile)
    expected = dict(case["expect"])
    other = expected.pop("other", {})
    assert expected.get(path.parent.name) in ("DENY", "ABSTAIN"), (
        "a case must name the status of its own check"
    )
    for id, result in results.items():
        wanted = expected if id == broken.subject.id else other
        assert not_passed(result) == wanted, explained(result)
