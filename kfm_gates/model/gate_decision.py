"""The record of one run of the gates: an in-toto Statement whose predicate says what was judged, and how.

Nothing in it depends on the machine or the moment except `evaluated_at`, which is an input: the same
evidence, policy, configuration and engines give the same bytes.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from kfm_gates.model.base import Array, Closed, Count, EvidenceModel, Maybe
from kfm_gates.model.text import Fingerprint, Hex64, NonEmpty, Sha256, Timestamp
from kfm_gates.model.waiver import WaiverKind

DECISION_TYPE = "kfm://gates/decision/v1"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"

GateOperation = Literal["promote", "build", "cutover", "rollback", "retire", "rerun"]
StatusName = Literal["PASS", "WAIVED", "ABSTAIN", "DENY", "ERROR"]


class NamedDigest(Closed):
    """A thing with a name, pinned (a profile)."""

    name: NonEmpty
    digest: Sha256


class Pinned(Closed):
    """A thing that is pinned by digest alone (the policy pack, the configuration)."""

    digest: Sha256


class DocketPin(Closed):
    """The docket, and how many entries it has."""

    digest: Sha256
    entries: Count


class DecisionFinding(Closed):
    """One reason for denial; `line` counts from 1 and is null when there is none."""

    check: NonEmpty
    fingerprint: Fingerprint
    file: str
    pointer: str
    line: int | None
    message: NonEmpty
    found: str
    expected: str
    hint: str


class OpenedBy(Closed):
    """A waiver that opened findings of a check; `digest` is of the waiver's bytes."""

    id: NonEmpty
    digest: Sha256
    expires: Timestamp
    owner: NonEmpty
    approver: NonEmpty


class CheckResult(Closed):
    """How one check ended; `because` names what an abstention or an error comes from.

    With the status WAIVED, `findings` are those that were opened, and `waivers` names what opened them.
    """

    id: NonEmpty
    gate: NonEmpty
    status: StatusName
    examined: Count
    because: Array[str]
    findings: Array[DecisionFinding]
    waivers: Maybe[Array[OpenedBy]] = None


class NotPlanned(Closed):
    """A check that does not apply: the fact that decides it, its value, and the digest of that value."""

    id: NonEmpty
    gate: NonEmpty
    fact: NonEmpty
    value: Any
    digest: Sha256


class JudgedFile(Closed):
    """A file that was read, as it was when it was read; size in bytes."""

    path: NonEmpty
    digest: Sha256
    size: Count


class SubjectResult(Closed):
    """One subject, what was read for it, and how its checks ended.

    `digest` is of all that was read; `version_digest` only of what does not change while the ledger grows and
    other versions come and go, which is what a waiver names.
    """

    id: NonEmpty
    digest: Sha256
    version_digest: Sha256
    status: StatusName
    files: Array[JudgedFile]
    checks: Array[CheckResult]
    not_planned: Array[NotPlanned]


class SetAside(Closed):
    """A version that is out of use, which was not judged, and the notice that says so."""

    id: NonEmpty
    status: Literal["superseded", "withdrawn", "quarantined"]
    notice: NonEmpty
    digest: Sha256
    reason: NonEmpty


class UsedWaiver(OpenedBy):
    """A waiver without which the decision would be another, with what it says."""

    kind: WaiverKind
    check: NonEmpty
    subject: NonEmpty
    reason: NonEmpty
    compensating_control: NonEmpty
    issued: Timestamp


class DecisionPredicate(EvidenceModel):
    """What was judged, under what, and how it ended; `partial` is true when not all was judged."""

    status: StatusName
    operation: GateOperation
    profile: NamedDigest
    evaluated_at: Timestamp
    policy_pack: Pinned
    configuration: Pinned
    engines: dict[NonEmpty, NonEmpty]
    docket: DocketPin
    partial: bool
    subjects: Array[SubjectResult]
    set_aside: Array[SetAside]
    waivers: Array[UsedWaiver]


class StatementDigest(Closed):
    """The digest of an in-toto subject."""

    sha256: Hex64


class StatementSubject(Closed):
    """An in-toto subject: a name and its digest, nothing else."""

    name: NonEmpty
    digest: StatementDigest


class DecisionStatement(EvidenceModel):
    """The in-toto Statement (v1) around a gate decision."""

    statement_type: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type")
    subject: Array[StatementSubject]
    predicate_type: Literal["kfm://gates/decision/v1"] = Field(alias="predicateType")
    predicate: DecisionPredicate


def statement(predicate: DecisionPredicate) -> DecisionStatement:
    """The Statement whose subjects are the predicate's: their ids, and their digests without `sha256:`."""
    subjects = [
        {"name": s.id, "digest": {"sha256": s.digest.removeprefix("sha256:")}} for s in predicate.subjects
    ]
    return DecisionStatement.model_validate(
        {
            "_type": STATEMENT_TYPE,
            "subject": subjects,
            "predicateType": DECISION_TYPE,
            "predicate": predicate,
        }
    )
