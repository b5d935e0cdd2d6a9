"""What a profile may tighten: a registry of principals, no addresses of persons, shorter runs."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.checks.api import Outcome
from kfm_gates.checks.settings import configured
from kfm_gates.errors import UsageError
from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Memory, Snapshot
from kfm_gates.facts.container import Facts
from kfm_gates.judge.session import given_facts
from kfm_gates.model.finding import Status
from tests.support.judging import EVALUATED_AT, kansas, prover, suite
from tests.support.runs import patch, put

LAYOUT = Layout.kfm_v1()
SERVICE = "etl@project-1.iam.gserviceaccount.com"


def outcome(check: str, changes: dict[str, Any], *operations: dict[str, Any]) -> Outcome:
    ops = [*operations, patch("receipt:promote.json")]
    broken = apply({"base": "public", "why": "", "ops": ops, "reseal": True}, kansas(), LAYOUT)
    snapshot = Snapshot(Memory(broken.files))
    index = Index(snapshot, LAYOUT)
    rules = prover().given({})
    given = given_facts(suite(), rules, snapshot, LAYOUT, index, broken.subject, EVALUATED_AT)
    settings = configured(check, suite().checks[check].about.settings, changes)
    return suite().checks[check].run(Facts(given), settings)


def actor(principal: str) -> dict[str, Any]:
    return patch("receipt:promote.json", put("/actor/principal", principal))


@pytest.mark.parametrize(("check", "denials"), [("receipt.actor", 5), ("release.approvals", 2)])
def test_registered_only_denies_everybody_as_long_as_there_is_no_registry(check: str, denials: int) -> None:
    assert outcome(check, {}).status is Status.PASS
    found = outcome(check, {"registered_only": True})
    assert found.status is Status.DENY
    assert len(found.findings) == denials


def test_registered_only_denies_a_run_of_which_nobody_is_named() -> None:
    fields = ("/dataset_slug", "/window", "/policy/policy_label", "/policy/obligations_applied", "/actor",
              "/environment/params_digest", "/outputs/0/media_type")  # fmt: skip
    nobody = patch("receipt:promote.json", *(("remove", field) for field in fields))
    assert outcome("receipt.actor", {}, nobody).status is Status.PASS
    messages = [each.message for each in outcome("receipt.actor", {"registered_only": True}, nobody).findings]
    assert any("data-runbooks has no actor" in each for each in messages)


def test_addresses_of_persons_are_denied_where_a_profile_says_so() -> None:
    strict = {"no_addresses": True}
    assert outcome("receipt.redaction", {}, actor("jane.doe@example.org")).status is Status.PASS
    assert outcome("receipt.redaction", strict, actor(SERVICE)).status is Status.PASS
    found = outcome("receipt.redaction", strict, actor("jane.doe@example.org"))
    assert [each.place.pointer for each in found.findings] == ["/actor/principal"]
    assert "jane" not in str(found.findings)


def test_how_long_a_run_may_last_can_be_shortened() -> None:
    began = "kfm://run/2026-09-01T15:00:00Z.promote"
    ops = (patch("receipt:promote.json", put("/run_id", began)), patch("ledger", put("/3/run_id", began)))
    assert outcome("receipt.run_id", {"longest_days": 1}, *ops).status is Status.PASS
    assert outcome("receipt.run_id", {"longest_days": 0.5}, *ops).status is Status.DENY


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("receipt.actor", {"registered_only": 1}),
        ("receipt.run_id", {"longest_days": 367}),
        ("receipt.redaction", {"no_address": True}),
    ],
)
def test_what_is_weaker_or_unknown_is_refused(check: str, changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        configured(check, suite().checks[check].about.settings, changes)
