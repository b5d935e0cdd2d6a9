"""The words of a rerun: what can be known, in which modes a run is repeated, and which flow comes next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Known(Enum):
    """The answer to a question about the evidence; what nobody knows is never taken for a no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Validators(Enum):
    """What the source's validators say of its bytes, now and when they were fetched (RFC 9110 §8.8).

    `SAME`: an equal strong ETag, or an address that stands for one content for ever. `LIKELY_SAME`: only the
    time of modification is equal, which has a resolution of one second.
    """

    SAME = "same"
    LIKELY_SAME = "likely same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class Canonical(Enum):
    """The files that the passed runs of the version wrote: all as they were written, some not, or none left.

    `NONE`: no run has passed yet, so that there is nothing to be intact.
    """

    INTACT = "intact"
    NONE = "none yet"
    DAMAGED = "damaged"
    LOST = "lost"
    UNKNOWN = "unknown"


class FailureClass(Enum):
    """The six classes of failure (R-037)."""

    UPSTREAM_FETCH = "upstream_fetch"
    TRANSFORM_VALIDATION = "transform_validation"
    POLICY_GATE = "policy_gate"
    CATALOG = "catalog_schema_link"
    RECEIPT = "receipt_digest_cosign"
    PROJECTION_DRIFT = "projection_drift"


class Mode(Enum):
    """How a run is repeated (R-038); `NOOP`: nothing is to be done, `REFUSE`: nothing may be done."""

    RETRY = "Retry"
    REPROCESS = "Reprocess"
    BACKFILL = "Backfill"
    REBUILD = "Rebuild"
    NOOP = "NOOP"
    REFUSE = "REFUSE"


class Flow(Enum):
    """The procedure that comes next (R-049); each but `QUARANTINE` ends in post-run validation."""

    INGESTION = "retry_ingestion"
    CATALOG = "rerun_catalog"
    PROMOTION = "rerun_promotion"
    REBUILD = "rebuild_projections"
    ROLLBACK = "rollback"
    QUARANTINE = "quarantine"


LAST_STEP = "post_run_validation"
"""In what every flow ends (R-049)."""


class Emission(Enum):
    """What a rerun must leave behind (R-040…R-044)."""

    RECEIPT = "run_receipt"
    ACQUISITION = "superseding_acquisition"
    VERSION = "new_version"
    REBUILD_RECEIPT = "rebuild_receipt"
    LEDGER = "ledger_entry"


@dataclass(frozen=True)
class RerunFacts:
    """All that the decision rests on. Nothing else decides; each is computed or given before.

    A field that is `Known` answers the question that its comment asks.
    """

    prior_receipt: Known
    """Is the latest receipt of the prior run there, and the one in the ledger?"""
    failed: Known
    """Did the prior run fail?"""
    failure: FailureClass | None
    """What failed, as it was classified; None when nobody said."""
    contradicted: Known
    """Does the classification contradict the evidence, such as the check that denied?"""
    spec_changed: Known
    """Has the specification changed since the prior run?"""
    code_changed: Known
    """Has the code, the image or a parameter changed since the prior run?"""
    bytes_changed: Known
    """Are the raw bytes upstream others than those that the prior run read, by digest?"""
    validators: Validators
    superseded: Known
    """Is an acquisition on record that supersedes the prior one?"""
    legitimate: Known
    """Has a named principal declared the change upstream legitimate?"""
    drifted: Known
    """Was a projection observed to be out of step with the catalogs?"""
    canonical: Canonical
    published: Known
    """Is the version the one that users get?"""
    quarantined: Known
    """Is the version in quarantine?"""
    settled: Known
    """Are rights and sensitivity settled?"""
    in_scope: Known
    """Is the job one that a rerun may do?"""
    declared: Mode | None
    """The mode that the request declares; None when it declares none."""


@dataclass(frozen=True)
class Reason:
    """One step of the decision: the check that judges it, the fact that it rests on (a field of `RerunFacts`),
    the requirements that it follows from, and a sentence."""

    check: str
    fact: str
    requirements: tuple[str, ...]
    text: str
    blocks: bool = False


@dataclass(frozen=True)
class RerunDecision:
    """What follows from the facts. `derived` is the mode that they lead to, None when they lead to none;
    it differs from `mode` where something else blocks."""

    mode: Mode
    derived: Mode | None
    reasons: tuple[Reason, ...]
    emits: tuple[Emission, ...]
    flow: Flow | None
    """None for NOOP, and for REFUSE unless the version belongs into quarantine."""
    ends_in: str | None

    def blocking(self, check: str | None = None) -> tuple[Reason, ...]:
        """The reasons that block, of one check or of all."""
        return tuple(each for each in self.reasons if each.blocks and check in (None, each.check))
