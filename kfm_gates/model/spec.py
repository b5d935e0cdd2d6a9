"""The dataset specification: what a dataset is, under which rights, and what its versions must fulfil."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict
from pydantic.config import JsonDict

from kfm_gates.model.base import Array, Closed, EvidenceModel, Maybe, NonEmptyArray, Positive
from kfm_gates.model.finding import Json
from kfm_gates.model.obligation import Obligation
from kfm_gates.model.parts import Window
from kfm_gates.model.refusal import Flaws, flaw, repeats
from kfm_gates.model.text import (
    DatasetId,
    MediaType,
    Name,
    NonEmpty,
    Number,
    RelativePath,
    Sha256,
    Slug,
    TimeSlice,
    Timestamp,
    Uri,
    VersionId,
    Word,
)


class SpecSource(Closed):
    """Where the data comes from."""

    name: NonEmpty
    publisher: NonEmpty
    url: Uri


class SpecPolicy(Closed):
    """The label that versions get (judged by a check of its own), and the obligations that come with it.

    `access_rule` names the rule by which a label that is not public is served; an embargo has its end.
    """

    policy_label: Json = None
    obligations: Array[Obligation]
    access_rule: Maybe[NonEmpty] = None
    embargo_until: Maybe[Timestamp] = None


class DerivedFrom(Closed):
    """The version this dataset is made from, and why it is made."""

    dataset_version_id: VersionId
    reason: NonEmpty


class Output(Closed):
    """One artifact that a version must have; `path` is below the version's `artifacts/`.

    `license` and `attribution` are its own, where they are not those of `rights`; checks judge them.
    """

    path: RelativePath
    media_type: MediaType
    role: Name
    license: Maybe[NonEmpty] = None
    attribution: Maybe[NonEmpty] = None


class Column(Closed):
    """One column of the data."""

    name: NonEmpty
    type: NonEmpty


def _one_bound(schema: JsonDict) -> None:
    schema["anyOf"] = [{"required": ["min"]}, {"required": ["max"]}]


class Threshold(Closed):
    """A bound (inclusive) that a measured metric must keep."""

    model_config = ConfigDict(json_schema_extra=_one_bound)

    id: Name
    metric: NonEmpty
    min: Maybe[Number] = None
    max: Maybe[Number] = None

    def _flaws(self) -> Flaws:
        if self.min is None and self.max is None:
            yield flaw(
                ("min",),
                None,
                "and `max` are both missing",
                expected="at least one bound",
                hint="Add `min` or `max`.",
            )
        if self.min is not None and self.max is not None and self.min > self.max:
            yield flaw(
                ("max",),
                self.max,
                "is below `min`",
                expected=f"at least {self.min}",
                hint="Swap `min` and `max`.",
            )


class Expected(Closed):
    """What a column of keys or partitions must hold: exactly these `values`, as text, or so many different ones."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["values"]}, {"required": ["count"]}]},
    )

    column: NonEmpty
    values: Maybe[NonEmptyArray[NonEmpty]] = None
    count: Maybe[Positive] = None

    def _flaws(self) -> Flaws:
        if (self.values is None) == (self.count is None):
            yield flaw(
                ("values",),
                None,
                "and `count` are both missing" if self.values is None else "and `count` are both given",
                expected="one of the two",
                hint="List the values that are expected, or say how many different ones.",
            )
        yield from repeats("values", self.values or ())


class SpecQa(Closed):
    """The thresholds that a QA report is measured against, and the keys that the data must hold."""

    thresholds: NonEmptyArray[Threshold]
    completeness: Maybe[NonEmptyArray[Expected]] = None

    def _flaws(self) -> Flaws:
        yield from repeats("thresholds", (threshold.id for threshold in self.thresholds), "id")
        yield from repeats(
            "completeness", (expected.column for expected in self.completeness or ()), "column"
        )


class SpecPromotion(Closed):
    """The roles that must have approved a promotion."""

    approval_roles: NonEmptyArray[Word]

    def _flaws(self) -> Flaws:
        yield from repeats("approval_roles", self.approval_roles)


class Spec(EvidenceModel):
    """A dataset specification, as it stands in the registry.

    `rights` and the policy label may be anything here, or absent: checks of their own judge them, so that
    a licence that is missing is not reported as a malformed specification.
    """

    kfm_spec_version: Literal["v1"]
    dataset_id: DatasetId
    dataset_slug: Slug
    title: NonEmpty
    description: NonEmpty
    hash_method: Literal["kfm-spec-v1"]
    spec_hash: Sha256
    time_slice: TimeSlice
    cadence: NonEmpty
    source: SpecSource
    rights: Json = None
    policy: SpecPolicy
    derived_from: Maybe[DerivedFrom] = None
    outputs: NonEmptyArray[Output]
    columns: NonEmptyArray[Column]
    qa: SpecQa
    promotion: SpecPromotion
    window: Maybe[Window] = None

    def _flaws(self) -> Flaws:
        yield from repeats("outputs", (output.path for output in self.outputs), "path")
        yield from repeats("columns", (column.name for column in self.columns), "name")
