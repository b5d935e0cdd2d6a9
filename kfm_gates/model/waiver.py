"""The waiver: the one way to open a denial. Who opens which findings of which bytes, why, and until when.

It is policy and lies beside the configuration, never in the evidence. It names the findings that were looked at
and the version's own bytes, so that it opens nothing that nobody has seen; and it ends by itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from kfm_gates.model.base import Closed, EvidenceModel, NonEmptyArray
from kfm_gates.model.refusal import Flaws, flaw, repeats
from kfm_gates.model.text import Fingerprint, Name, NonEmpty, Sha256, TextRule, Timestamp, instant

LONGEST = timedelta(days=90)
"""The longest time between `issued` and `expires`."""

WaiverKind = Literal["exception", "exclusion", "tolerance", "acceptance"]
KINDS: dict[str, str] = {"exclusion": "coverage", "tolerance": "coverage", "acceptance": "determinism"}
"""Kinds that are for the findings of one gate only; an exception is for any."""

CheckId = Annotated[
    str, TextRule(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "the ID of a check such as quality.thresholds")
]
SubjectId = Annotated[
    str,
    TextRule(r"[^/\\\s\u0000-\u001f\u007f]+/[^/\\\s\u0000-\u001f\u007f]+", "a subject as <slug>/<version>"),
]
# In ASCII only: a letter that looks like another would make two people of one.
Person = Annotated[
    str,
    TextRule(
        r"[A-Za-z0-9][A-Za-z0-9._%+@:/=-]*",
        "a principal in ASCII letters and digits, such as example:steward-1",
    ),
]


class WaivedSubject(Closed):
    """A subject, and the digest of its own files (`version_digest` in a gate decision)."""

    id: SubjectId
    digest: Sha256


class Waiver(EvidenceModel):
    """One waiver. It opens the findings that it names, of this check, for this subject with these bytes."""

    kfm_waiver_version: Literal["v1"]
    id: Name
    kind: WaiverKind
    check: CheckId
    subject: WaivedSubject
    findings: NonEmptyArray[Fingerprint]
    reason: NonEmpty
    owner: Person
    approver: Person
    compensating_control: NonEmpty
    issued: Timestamp
    expires: Timestamp

    def _flaws(self) -> Flaws:
        yield from repeats("findings", self.findings)
        if same_person(self.owner, self.approver):
            yield flaw(
                ("approver",),
                self.approver,
                "is the owner, and nobody approves a waiver of their own",
                expected="another person than the owner",
                hint="Have another person approve it.",
            )
        issued, expires = instant(self.issued), instant(self.expires)
        if not issued < expires <= issued + LONGEST:
            yield flaw(
                ("expires",),
                self.expires,
                f"is not within {LONGEST.days} days after `issued`",
                expected=f"a time after {self.issued}, at most {LONGEST.days} days",
                hint="Let it end sooner; who needs it for longer writes another one and has it approved.",
            )


def same_person(one: str, other: str) -> bool:
    """Whether two principals are one, however they are capitalised."""
    return one.casefold() == other.casefold()
