"""The audit ledger: one entry per run, each holding the digest of the one before; and its checkpoint."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict
from pydantic.config import JsonDict

from kfm_gates.model.base import Count, EvidenceModel, Positive
from kfm_gates.model.parts import FileDigest, PassFail, RunOperation
from kfm_gates.model.refusal import Flaws, flaw
from kfm_gates.model.schema_generator import when
from kfm_gates.model.text import RelativePath, RunIdOrUuid, Sha256, Slug, Timestamp, VersionId


def _chain(schema: JsonDict) -> None:
    schema["allOf"] = [
        when(
            {"seq": {"const": 0}},
            {"properties": {"prev": {"type": "null"}}},
            {"properties": {"prev": {"type": "string"}}},
        )
    ]


class LedgerEntry(EvidenceModel):
    """One line of the ledger. `prev` is the digest of the previous line's bytes without its newline."""

    model_config = ConfigDict(json_schema_extra=_chain)

    seq: Count
    prev: Sha256 | None
    ts: Timestamp
    kind: Literal["receipt"]
    dataset_slug: Slug
    dataset_version_id: VersionId
    run_id: RunIdOrUuid
    operation: RunOperation
    status: PassFail
    receipt: FileDigest

    def _flaws(self) -> Flaws:
        if (self.seq == 0) != (self.prev is None):
            wanted = "null" if self.seq == 0 else "the digest of the line before"
            phrase = f"does not fit `seq` {self.seq}"
            yield flaw(
                ("prev",), self.prev, phrase, expected=wanted, hint="Only the first entry has no `prev`."
            )


class Checkpoint(EvidenceModel):
    """How long the ledger was, and its tree head (RFC 6962) over the exact bytes of its lines."""

    ledger: RelativePath
    root: Sha256
    size: Positive
    time: Timestamp
