"""The permit: what an open gate decision yields. One operation, one set of bytes, one nonce, one expiry."""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import Array, Closed, EvidenceModel, NonEmptyArray, Positive
from kfm_gates.model.gate_decision import GateOperation, NamedDigest
from kfm_gates.model.refusal import Flaws, flaw, repeats
from kfm_gates.model.text import Nonce, NonEmpty, Sha256, Timestamp, instant


class PermitSubject(Closed):
    """A subject that the permit is for."""

    id: NonEmpty
    digest: Sha256


class PermitWaiver(Closed):
    """A waiver without which there would be no permit; `digest` is of its bytes."""

    id: NonEmpty
    digest: Sha256


class LedgerHead(Closed):
    """The ledger's tree head that was judged."""

    root: Sha256
    size: Positive


class Permit(EvidenceModel):
    """A permit. Every digest is of what was judged; whoever acts on it compares all of them."""

    kfm_permit_version: Literal["v1"]
    operation: GateOperation
    subjects: NonEmptyArray[PermitSubject]
    decision_digest: Sha256
    docket_digest: Sha256
    profile: NamedDigest
    configuration_digest: Sha256
    policy_pack_digest: Sha256
    engines_digest: Sha256
    checkpoint: LedgerHead | None
    waivers: Array[PermitWaiver]
    nonce: Nonce
    evaluated_at: Timestamp
    issued_at: Timestamp
    expires_at: Timestamp

    def _flaws(self) -> Flaws:
        yield from repeats("subjects", (subject.id for subject in self.subjects), "id")
        yield from repeats("waivers", (waiver.id for waiver in self.waivers), "id")
        if instant(self.expires_at) <= instant(self.issued_at):
            wanted = f"a time after {self.issued_at}"
            yield flaw(
                ("expires_at",),
                self.expires_at,
                "is not after `issued_at`",
                expected=wanted,
                hint="Issue it again.",
            )
