"""The receipt of index-backfill.md: what was built in which stores, from which digests (R-246 to R-251)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import ConfigDict
from pydantic.config import JsonDict

from kfm_gates.model.base import Array, Closed, EvidenceModel, Maybe, NonEmptyArray
from kfm_gates.model.parts import PassFail, Reference, Target
from kfm_gates.model.receipt import Environment, Receipt, ReceiptCheck, ReceiptPolicy, Validation
from kfm_gates.model.refusal import Flaws, flaw, repeats
from kfm_gates.model.schema_generator import when
from kfm_gates.model.text import DecisionId, Name, NonEmpty, RunIdOrUuid, Sha256, Timestamp, VersionId

OUTPUTS: dict[Target, str] = {
    "postgis": "postgis_schema",
    "search": "search_index",
    "graph": "graph_namespace",
    "tiles": "tile_bundle_digests",
}
"""The output field that each target must have."""


class IndexInputs(Closed):
    """The digests of what the indexes were built from."""

    catalog_triplet_digests: NonEmptyArray[Sha256]
    processed_artifact_digests: NonEmptyArray[Sha256]


class IndexOutputs(Closed):
    """What was built; each target has its field, and no other field is given."""

    postgis_schema: Maybe[NonEmpty] = None
    search_index: Maybe[NonEmpty] = None
    graph_namespace: Maybe[NonEmpty] = None
    tile_bundle_digests: Maybe[NonEmptyArray[Sha256]] = None


class IndexEnvironment(Closed):
    """The builder's image, and its parameters."""

    image_digest: Sha256
    params: dict[str, Any]


class IndexValidation(Closed):
    """The outcome of the validation gates."""

    status: PassFail
    checks: Array[ReceiptCheck]
    reason_code: Maybe[Name] = None


class IndexPolicy(Closed):
    """The policy pack, and the decisions made under it."""

    policy_pack_version: NonEmpty
    decisions: Array[DecisionId]


def _fit(schema: JsonDict) -> None:
    """Publish, per target: its output is there when the run passed; without the target it is not."""
    passed: JsonDict = {"properties": {"status": {"const": "pass"}}, "required": ["status"]}
    rules: list[JsonDict] = []
    for target, field in OUTPUTS.items():
        targeted: JsonDict = {"contains": {"const": target}}
        given: JsonDict = {"properties": {"outputs": {"required": [field]}}}
        rules.append(when({"targets": targeted, "validation": passed}, given))
        rules.append(
            when({"targets": {"not": targeted}}, {"properties": {"outputs": {"not": {"required": [field]}}}})
        )
    schema["allOf"] = [*rules]


class IndexBackfillReceipt(EvidenceModel):
    """The receipt of one index backfill."""

    model_config = ConfigDict(json_schema_extra=_fit)

    run_id: RunIdOrUuid
    kind: Literal["index_backfill"]
    targets: NonEmptyArray[Target]
    spec_hash: Sha256
    inputs: IndexInputs
    outputs: IndexOutputs
    environment: IndexEnvironment
    validation: IndexValidation
    policy: IndexPolicy
    dataset_version_ids: Maybe[NonEmptyArray[VersionId]] = None
    created_at: Maybe[Timestamp] = None

    def _flaws(self) -> Flaws:
        yield from repeats("targets", self.targets)
        for target, field in OUTPUTS.items():
            value, is_target = getattr(self.outputs, field), target in self.targets
            if value is not None and not is_target:
                phrase = f"is given, but {target} is not in `targets`"
                hint = f"Add {target} to `targets`, or remove it."
                yield flaw(("outputs", field), value, phrase, expected="no such output", hint=hint)
            if value is None and is_target and self.validation.status == "pass":
                hint = f"Name what was built for {target}."
                yield flaw(("outputs", field), None, "is missing", expected=f"the {target} output", hint=hint)

    def receipt(self) -> Receipt:
        """This receipt in the internal form."""
        outputs = self.outputs
        stores: dict[Target, str | None] = {
            "postgis": outputs.postgis_schema,
            "search": outputs.search_index,
            "graph": outputs.graph_namespace,
        }
        return Receipt(
            form="index-backfill",
            run_id=self.run_id,
            actor=None,
            operation="index_backfill",
            dataset_slug=None,
            dataset_version_ids=self.dataset_version_ids or (),
            inputs=_by_digest(
                (*self.inputs.catalog_triplet_digests, *self.inputs.processed_artifact_digests)
            ),
            outputs=_by_digest(outputs.tile_bundle_digests or ()),
            store_outputs={target: name for target, name in stores.items() if name is not None},
            environment=Environment(
                container_digest=self.environment.image_digest,
                git_commit=None,
                params_digest=None,
                params=self.environment.params,
            ),
            validation=Validation(
                status=self.validation.status,
                report_digest=None,
                checks=self.validation.checks,
                reason_code=self.validation.reason_code,
            ),
            policy=ReceiptPolicy(
                decision_ids=self.policy.decisions,
                policy_label=None,
                policy_pack_version=self.policy.policy_pack_version,
                obligations_applied=(),
            ),
            window=None,
            targets=self.targets,
            spec_hash=self.spec_hash,
            attestations=(),
            created_at=self.created_at,
        ).bind(self.raw, self.path)


def _by_digest(digests: Iterable[str]) -> tuple[Reference, ...]:
    """References to what is named by digest alone, as EvidenceRefs `doc://sha256:…`."""
    return tuple(Reference(uri=f"doc://{digest}", digest=digest) for digest in digests)
