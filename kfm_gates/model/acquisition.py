"""The acquisition record: what was fetched, from where, when, and under which terms."""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import Closed, EvidenceModel, Maybe, NonEmptyArray
from kfm_gates.model.parts import SizedFile, Window
from kfm_gates.model.refusal import Flaws, repeats
from kfm_gates.model.text import Name, NonEmpty, RelativePath, Sha256, Slug, Timestamp, Uri


class AcquisitionSource(Closed):
    """The upstream, and which version of it."""

    name: NonEmpty
    url: Uri
    version: NonEmpty


class Terms(Closed):
    """The snapshot of the terms under which the bytes were fetched."""

    path: RelativePath
    digest: Sha256
    retrieved_at: Timestamp
    url: Uri


class Acquisition(EvidenceModel):
    """One acquisition; `window` is the period that the bytes speak of, not when they were fetched.

    `validators_absent` is the reason why the source gave neither `etag` nor `last_modified`.
    """

    kfm_acquisition_version: Literal["v1"]
    acquisition_id: Name
    dataset_slug: Slug
    source: AcquisitionSource
    retrieved_at: Timestamp
    window: Window
    terms: Terms
    artifacts: NonEmptyArray[SizedFile]
    supersedes: Name | None
    etag: NonEmpty | None
    last_modified: NonEmpty | None
    validators_absent: Maybe[NonEmpty] = None

    def _flaws(self) -> Flaws:
        yield from repeats("artifacts", (artifact.path for artifact in self.artifacts), "path")
