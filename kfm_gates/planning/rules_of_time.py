"""Whether a plan still holds: nothing that it rests on may have moved since, and its sign-offs must be of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.layout import Layout
from kfm_gates.model.finding import Json
from kfm_gates.model.index_plan import IndexPlan
from kfm_gates.model.text import instant
from kfm_gates.planning.chunks import chunks
from kfm_gates.planning.enumeration import Enumeration
from kfm_gates.planning.inputs import inputs
from kfm_gates.planning.refusals import Refusal, Refusals, refusal
from kfm_gates.stores.interface import Observation

ANEW = "look at what changed, then make the plan anew"


def plan_fresh_versions(plan: IndexPlan, now: Enumeration) -> Refusals:
    """Other versions within the scope than when it was made, or a version under another manifest."""
    planned = {each.id: each.manifest.digest for each in plan.dataset_versions}
    actual = {each.id: each.manifest[1] if each.manifest else "no manifest" for each in now.versions}
    for id in sorted(planned.keys() | actual.keys()):
        if planned.get(id) != actual.get(id):
            message = f"the version {id} is " + (
                "new within the scope"
                if id not in planned
                else "not within the scope any more"
                if id not in actual
                else "released by another manifest"
            )
            yield _stale(plan, "/dataset_versions", message, actual.get(id), planned.get(id))


def plan_chunks_cover(plan: IndexPlan, now: Enumeration) -> Refusals:
    """Parts that leave out or repeat a version or a moment: not those that the scope is cut into (R-094)."""
    wanted, actual = chunks(plan, now.versions), [each.document() for each in plan.chunks]
    if wanted != actual and [each.id for each in now.versions] == [each.id for each in plan.dataset_versions]:
        yield refusal(
            "plan.chunking",
            plan,
            "/chunks",
            "the parts of the plan do not tile its scope",
            found=", ".join(str(each["name"]) for each in actual),
            expected=", ".join(str(each["name"]) for each in wanted),
            hint="make the plan anew: parts are cut by the command",
        )


def plan_fresh_stores(plan: IndexPlan, now: Mapping[str, Observation]) -> Refusals:
    """A store whose revision moved; or targets and observations that are not of each other."""
    seen = {each.target: each.revision for each in plan.stores}
    for name in sorted(seen.keys() | now.keys()):
        actual = now[name].revision if name in now else None
        if seen.get(name) != actual:
            yield _stale(plan, "/stores", f"what {name} serves has changed", actual, seen.get(name))


def plan_fresh_gates(plan: IndexPlan, predicate: Json) -> Refusals:
    """Another policy pack, configuration, profile or engines than it was judged with."""
    gates, now = plan.gates, predicate
    for field, what, actual, planned in (
        ("profile", "profile", now["profile"]["digest"], gates.profile.digest),
        ("policy_pack_digest", "policy pack", now["policy_pack"]["digest"], gates.policy_pack_digest),
        ("configuration_digest", "configuration", now["configuration"]["digest"], gates.configuration_digest),
        ("engines_digest", "set of engines", digest_of(now["engines"]), gates.engines_digest),
    ):
        if actual != planned:
            yield _stale(plan, f"/gates/{field}", f"the {what} is another one", actual, planned)


def plan_fresh_decision(plan: IndexPlan, predicate: Json, decision_digest: str) -> Refusals:
    """As of the moment of planning, another gate decision; asked when nothing else says why."""
    if predicate["evaluated_at"] == plan.created_at and decision_digest != plan.gates.decision_digest:
        message = "the gate decision as of then is another one"
        yield _stale(plan, "/gates/decision_digest", message, decision_digest, plan.gates.decision_digest)


def plan_input_digests(plan: IndexPlan, predicate: Json, layout: Layout) -> Refusals:
    """An input with other bytes, one that is gone, or one that the plan does not list (R-086, R-201)."""
    versions = [each.id for each in plan.dataset_versions]
    actual = {each["path"]: each["digest"] for each in inputs(predicate, layout, versions)}
    planned = {each.path: each.digest for each in plan.inputs}
    for path in sorted(planned.keys() | actual.keys()):
        if planned.get(path) != actual.get(path):
            message = f"the input {path} " + (
                "is not listed" if path not in planned else "is gone" if path not in actual else "has changed"
            )
            yield _stale(plan, "/inputs", message, actual.get(path), planned.get(path), "plan.input_digests")


def preflight_sign_offs(plan: IndexPlan, at: str) -> Refusals:
    """A sign-off of another plan, one that has expired, or one by who asked for the backfill."""
    for number, each in enumerate(plan.sign_offs):
        place, who = f"/sign_offs/{number}", f"the {each.statement.replace('_', ' ')} by {each.principal}"
        if each.plan_digest != plan.plan_digest:
            message = f"{who} is of another plan"
            yield _unsigned(plan, f"{place}/plan_digest", message, each.plan_digest, plan.plan_digest)
        if instant(each.expires_at) <= instant(at):
            yield _unsigned(plan, f"{place}/expires_at", f"{who} has expired", each.expires_at, f"after {at}")
        if each.principal == plan.requested_by:
            message = f"{who} is by who asked for it"
            yield _unsigned(plan, f"{place}/principal", message, each.principal, "somebody else")


def preflight_approval(plan: IndexPlan) -> Refusals:
    """No approval by the owner of the data, or a delegate that the plan names (R-071)."""
    allowed = (plan.owner, *(plan.delegates or ()))
    given = [each.principal for each in plan.sign_offs if each.statement == "owner_approval"]
    if not any(principal in allowed for principal in given):
        message = "the owner of the data has not approved this plan"
        found = f"owner_approval by {', '.join(given)}" if given else "no owner_approval among the sign-offs"
        yield _unsigned(plan, "/sign_offs", message, found, f"owner_approval by {' or '.join(allowed)}")


def refusals_of_signing(plan: IndexPlan, at: str) -> Iterator[Refusal]:
    """Every refusal about sign-offs."""
    yield from preflight_sign_offs(plan, at)
    yield from preflight_approval(plan)


def _stale(
    plan: IndexPlan,
    pointer: str,
    message: str,
    found: str | None,
    planned: str | None,
    check: str = "plan.fresh",
) -> Refusal:
    return refusal(
        check, plan, pointer, message, found=found or "nothing", expected=planned or "nothing", hint=ANEW
    )


def _unsigned(plan: IndexPlan, pointer: str, message: str, found: str, expected: str) -> Refusal:
    hint = "have this plan signed off: the sign-off names its `plan_digest`"
    return refusal("preflight.approval", plan, pointer, message, found=found, expected=expected, hint=hint)
