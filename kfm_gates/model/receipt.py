"""The one internal form of a run receipt; `receipt_forms` reads the runbooks' four forms into it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from kfm_gates.model.base import Array, Closed, EvidenceModel, Maybe
from kfm_gates.model.obligation import Obligation
from kfm_gates.model.parts import Actor, PassFail, Reference, RunOperation, Target, Window
from kfm_gates.model.text import (
    DecisionId,
    GitCommit,
    Name,
    NonEmpty,
    RunIdOrUuid,
    Sha256,
    Slug,
    Timestamp,
    VersionId,
    Word,
    instant,
)

ReceiptForm = Literal["index-backfill", "pipeline-backfill", "pipeline-rerun", "data-runbooks"]


class ReceiptCheck(Closed):
    """The outcome of one validation that the run made."""

    id: Name
    status: Literal["pass", "fail", "waived"]
    message: Maybe[NonEmpty] = None


class Environment(Closed):
    """What the run ran in; None where the form has no such field."""

    container_digest: Sha256
    git_commit: GitCommit | None
    params_digest: Sha256 | None
    params: dict[str, Any] | None


class Validation(Closed):
    """How the run ended; `reason_code` says why, when it failed."""

    status: PassFail
    report_digest: Sha256 | None
    checks: Array[ReceiptCheck]
    reason_code: Name | None


class ReceiptPolicy(Closed):
    """Under which policy decisions the run was made, and the obligations it applied."""

    decision_ids: Array[DecisionId]
    policy_label: Word | None
    policy_pack_version: NonEmpty | None
    obligations_applied: Array[Obligation]


class Receipt(EvidenceModel):
    """A run receipt, whatever its form. `raw` and pointers are those of the document as it was written.

    `store_outputs` names what a run built in stores (`{"search": "kfm-search-…"}`); what has a digest is in
    `outputs`. Inputs and outputs that a form gives by digest alone have the URI `doc://sha256:…`.
    """

    form: ReceiptForm
    run_id: RunIdOrUuid
    actor: Actor | None
    operation: RunOperation
    dataset_slug: Slug | None
    dataset_version_ids: Array[VersionId]
    inputs: Array[Reference]
    outputs: Array[Reference]
    store_outputs: dict[Target, NonEmpty]
    environment: Environment
    validation: Validation
    policy: ReceiptPolicy
    window: Window | None
    targets: Array[Target]
    spec_hash: Sha256 | None
    attestations: Array[Reference]
    created_at: Timestamp | None

    @property
    def moment(self) -> tuple[datetime, str]:
        """When it was made, then its path: the order of runs. One that does not say when comes first."""
        return (instant(self.created_at) if self.created_at else datetime.min.replace(tzinfo=UTC), self.path)
