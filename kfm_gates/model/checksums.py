"""The checksums of a version's artifacts."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import MinLen

from kfm_gates.model.base import EvidenceModel
from kfm_gates.model.text import RelativePath, Sha256, VersionId


class Checksums(EvidenceModel):
    """The digest of every artifact of one dataset version, by path."""

    kfm_checksums_version: Literal["v1"]
    dataset_version_id: VersionId
    algorithm: Literal["sha256"]
    artifacts: Annotated[dict[RelativePath, Sha256], MinLen(1)]
