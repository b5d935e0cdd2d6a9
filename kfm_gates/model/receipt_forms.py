"""The runbooks' four receipt forms: one model each, recognised by explicit features and never guessed.

`kind` makes it an index-backfill receipt; else `dataset_slug` a pipeline-rerun receipt; else `actor` a
pipeline-backfill receipt; else it is one of data-runbooks. Keys of another form are then unknown fields.
What the templates require is required of every operation; a failed run alone may have no outputs (R-178).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import ConfigDict
from pydantic.config import JsonDict

from kfm_gates.model.base import Array, Closed, EvidenceModel, Maybe, NonEmptyArray, form_findings
from kfm_gates.model.finding import Finding, Json
from kfm_gates.model.index_receipt import IndexBackfillReceipt
from kfm_gates.model.obligation import Obligation
from kfm_gates.model.parts import Actor, PassFail, Reference, RunOperation, Window
from kfm_gates.model.receipt import Environment, Receipt, ReceiptForm, ReceiptPolicy, Validation
from kfm_gates.model.refusal import Flaws, flaw
from kfm_gates.model.schema_generator import when
from kfm_gates.model.text import (
    DecisionId,
    GitCommit,
    MediaType,
    Name,
    RunId,
    Sha256,
    Slug,
    Timestamp,
    UriOrPath,
    VersionId,
    Word,
)


class PlainReference(Closed):
    """Where, and the digest of its bytes."""

    uri: UriOrPath
    digest: Sha256


class TypedReference(PlainReference):
    """A reference with its media type."""

    media_type: MediaType


class PinnedEnvironment(Closed):
    """Container and commit."""

    container_digest: Sha256
    git_commit: GitCommit


class FullEnvironment(PinnedEnvironment):
    """Container, commit and parameters."""

    params_digest: Sha256


class ReportedValidation(Closed):
    """The outcome, and the digest of the report about it."""

    status: PassFail
    report_digest: Sha256
    reason_code: Maybe[Name] = None


class DecidedPolicy(Closed):
    """The policy decision."""

    decision_id: DecisionId


class LabelledPolicy(DecidedPolicy):
    """The policy decision, the label, and the obligations that the run applied."""

    policy_label: Word
    obligations_applied: Array[Obligation] = ()


def _made(schema: JsonDict) -> None:
    """Publish: a run that passed has outputs."""
    passed: JsonDict = {"properties": {"status": {"const": "pass"}}, "required": ["status"]}
    schema["allOf"] = [when({"validation": passed}, {"properties": {"outputs": {"minItems": 1}}})]


class _PipelineReceipt(EvidenceModel):
    """What the three pipeline forms share."""

    model_config = ConfigDict(json_schema_extra=_made)

    run_id: RunId
    operation: RunOperation
    dataset_version_id: VersionId
    inputs: NonEmptyArray[PlainReference]
    outputs: Array[PlainReference]
    environment: PinnedEnvironment
    validation: ReportedValidation
    policy: DecidedPolicy
    created_at: Timestamp

    def _flaws(self) -> Flaws:
        if self.validation.status == "pass" and not self.outputs:
            hint = "List what the run wrote, or say that it failed."
            yield flaw(
                ("outputs",), [], "is empty", expected="at least 1 item of a run that passed", hint=hint
            )


class DataRunbooksReceipt(_PipelineReceipt):
    """The minimal receipt of data-runbooks.md."""


class PipelineBackfillReceipt(_PipelineReceipt):
    """The receipt of pipeline-backfill.md."""

    actor: Actor
    environment: FullEnvironment


class PipelineRerunReceipt(PipelineBackfillReceipt):
    """The receipt of pipeline-rerun.md, with the window of a chunk, obligations applied and attestations."""

    dataset_slug: Slug
    outputs: Array[TypedReference]
    policy: LabelledPolicy
    window: Maybe[Window] = None
    attestations: Array[Reference] = ()


FORMS: dict[ReceiptForm, tuple[type[EvidenceModel], str]] = {
    "index-backfill": (IndexBackfillReceipt, "it has `kind`"),
    "pipeline-rerun": (PipelineRerunReceipt, "it has `dataset_slug` and no `kind`"),
    "pipeline-backfill": (PipelineBackfillReceipt, "it has `actor` and neither `kind` nor `dataset_slug`"),
    "data-runbooks": (DataRunbooksReceipt, "it has none of `kind`, `dataset_slug` and `actor`"),
}
"""Each form's model, and the features that make a document be read as it."""


def form_of(raw: Json) -> ReceiptForm:
    """Which form a receipt is read as, from the keys it has (not from their values)."""
    keys = raw if isinstance(raw, dict) else {}
    if "kind" in keys:
        return "index-backfill"
    if "dataset_slug" in keys:
        return "pipeline-rerun"
    return "pipeline-backfill" if "actor" in keys else "data-runbooks"


def read_receipt(raw: Json, path: str) -> tuple[Receipt | None, tuple[Finding, ...]]:
    """The receipt in `raw`, or None and every reason why its form is wrong (R-164…R-173, R-245…R-251)."""
    form = form_of(raw)
    model, because = FORMS[form]
    document, findings = form_findings(model, raw, path)
    note = f" (Read as form {form}, since {because}.)"
    if isinstance(document, IndexBackfillReceipt):
        return document.receipt(), ()
    if isinstance(document, _PipelineReceipt):
        return _receipt(form, document), ()
    return None, tuple(replace(found, hint=found.hint + note) for found in findings)


def _receipt(form: ReceiptForm, given: _PipelineReceipt) -> Receipt:
    """The internal form; what a form has no field for is None or empty, never made up."""
    rerun = given if isinstance(given, PipelineRerunReceipt) else None
    env, policy = given.environment, given.policy
    labelled = policy if isinstance(policy, LabelledPolicy) else None
    return Receipt(
        form=form,
        run_id=given.run_id,
        actor=given.actor if isinstance(given, PipelineBackfillReceipt) else None,
        operation=given.operation,
        dataset_slug=rerun.dataset_slug if rerun else None,
        dataset_version_ids=(given.dataset_version_id,),
        inputs=tuple(_reference(item) for item in given.inputs),
        outputs=tuple(_reference(item) for item in given.outputs),
        store_outputs={},
        environment=Environment(
            container_digest=env.container_digest,
            git_commit=env.git_commit,
            params_digest=env.params_digest if isinstance(env, FullEnvironment) else None,
            params=None,
        ),
        validation=Validation(
            status=given.validation.status,
            report_digest=given.validation.report_digest,
            checks=(),
            reason_code=given.validation.reason_code,
        ),
        policy=ReceiptPolicy(
            decision_ids=(policy.decision_id,),
            policy_label=labelled.policy_label if labelled else None,
            policy_pack_version=None,
            obligations_applied=labelled.obligations_applied if labelled else (),
        ),
        window=rerun.window if rerun else None,
        targets=(),
        spec_hash=None,
        attestations=rerun.attestations if rerun else (),
        created_at=given.created_at,
    ).bind(given.raw, given.path)


def _reference(given: PlainReference) -> Reference:
    fields: dict[str, Any] = given.model_dump()
    return Reference(**fields)
