"""The published pointer of a dataset: the version that its users get when they name none."""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import EvidenceModel
from kfm_gates.model.parts import Actor, FileDigest
from kfm_gates.model.text import Slug, Timestamp, VersionId


class Pointer(EvidenceModel):
    """`latest_version_id` of a dataset, bound to the manifest by which that version was released."""

    kfm_pointer_version: Literal["v1"]
    dataset_slug: Slug
    latest_version_id: VersionId
    manifest: FileDigest
    updated_at: Timestamp
    updated_by: Actor
