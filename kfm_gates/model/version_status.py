"""The notice that a version is out of use: superseded, withdrawn or quarantined, by whom, and why."""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import EvidenceModel, Maybe
from kfm_gates.model.parts import Actor
from kfm_gates.model.text import NonEmpty, Slug, Timestamp, VersionId


class VersionStatus(EvidenceModel):
    """What became of a version. Its catalogs and receipts stay where they are (R-240).

    That a superseded version names its successor, and no other does, is judged by a check.
    """

    kfm_version_status_version: Literal["v1"]
    dataset_slug: Slug
    dataset_version_id: VersionId
    status: Literal["superseded", "withdrawn", "quarantined"]
    superseded_by: Maybe[VersionId] = None
    reason: NonEmpty
    decided_at: Timestamp
    decided_by: Actor
