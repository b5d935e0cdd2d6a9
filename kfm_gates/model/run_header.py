"""The run header of an index backfill, captured before anything else (R-245)."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict
from pydantic.config import JsonDict

from kfm_gates.model.base import Closed, EvidenceModel, Maybe, NonEmptyArray
from kfm_gates.model.parts import Actor, Target
from kfm_gates.model.refusal import Flaws, flaw, repeats
from kfm_gates.model.text import NonEmpty, RunIdOrUuid, Sha256, VersionId


def _named(schema: JsonDict) -> None:
    schema["anyOf"] = [{"required": ["image_digest"]}, {"required": ["version"]}]


def _selected(schema: JsonDict) -> None:
    schema["oneOf"] = [{"required": ["dataset_version_ids"]}, {"required": ["selection_query"]}]


class Builder(Closed):
    """What builds the indexes: an image digest, a version, or both."""

    model_config = ConfigDict(json_schema_extra=_named)

    image_digest: Maybe[Sha256] = None
    version: Maybe[NonEmpty] = None

    def _flaws(self) -> Flaws:
        if self.image_digest is None and self.version is None:
            phrase = "and `version` are both missing"
            yield flaw(("image_digest",), None, phrase, expected="one of them", hint="Add `image_digest`.")


class RunHeader(EvidenceModel):
    """Who starts which index backfill, on what, with what, and how it will be cut over."""

    model_config = ConfigDict(json_schema_extra=_selected)

    kfm_run_header_version: Literal["v1"]
    run_id: RunIdOrUuid
    operator: Actor
    spec_hash: Sha256
    targets: NonEmptyArray[Target]
    dataset_version_ids: Maybe[NonEmptyArray[VersionId]] = None
    selection_query: Maybe[NonEmpty] = None
    builder: Builder
    cutover_method: Literal["blue_green", "in_place", "incremental_append"]

    def _flaws(self) -> Flaws:
        yield from repeats("targets", self.targets)
        yield from repeats("dataset_version_ids", self.dataset_version_ids or ())
        if (self.dataset_version_ids is None) == (self.selection_query is None):
            state = "missing" if self.selection_query is None else "given"
            phrase = f"and `selection_query` are both {state}"
            wanted = "exactly one of them"
            hint = "Name the versions, or the query that selects them."
            yield flaw(("dataset_version_ids",), None, phrase, expected=wanted, hint=hint)
