"""A gate decision held against a plan: the same bytes, judged by the same rules, and every version open."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.evidence.layout import Layout
from kfm_gates.model.finding import Json
from kfm_gates.model.index_plan import IndexPlan
from kfm_gates.planning.refusals import Refusal
from kfm_gates.planning.rules_of_findings import plan_not_open
from kfm_gates.planning.rules_of_time import plan_fresh_decision, plan_fresh_gates, plan_input_digests


def refusals_of_change(
    plan: IndexPlan, predicate: Json, decision_digest: str, layout: Layout
) -> Iterator[Refusal]:
    """What the decision shows to have changed since the plan was made."""
    changed = [*plan_fresh_gates(plan, predicate), *plan_input_digests(plan, predicate, layout)]
    yield from changed or plan_fresh_decision(plan, predicate, decision_digest)


def refusals_of_decision(
    plan: IndexPlan, predicate: Json, decision_digest: str, layout: Layout
) -> Iterator[Refusal]:
    """What changed, and what does not open."""
    yield from plan_not_open(plan, [each.id for each in plan.dataset_versions], predicate)
    yield from refusals_of_change(plan, predicate, decision_digest, layout)
