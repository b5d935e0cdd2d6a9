"""The parts of an index backfill plan that are filled in when it is made, and the sign-offs added afterwards."""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import Array, Closed, Count
from kfm_gates.model.finding import Json
from kfm_gates.model.gate_decision import NamedDigest
from kfm_gates.model.parts import FileDigest, Window
from kfm_gates.model.plan_parts import Subject
from kfm_gates.model.text import Name, NonEmpty, Principal, Sha256, Timestamp, Word


class Chunk(Closed):
    """One part: its versions, and its period when the plan is cut by time (which may hold no version)."""

    name: Name
    dataset_versions: Array[Subject]
    window: Window | None


class SignOff(Closed):
    """What only a person knows: a statement about one plan, by whom, in which role, until when."""

    statement: Literal["owner_approval", "maintenance_window", "cutover_approval", "legitimate_change"]
    principal: Principal
    role: Word
    plan_digest: Sha256
    expires_at: Timestamp


class PlannedVersion(Closed):
    """A version that is indexed, and the manifest that released it."""

    id: Subject
    manifest: FileDigest


class LeftOut(Closed):
    """A version within the scope that is not indexed, and why."""

    id: NonEmpty
    reason: Literal["not_promoted", "superseded", "withdrawn", "quarantined"]


class PlanInput(Closed):
    """A canonical input: which version it is of, what it is, its digest, its size in bytes (R-086)."""

    path: NonEmpty
    digest: Sha256
    size: Count
    dataset_version: Subject
    role: Literal["artifact", "catalog", "manifest"]


class PlanGates(Closed):
    """The run of the gates that the plan rests on."""

    decision_digest: Sha256
    profile: NamedDigest
    policy_pack_digest: Sha256
    configuration_digest: Sha256
    engines_digest: Sha256


class StoreObservation(Closed):
    """What a store answered: the question, the answer, the revision of what serves, the moment (law 7)."""

    target: NonEmpty
    question: dict[str, Json]
    answer: dict[str, Json]
    revision: Sha256
    observed_at: Timestamp
