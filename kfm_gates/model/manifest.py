"""The promotion manifest: which bytes are released as a version, and who approved it.

The runbooks' three templates have the same fields and differ in values only (which catalogs are listed,
which roles approve), so one model reads them all. That all catalogs are listed is judged by a check.
"""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import Array, Closed, EvidenceModel, Maybe, NonEmptyArray, form_findings
from kfm_gates.model.finding import Finding, Json
from kfm_gates.model.parts import Actor, FileDigest, PassFail
from kfm_gates.model.refusal import Flaws, repeats
from kfm_gates.model.text import (
    DatasetId,
    DecisionId,
    MediaType,
    Name,
    Principal,
    RelativePath,
    Sha256,
    Slug,
    Timestamp,
    VersionId,
    Word,
)


class ManifestArtifact(Closed):
    """One released artifact."""

    path: RelativePath
    digest: Sha256
    media_type: MediaType


class ManifestQa(Closed):
    """The outcome of QA, and the digest of its report."""

    status: PassFail
    report_digest: Sha256


class ManifestPolicy(Closed):
    """The label, and the decision that gave it."""

    policy_label: Word
    decision_id: DecisionId


class Approval(Closed):
    """One person's approval."""

    role: Word
    principal: Principal
    approved_at: Timestamp


class Manifest(EvidenceModel):
    """The promotion manifest of one dataset version."""

    kfm_promotion_manifest_version: Literal["v1"]
    dataset_slug: Slug
    dataset_version_id: VersionId
    spec_hash: Sha256
    released_at: Timestamp
    artifacts: NonEmptyArray[ManifestArtifact]
    catalogs: NonEmptyArray[FileDigest]
    qa: ManifestQa
    policy: ManifestPolicy
    approvals: Array[Approval]
    dataset_id: Maybe[DatasetId] = None
    requested_by: Maybe[Actor] = None
    supersedes: Maybe[VersionId] = None
    waivers: Maybe[Array[Name]] = None

    def _flaws(self) -> Flaws:
        yield from repeats("artifacts", (artifact.path for artifact in self.artifacts), "path")
        yield from repeats("catalogs", (catalog.path for catalog in self.catalogs), "path")
        yield from repeats("waivers", self.waivers or ())


def read_manifest(raw: Json, path: str) -> tuple[Manifest | None, tuple[Finding, ...]]:
    """The manifest in `raw`, or None and every reason why its form is wrong (R-181 to R-187)."""
    return form_findings(Manifest, raw, path)
