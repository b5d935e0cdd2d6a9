"""What the runbooks demand is served by a check, or named as still to come."""

from __future__ import annotations

import pytest

from docs.generator import requirements

GATES = {f"R-{number:03}" for number in range(114, 191)}
TO_COME = {"R-151": "the grammar of EvidenceRefs", "R-176": "attestations"}


def test_the_table_has_no_open_number() -> None:
    assert list(requirements.problems()) == []


def test_of_the_promotion_gates_only_these_are_to_come() -> None:
    done = requirements.served()
    assert {number for number in GATES if not done[number]} == set(TO_COME)
    assert {number: requirements.later().get(number) for number in TO_COME} == TO_COME


def test_a_check_without_a_resealed_case_serves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    unsealed = {"case": {"reseal": False, "serves": ["R-135"]}}
    monkeypatch.setattr(requirements, "cases", lambda id: unsealed)
    assert all(not checks for checks in requirements.served().values())
    assert any(problem.startswith("R-135 is served by no check") for problem in requirements.problems())
    with pytest.raises(requirements.OpenRequirement):
        requirements.page()
