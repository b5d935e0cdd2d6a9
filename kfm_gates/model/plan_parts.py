"""The parts of an index backfill plan that people decide."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict
from pydantic.config import JsonDict

from kfm_gates.model.backfill_plan import ChunkMode
from kfm_gates.model.base import Array, Closed, Maybe, NonEmptyArray, Positive
from kfm_gates.model.parts import FileDigest, Target, Window
from kfm_gates.model.refusal import Flaws, flaw, repeats
from kfm_gates.model.schema_generator import when
from kfm_gates.model.text import (
    GitCommit,
    Name,
    NonEmpty,
    Sha256,
    Slug,
    TextRule,
    UriOrPath,
    VersionId,
)

Subject = Annotated[
    str,
    TextRule(
        r"[a-z0-9]+(-[a-z0-9]+)*/[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?\.[0-9a-f]{8}(\.[0-9a-f]{8})?",
        "a dataset version as `<slug>/<version id>`",
    ),
]
StoreName = Annotated[
    str,
    TextRule(
        r"(?!.*(\.\.|//))[A-Za-z0-9][A-Za-z0-9._/@-]{0,119}",
        "at most 120 letters, digits and `._/@-`, without `..` and `//`, the first a letter or digit",
    ),
]
Strategy = Literal["blue_green", "in_place", "incremental_append"]
SCOPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "dataset": (("dataset_slug",), ("dataset_version_ids",)),
    "time": (("time_axis", "window"), ("dataset_slug",)),
    "full": ((), ()),
}
"""Kind of scope -> the fields that it must have, and those that it may have."""


def _of_kind(schema: JsonDict) -> None:
    """Publish the table: which fields stand beside each kind."""
    others = {name for must, may in SCOPES.values() for name in (*must, *may)}
    rules: list[JsonDict] = []
    for kind, (must, may) in SCOPES.items():
        refused: list[JsonDict] = [{"required": [name]} for name in sorted(others - {*must, *may})]
        rules.append(when({"kind": {"const": kind}}, {"required": [*must], "not": {"anyOf": [*refused]}}))
    schema["allOf"] = [*rules]


class Scope(Closed):
    """What is indexed: one dataset (all its versions, or those that are named), a period, or everything (R-077)."""

    model_config = ConfigDict(json_schema_extra=_of_kind)

    kind: Literal["dataset", "time", "full"]
    dataset_slug: Maybe[Slug] = None
    dataset_version_ids: Maybe[NonEmptyArray[VersionId]] = None
    time_axis: Maybe[Literal["event_time", "valid_time", "transaction_time"]] = None
    window: Maybe[Window] = None

    def _flaws(self) -> Flaws:
        must, may = SCOPES[self.kind]
        for name in ("dataset_slug", "dataset_version_ids", "time_axis", "window"):
            value = getattr(self, name)
            if value is None and name in must:
                wanted = f"{' and '.join(must)} with the kind {self.kind}"
                yield flaw((name,), None, "is missing", expected=wanted, hint=f"Add `{name}`.")
            if value is not None and name not in (*must, *may):
                phrase = f"does not belong to the kind {self.kind}"
                hint = "Choose exactly one of dataset, time and full."
                yield flaw((name,), name, phrase, expected="exactly one scope", hint=hint)
        yield from repeats("dataset_version_ids", self.dataset_version_ids or ())


class Trigger(Closed):
    """Why it is done: a word of the runbooks (R-033, R-075), and what shows it."""

    kind: Literal[
        "new_versions",
        "index_schema_change",
        "store_loss",
        "drift",
        "schema_change",
        "shape_evolution",
        "new_index",
        "consistency",
        "data_fix",
    ]
    evidence: UriOrPath


class Estimate(Closed):
    """How much is written, and how long that takes (R-088)."""

    size_bytes: Positive
    runtime_seconds: Positive


class AppendedTo(Closed):
    """What proves the present content of an index that is appended to: its revision, and the run that wrote it."""

    revision: Sha256
    receipt: FileDigest


class PlanTarget(Closed):
    """One index: the store, what serves now, what is written, and from what (R-079, R-087, R-113)."""

    store: Target
    live: StoreName
    output: StoreName
    source: NonEmptyArray[Literal["artifacts", "catalogs"]]
    format: NonEmpty
    estimate: Estimate
    appended_to: Maybe[AppendedTo] = None

    @property
    def name(self) -> str:
        """What a lease is taken on: what serves, in its store."""
        return f"{self.store}:{self.live}"

    def _flaws(self) -> Flaws:
        yield from repeats("source", self.source)


class PlannedBuilder(Closed):
    """What builds: pinned by digest (R-059, R-105 to R-107)."""

    image: NonEmpty
    image_digest: Sha256
    git_commit: GitCommit
    params_digest: Sha256
    supports_time_scope: bool


class ValidationStep(Closed):
    """What is checked after the build (a check, a gate, or a label), and when it is right (R-089, R-111)."""

    check: Name
    criteria: NonEmpty


class PlanChunking(Closed):
    """How the versions are cut into parts, and how many parts may run at once (R-094)."""

    mode: Literal["whole", "dataset", "version", ChunkMode]
    max_parallelism: Positive


class Phase(Closed):
    """Targets that are built together, after the phases that are named."""

    name: Name
    targets: NonEmptyArray[NonEmpty]
    after: Array[Name]

    def _flaws(self) -> Flaws:
        yield from repeats("targets", self.targets)
        yield from repeats("after", self.after)


class RunOrder(Closed):
    """Batch size, the field by which a run resumes, workers, and the order of the targets (R-110, R-112)."""

    batch_size: Positive
    cursor: NonEmpty
    workers: Positive
    phases: NonEmptyArray[Phase]

    def _flaws(self) -> Flaws:
        yield from repeats("phases", (phase.name for phase in self.phases), "name")


class IndexRollback(Closed):
    """The way back, and the versions that served before (none when nothing did) (R-098)."""

    strategy: NonEmpty
    prior_versions: Array[Subject]

    def _flaws(self) -> Flaws:
        yield from repeats("prior_versions", self.prior_versions)
