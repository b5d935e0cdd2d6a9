"""The permit: what an open gate decision yields. One operation, one set of bytes, one nonce, one expiry."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict

from kfm_gates.model.base import Array, Closed, EvidenceModel, NonEmptyArray, Positive
from kfm_gates.model.gate_decision import GateOperation, NamedDigest
from kfm_gates.model.refusal import Flaws, flaw, repeats
from kfm_gates.model.text import Name, Nonce, NonEmpty, Sha256, TextRule, Timestamp, instant

LISTED = 1000
"""Up to this many subjects are listed; of more, only the tree head and the number are named."""

NO_STORE = "none"
"""The audience of a permit that no store may consume: it can be verified, and nothing can run with it."""

Audience = Annotated[
    str,
    TextRule("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}", "up to 200 letters, digits and `. _ : / @ -`"),
]


class PermitSubject(Closed):
    """A subject that the permit is for."""

    id: NonEmpty
    digest: Sha256


class PermitWaiver(Closed):
    """A waiver that opened a denial of the decision."""

    id: NonEmpty
    digest: Sha256


class TreeHead(Closed):
    """The head of a Merkle tree (RFC 6962) and how many leaves it has."""

    root: Sha256
    size: Positive


class PermitScope(Closed):
    """What a narrowed permit is for: one part of the run that its parent was consumed for."""

    parent: Nonce
    part_name: Name
    subjects: NonEmptyArray[PermitSubject]

    def _flaws(self) -> Flaws:
        yield from _in_order("subjects", [subject.id for subject in self.subjects])


class Permit(EvidenceModel):
    """A permit. Every digest is of what was judged; whoever acts on it compares all of them.

    `audience` names who may consume it. `subjects_root` is the RFC 6962 tree head over the canonical JSON of
    `[id, digest]` of each subject, sorted by id; `subjects` lists them up to 1,000 and is empty above. `paths_digest`
    is of every path below the folders of the layout, `checkpoint` the ledger's tree head as it was judged.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"subjects_root": {"properties": {"size": {"maximum": LISTED}}}}},
            "then": {"properties": {"subjects": {"minItems": 1, "maxItems": LISTED}}},
            "else": {"properties": {"subjects": {"maxItems": 0}}},
        }
    )

    kfm_permit_version: Literal["v1"]
    operation: GateOperation
    audience: Audience
    subjects: Array[PermitSubject]
    subjects_root: TreeHead
    paths_digest: Sha256
    decision_digest: Sha256
    docket_digest: Sha256
    profile: NamedDigest
    configuration_digest: Sha256
    policy_pack_digest: Sha256
    engines_digest: Sha256
    checkpoint: TreeHead | None
    waivers: Array[PermitWaiver]
    scope: PermitScope | None
    nonce: Nonce
    evaluated_at: Timestamp
    issued_at: Timestamp
    expires_at: Timestamp

    def _flaws(self) -> Flaws:
        yield from _in_order("subjects", [subject.id for subject in self.subjects])
        yield from _in_order("waivers", [waiver.id for waiver in self.waivers])
        size, ids = self.subjects_root.size, {subject.id for subject in self.subjects}
        if len(ids) != (size if size <= LISTED else 0):
            yield flaw(
                ("subjects",),
                len(ids),
                f"has not the number of subjects that `subjects_root` names, of which up to {LISTED} are listed",
                expected=str(size),
                hint="Issue it again.",
            )
        if instant(self.expires_at) <= instant(self.issued_at):
            wanted = f"a time after {self.issued_at}"
            yield flaw(
                ("expires_at",),
                self.expires_at,
                "is not after `issued_at`",
                expected=wanted,
                hint="Issue it again.",
            )


def _in_order(field: str, ids: list[str]) -> Flaws:
    """Flaws of a list that is not sorted by id, or has an id twice: one set has one spelling."""
    yield from repeats(field, ids, "id")
    if ids != sorted(ids):
        yield flaw((field,), ids, "are not sorted by id", expected="sorted ids", hint="Issue it again.")
