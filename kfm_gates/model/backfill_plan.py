"""The pipeline backfill plan: the runbook's YAML template in full (R-090 to R-098)."""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import Array, Closed, EvidenceModel, NonEmptyArray, Positive
from kfm_gates.model.obligation import Obligation
from kfm_gates.model.parts import Window
from kfm_gates.model.refusal import Flaws, repeats
from kfm_gates.model.text import NonEmpty, Principal, RelativePath, Slug, UriOrPath, VersionId, Word

ChunkMode = Literal["hourly", "daily", "weekly", "monthly", "quarterly", "yearly"]
"""How long a chunk is: a step of the calendar in UTC."""


class Chunking(Closed):
    """How the window is cut, and how many chunks may run at once."""

    mode: ChunkMode
    max_parallelism: Positive


class Governance(Closed):
    """The terms that hold for the window, the label, and its obligations."""

    upstream_terms_snapshot: UriOrPath
    policy_label: Word
    obligations: Array[Obligation]


class Execution(Closed):
    """What runs the backfill. That both switches are on is judged by a check, not by the form."""

    runner: NonEmpty
    dry_run_first: bool
    receipts_required: bool


class PlannedPromotion(Closed):
    """The version that must come out."""

    expected_dataset_version_id: VersionId
    release_manifest_required: bool


class PlannedRollback(Closed):
    """The way back, and the version it leads to."""

    strategy: NonEmpty
    prior_dataset_version_id: VersionId


class BackfillPlan(EvidenceModel):
    """A pipeline backfill plan; `window` is read on `time_axis`."""

    runbook: RelativePath
    dataset_slug: Slug
    reason: NonEmpty
    requested_by: Principal
    reviewers: NonEmptyArray[Principal]
    time_axis: Literal["event_time", "valid_time", "transaction_time"]
    window: Window
    chunking: Chunking
    governance: Governance
    execution: Execution
    promotion: PlannedPromotion
    rollback: PlannedRollback

    def _flaws(self) -> Flaws:
        yield from repeats("reviewers", self.reviewers)
