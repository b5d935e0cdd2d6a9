"""The index backfill plan of index-backfill.md (step 2), and the draft that it is made from (R-077 to R-113).

The draft holds what only people know. `kfm-gates plan` judges the versions in scope and fills in the rest:
versions, inputs by digest, chunks, what the stores answered, and the run of the gates that it rests on.
"""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import Array, EvidenceModel, Maybe, NonEmptyArray
from kfm_gates.model.plan_filled import (
    Chunk,
    LeftOut,
    PlanGates,
    PlanInput,
    PlannedVersion,
    SignOff,
    StoreObservation,
)
from kfm_gates.model.plan_parts import (
    IndexRollback,
    PlanChunking,
    PlannedBuilder,
    PlanTarget,
    RunOrder,
    Scope,
    Strategy,
    Trigger,
    ValidationStep,
)
from kfm_gates.model.refusal import Flaws, repeats
from kfm_gates.model.text import NonEmpty, Principal, RelativePath, Sha256, Timestamp, UriOrPath


class PlanIntent(EvidenceModel):
    """What people decide; the common part of the draft and of the plan."""

    runbook: RelativePath
    reason: NonEmpty
    trigger: Trigger
    requested_by: Principal
    reviewers: NonEmptyArray[Principal]
    owner: Principal
    delegates: Maybe[NonEmptyArray[Principal]] = None
    change: UriOrPath
    incidents: Array[UriOrPath]
    deployment: Literal["development", "staging", "production"]
    scope: Scope
    targets: NonEmptyArray[PlanTarget]
    strategy: Strategy
    strategy_risk: NonEmpty
    builder: PlannedBuilder
    validation: NonEmptyArray[ValidationStep]
    chunking: PlanChunking
    run_order: RunOrder
    rollback: IndexRollback

    def _flaws(self) -> Flaws:
        yield from repeats("reviewers", self.reviewers)
        yield from repeats("delegates", self.delegates or ())
        yield from repeats("incidents", self.incidents)
        yield from repeats("targets", (target.name for target in self.targets), "live")
        yield from repeats("targets", (f"{each.store}:{each.output}" for each in self.targets), "output")
        yield from repeats("validation", (step.check for step in self.validation), "check")


class IndexPlanDraft(PlanIntent):
    """A draft: written by people, not yet judged."""

    kfm_index_backfill_draft_version: Literal["v1"]


class IndexPlan(PlanIntent):
    """A plan. `plan_digest` is of its canonical JSON without `plan_digest` and `sign_offs`, which name it."""

    kfm_index_backfill_plan_version: Literal["v1"]
    created_at: Timestamp
    dataset_versions: NonEmptyArray[PlannedVersion]
    left_out: Array[LeftOut]
    inputs: NonEmptyArray[PlanInput]
    chunks: NonEmptyArray[Chunk]
    stores: NonEmptyArray[StoreObservation]
    gates: PlanGates
    plan_digest: Sha256
    sign_offs: Array[SignOff]

    def _flaws(self) -> Flaws:
        yield from super()._flaws()
        yield from repeats("dataset_versions", (each.id for each in self.dataset_versions), "id")
        yield from repeats("left_out", (each.id for each in self.left_out), "id")
        yield from repeats("inputs", (each.path for each in self.inputs), "path")
        yield from repeats("chunks", (each.name for each in self.chunks), "name")
        yield from repeats("stores", (each.target for each in self.stores), "target")


INTENT = tuple(PlanIntent.model_fields)
"""The fields that a plan takes from its draft."""
