"""KFM's policy decision about a version: a document that is evidence (the gates' own record is another)."""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import Array, EvidenceModel
from kfm_gates.model.obligation import Obligation
from kfm_gates.model.parts import Actor
from kfm_gates.model.text import DecisionId, NonEmpty, Sha256, Slug, Timestamp, VersionId, Word


class PolicyDecision(EvidenceModel):
    """Which label a version got, with which obligations, by whom, and why."""

    kfm_policy_decision_version: Literal["v1"]
    decision_id: DecisionId
    dataset_slug: Slug
    dataset_version_id: VersionId
    spec_hash: Sha256
    policy_label: Word
    outcome: Literal["allow", "deny"]
    obligations: Array[Obligation]
    decided_at: Timestamp
    decided_by: Actor
    reason: NonEmpty
