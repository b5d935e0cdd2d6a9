"""The QA report of a version: what was measured, against which bounds, and what was set aside."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import MaxLen, MinLen
from pydantic import Strict

from kfm_gates.model.base import Array, Closed, Count, EvidenceModel, Maybe, NonEmptyArray
from kfm_gates.model.parts import FileDigest, PassFail
from kfm_gates.model.refusal import Flaws, repeats
from kfm_gates.model.text import Name, NonEmpty, Number, Sha256, Slug, Timestamp, VersionId


class QaSummary(Closed):
    """How many features there are, and where: west, south, east, north in degrees (WGS 84)."""

    feature_count: Count
    bbox: Annotated[tuple[Number, ...], Strict(False), MinLen(4), MaxLen(4)]


class QaCheck(Closed):
    """One measurement, and the bounds it was held against."""

    id: Name
    metric: NonEmpty
    value: Number
    min: Maybe[Number] = None
    max: Maybe[Number] = None
    status: PassFail
    message: NonEmpty


class QaReport(EvidenceModel):
    """The QA report of one dataset version.

    `quarantined` names what failed and was set aside, one item per entry, in one of three forms: `artifact:` and a
    path, or the end of one; `item:` and the id of a STAC item; or
    the key of records in the data, `column=value`, with several columns as `column=value&column=value`. In names and
    values `%`, `=` and `&` are percent-encoded (RFC 3986); a value is compared as text.
    """

    kfm_qa_report_version: Literal["v1"]
    dataset_slug: Slug
    dataset_version_id: VersionId
    spec_hash: Sha256
    created_at: Timestamp
    status: PassFail
    artifacts: NonEmptyArray[FileDigest]
    summary: QaSummary
    checks: NonEmptyArray[QaCheck]
    quarantined: Array[NonEmpty]

    def _flaws(self) -> Flaws:
        yield from repeats("artifacts", (artifact.path for artifact in self.artifacts), "path")
        yield from repeats("checks", (check.id for check in self.checks), "id")
