"""The JSON Schemas (draft 2020-12) of every document, generated from the models.

What a schema can't say (a real calendar date, an end after its start, equal names in a list) only the
models check; and a schema takes 1.0 for a whole number where the models do not.
Run as `python -m kfm_gates.model.published DIR` to write them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.backfill_plan import BackfillPlan
from kfm_gates.model.base import EvidenceModel
from kfm_gates.model.checksums import Checksums
from kfm_gates.model.gate_decision import DecisionPredicate, DecisionStatement
from kfm_gates.model.index_plan import IndexPlan, IndexPlanDraft
from kfm_gates.model.jsonld import Dcat, Prov
from kfm_gates.model.ledger import Checkpoint, LedgerEntry
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.permit import Permit
from kfm_gates.model.pointer import Pointer
from kfm_gates.model.policy_decision import PolicyDecision
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.receipt_forms import FORMS
from kfm_gates.model.rerun_observation import RerunObservation
from kfm_gates.model.rerun_request import RerunRequest
from kfm_gates.model.run_header import RunHeader
from kfm_gates.model.schema_generator import Generator
from kfm_gates.model.spec import Spec
from kfm_gates.model.stac import StacCollection, StacItem
from kfm_gates.model.version_status import VersionStatus
from kfm_gates.model.waiver import Waiver

DIALECT = "https://json-schema.org/draft/2020-12/schema"

DOCUMENTS: dict[str, type[EvidenceModel]] = {
    "acquisition": Acquisition,
    "backfill-plan": BackfillPlan,
    "checkpoint": Checkpoint,
    "checksums": Checksums,
    "dcat": Dcat,
    "decision": DecisionPredicate,
    "decision-statement": DecisionStatement,
    "index-backfill-draft": IndexPlanDraft,
    "index-backfill-plan": IndexPlan,
    "ledger-entry": LedgerEntry,
    "manifest": Manifest,
    "permit": Permit,
    "pointer": Pointer,
    "policy-decision": PolicyDecision,
    "prov": Prov,
    "qa-report": QaReport,
    **{f"receipt.{form}": model for form, (model, _) in FORMS.items()},
    "rerun-observation": RerunObservation,
    "rerun-request": RerunRequest,
    "run-header": RunHeader,
    "spec": Spec,
    "stac-collection": StacCollection,
    "stac-item": StacItem,
    "version-status": VersionStatus,
    "waiver": Waiver,
}
"""Document name -> its model."""


def published_schemas() -> dict[str, dict[str, Any]]:
    """File name -> JSON Schema, for every document."""
    return {f"{name}.schema.json": _schema(f"{name}.schema.json", model) for name, model in DOCUMENTS.items()}


def _schema(file: str, model: type[EvidenceModel]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, schema_generator=Generator)
    return {"$schema": DIALECT, "$id": f"kfm://schemas/{file}", **schema}


def text_of(schema: dict[str, Any]) -> str:
    """A schema as it is written to disk."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write(directory: Path) -> None:
    """Write every schema into `directory`, which is made when it is not there."""
    directory.mkdir(parents=True, exist_ok=True)
    for file, schema in published_schemas().items():
        (directory / file).write_text(text_of(schema), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m kfm_gates.model.published DIR")
    write(Path(sys.argv[1]))
