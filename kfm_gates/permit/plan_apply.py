"""Acting upon a plan: it holds only while nothing that it rests on has moved, and its owner stands by it.

`hold_plan` looks at everything that needs no judging; what it returns says what to judge, and `refuse_other`
then compares the gate decision with the plan. Whoever acts takes the leases of `targets` first, so that no
other backfill can move a store between looking and building.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from kfm_gates.evidence.layout import Layout
from kfm_gates.judge.launch import Verdict, judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.model.finding import Json
from kfm_gates.model.index_plan import IndexPlan
from kfm_gates.permit.plan_ground import Ground, predicate_of
from kfm_gates.planning.documents import read_plan
from kfm_gates.planning.refusals import Refusal, refuse
from kfm_gates.planning.rules_of_decision import refusals_of_change, refusals_of_decision
from kfm_gates.planning.rules_of_findings import refusals_of_findings
from kfm_gates.planning.rules_of_intent import refusals_of_intent
from kfm_gates.planning.rules_of_time import (
    plan_chunks_cover,
    plan_fresh_stores,
    plan_fresh_versions,
    refusals_of_signing,
)

STALE = "the plan does not hold"


@dataclass(frozen=True)
class HeldPlan:
    """A plan that was looked at, and what remains to be judged."""

    plan: IndexPlan
    request: Request
    """What to ask the gates: the whole profile, for the versions of the plan and no others."""
    root: Path
    layout: Layout
    refusals: tuple[Refusal, ...] = ()

    @property
    def digest(self) -> str:
        """What a permit for this plan is bound to."""
        return self.plan.plan_digest

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of what is written to, on which leases are taken; sorted, so that two runs can't block."""
        return tuple(sorted(target.name for target in self.plan.targets))

    def refuse_other(self, statement: Json, decision_digest: str) -> None:
        """Raise PlanRefused unless the decision is of what was planned: all versions open, same bytes and rules."""
        predicate = statement["predicate"]
        decided = refusals_of_decision(self.plan, predicate, decision_digest, self.layout)
        refuse(STALE, [*self.refusals, *decided])

    def refuse_changed(self, statement: Json, decision_digest: str) -> None:
        """Like `refuse_other`, if anything changed: that gates are shut for other reasons they say better."""
        if any(refusals_of_change(self.plan, statement["predicate"], decision_digest, self.layout)):
            self.refuse_other(statement, decision_digest)


def inspect_plan(file: Path, request: Request, operation: str = "build") -> HeldPlan:
    """A plan with every refusal that needs no judging. `request` names the evidence root, and how it is judged.

    Raises PlanRefused for a file that is no plan or was edited, EngineError for a store without an answer.
    """
    plan = read_plan(file)
    ground = Ground.of(request)
    found = ground.found(plan)
    refusals = [
        *refusals_of_intent(plan, ground.known_checks),
        *refusals_of_findings(plan, found, operation),
        *plan_fresh_versions(plan, found.enumeration),
        *plan_chunks_cover(plan, found.enumeration),
        *plan_fresh_stores(plan, found.observations),
        *refusals_of_signing(plan, ground.evaluated_at),
    ]
    asked = ground.to_judge(each.manifest.path for each in plan.dataset_versions)
    # The judge takes the moment itself, unless one was asked for: asking the stores may have taken long.
    asked = replace(asked, evaluated_at=request.evaluated_at)
    return HeldPlan(plan, asked, ground.root, ground.configuration.layout, tuple(refusals))


def hold_plan(file: Path, request: Request, operation: str = "build") -> HeldPlan:
    """Like `inspect_plan`, and raises PlanRefused at once when there is any refusal."""
    held = inspect_plan(file, request, operation)
    refuse(STALE, held.refusals)
    return held


def verify_plan(
    file: Path,
    request: Request,
    operation: str = "build",
    judge: Callable[[Request], Verdict] = judge_in_process,
) -> IndexPlan:
    """The plan, if it may be acted upon now; PlanRefused names everything that keeps it from that."""
    held = inspect_plan(file, request, operation)
    manifests = [held.root / each.manifest.path for each in held.plan.dataset_versions]
    if not all(manifest.is_file() for manifest in manifests):
        refuse(STALE, held.refusals)  # nothing to judge: the refusals name the version
    verdict = judge(held.request)
    predicate_of(verdict)
    held.refuse_other(verdict.statement, verdict.decision_digest)
    return held.plan
