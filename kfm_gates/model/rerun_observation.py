"""What was observed before a rerun: what the sources say of their bytes now, and whether projections drifted."""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import Array, Closed, EvidenceModel, Maybe, NonEmptyArray
from kfm_gates.model.parts import Actor, Target
from kfm_gates.model.refusal import Flaws, repeats
from kfm_gates.model.text import Name, NonEmpty, RelativePath, Sha256, Slug, Timestamp, Uri, VersionId


class ObservedFile(Closed):
    """One raw file as the source gives it now; `name` is its path below the acquisition's `artifacts/`."""

    name: RelativePath
    digest: Sha256


class ObservedSource(Closed):
    """What the source of one acquisition answers now; `url` is the address that was asked.

    `etag` and `last_modified` are null when the source sent none. `artifacts` are there when its bytes were
    fetched to be compared.
    """

    dataset_slug: Slug
    acquisition_id: Name
    url: Uri
    etag: NonEmpty | None
    last_modified: NonEmpty | None
    artifacts: Maybe[NonEmptyArray[ObservedFile]] = None

    def _flaws(self) -> Flaws:
        yield from repeats("artifacts", (each.name for each in self.artifacts or ()), "name")


class ObservedProjection(Closed):
    """Whether one projection is out of step with the catalogs, and by what that was seen."""

    target: Target
    drifted: bool
    seen_by: NonEmpty


class RerunObservation(EvidenceModel):
    """One look at the sources and projections of a dataset version."""

    kfm_rerun_observation_version: Literal["v1"]
    dataset_slug: Slug
    dataset_version_id: VersionId
    observed_at: Timestamp
    observed_by: Actor
    upstream: Array[ObservedSource]
    projections: Array[ObservedProjection]

    def _flaws(self) -> Flaws:
        yield from repeats("projections", (each.target for each in self.projections), "target")
        named = (f"{each.dataset_slug}/{each.acquisition_id}" for each in self.upstream)
        yield from repeats("upstream", named, "acquisition_id")
