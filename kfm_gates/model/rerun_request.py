"""The request to repeat a run: what is asked for, by whom, after which failure, and what the rerun will leave."""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import Array, Closed, EvidenceModel, Maybe, NonEmptyArray
from kfm_gates.model.parts import Actor
from kfm_gates.model.refusal import Flaws, repeats
from kfm_gates.model.text import (
    GitCommit,
    Name,
    NonEmpty,
    RunIdOrUuid,
    Sha256,
    Slug,
    Timestamp,
    Uri,
    VersionId,
    Word,
)

DeclaredMode = Literal["Retry", "Reprocess", "Backfill", "Rebuild"]
FailureWord = Literal[
    "upstream_fetch",
    "transform_validation",
    "policy_gate",
    "catalog_schema_link",
    "receipt_digest_cosign",
    "projection_drift",
]
"""The six classes of failure (R-037)."""
EmissionWord = Literal[
    "run_receipt", "superseding_acquisition", "new_version", "rebuild_receipt", "ledger_entry"
]


class EnvironmentNow(Closed):
    """What the rerun will run in; compared with the environment in the receipt of the prior run."""

    container_digest: Sha256
    git_commit: GitCommit
    params_digest: Sha256


class UpstreamChange(Closed):
    """The declaration that the source has changed its bytes legitimately, by someone who can be named (R-043)."""

    statement: NonEmpty
    declared_by: Actor
    declared_at: Timestamp


class RerunPlan(Closed):
    """What the rerun will leave behind, and its steps in their order (R-040…R-044, R-049)."""

    emits: NonEmptyArray[EmissionWord]
    steps: NonEmptyArray[Word]
    new_version_id: Maybe[VersionId] = None
    new_acquisition_id: Maybe[Name] = None

    def _flaws(self) -> Flaws:
        yield from repeats("emits", self.emits)
        yield from repeats("steps", self.steps)


class RerunRequest(EvidenceModel):
    """A request to repeat a run of one dataset version.

    `run_id` names the prior run, the latest one when it is absent. `denied_by` are the checks that denied in
    the last gate decision. `spec_hash` names the specification of the rerun, that of the version when absent.
    Without `mode` and `plan` it is a question, which `kfm-gates rerun` answers; the gates ask for both.
    """

    kfm_rerun_request_version: Literal["v1"]
    dataset_slug: Slug
    dataset_version_id: VersionId
    run_id: Maybe[RunIdOrUuid] = None
    ci_url: Maybe[Uri] = None
    job: Word
    mode: Maybe[DeclaredMode] = None
    failure_class: Maybe[FailureWord] = None
    denied_by: Array[NonEmpty] = ()
    reason: NonEmpty
    requested_by: Actor
    requested_at: Timestamp
    spec_hash: Maybe[Sha256] = None
    environment: Maybe[EnvironmentNow] = None
    upstream_change: Maybe[UpstreamChange] = None
    plan: Maybe[RerunPlan] = None

    def _flaws(self) -> Flaws:
        yield from repeats("denied_by", self.denied_by)
