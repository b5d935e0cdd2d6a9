"""The rerun decision: one pure function from what is known to a mode, with its reasons (R-025…R-049).

What is unknown refuses, unless every answer that it could have leads to the same mode and flow: bytes that
changed upstream make it a Backfill whatever else changed, a changed specification or code a Reprocess whichever
of the two it was, and projections that drifted from intact catalogs are rebuilt whatever upstream did, since a
rebuild reads nothing but catalogs and processed artifacts.
"""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.facts.rerun_vocabulary import (
    LAST_STEP,
    Canonical,
    Emission,
    FailureClass,
    Flow,
    Known,
    Mode,
    Reason,
    RerunDecision,
    RerunFacts,
    Validators,
)

YES, NO, UNKNOWN = Known.YES, Known.NO, Known.UNKNOWN
BAD_WHEN_PUBLISHED = (FailureClass.POLICY_GATE, FailureClass.CATALOG, FailureClass.RECEIPT)
"""Classes of failure that make a version that is published a bad one."""

_FLOWS = {
    FailureClass.CATALOG: Flow.CATALOG,
    FailureClass.POLICY_GATE: Flow.PROMOTION,
    FailureClass.RECEIPT: Flow.PROMOTION,
}


def decide(facts: RerunFacts) -> RerunDecision:
    """The decision. Total, without side effects: the same facts give the same decision."""
    derived, reasons = _derive(facts)
    reasons = (*_guards(facts), *reasons, *(_limits(facts, derived) if derived is not None else ()))
    if derived is None or any(each.blocks for each in reasons):
        flow = Flow.QUARANTINE if _belongs_in_quarantine(facts) else None
        return RerunDecision(Mode.REFUSE, derived, reasons, (), flow, None)
    flow = _flow(facts, derived)
    return RerunDecision(
        derived, derived, reasons, _emits(facts, derived), flow, None if flow is None else LAST_STEP
    )


def upstream_changed(facts: RerunFacts) -> Known:
    """Whether the bytes upstream changed: by digest where there is one, else by the source's validators."""
    if facts.bytes_changed is not UNKNOWN:
        return facts.bytes_changed
    same = facts.validators in (Validators.SAME, Validators.LIKELY_SAME)
    return NO if same else UNKNOWN


def is_bad_release(facts: RerunFacts) -> bool:
    """Whether the version would be a bad one to be published."""
    return facts.failure in BAD_WHEN_PUBLISHED or facts.canonical in (Canonical.DAMAGED, Canonical.LOST)


def _guards(facts: RerunFacts) -> Iterator[Reason]:
    """What blocks whatever the mode would be."""
    if facts.in_scope is not YES:
        text = "the job is not one that a rerun may do"
        yield _no("routing.scope_guard", "in_scope", text, "R-016", "R-048")
    if facts.canonical is Canonical.LOST:
        text = "nothing is left of what the passed runs wrote: that is disaster recovery, not a rerun"
        yield _no("routing.scope_guard", "canonical", text, "R-048")
    if facts.canonical is Canonical.UNKNOWN:
        text = "nobody knows whether the files are intact that the passed runs wrote"
        yield _no("routing.prior_receipt", "canonical", text, "R-018", "R-048")
    if facts.prior_receipt is not YES:
        state = "is not there as it was entered" if facts.prior_receipt is NO else "can't be verified"
        text = f"the latest receipt of the prior run {state}"
        yield _no("routing.prior_receipt", "prior_receipt", text, "R-036")
    if _belongs_in_quarantine(facts):
        text = "rights or sensitivity are not settled, and the version is not in quarantine"
        yield _no("routing.quarantine", "settled", text, "R-030", "R-122")
    if facts.contradicted is not NO:
        state = "contradicts" if facts.contradicted is YES else "can't be compared with"
        text = f"the class of failure {state} the evidence"
        yield _no("routing.failure_class", "contradicted", text, "R-037", "R-049")
    if facts.failure is None and facts.failed is not NO:
        yield _no("routing.failure_class", "failure", "nobody said what failed in the prior run", "R-037")
    if facts.bytes_changed is YES and facts.validators is Validators.SAME:
        text = "the bytes upstream changed under the same ETag or address, so that neither can be believed"
        yield _no("routing.upstream", "validators", text, "R-045")


def _belongs_in_quarantine(facts: RerunFacts) -> bool:
    return facts.settled is not YES and facts.quarantined is not YES


def _derive(facts: RerunFacts) -> tuple[Mode | None, tuple[Reason, ...]]:
    """The mode that the facts lead to, and why; None with a reason that blocks when they lead to none."""
    if facts.failure is FailureClass.PROJECTION_DRIFT:
        return _of_drift(facts)
    upstream = upstream_changed(facts)
    if upstream is YES:
        text = "the bytes upstream changed: that is a Backfill, whatever else changed"
        return Mode.BACKFILL, (_so("routing.upstream", "bytes_changed", text, "R-042", "R-046"),)
    changed = _changed_logic(facts)
    blocked = tuple(_unknown_logic(facts)) if changed is None else ()
    if upstream is UNKNOWN:
        text = "nobody knows whether upstream changed: neither digests nor validators tell"
        return None, (_no("routing.upstream", "validators", text, "R-039", "R-045"), *blocked)
    by = "bytes_changed" if facts.bytes_changed is NO else "validators"
    unchanged = _so("routing.upstream", by, _unchanged(facts), "R-039", "R-045")
    if changed is not None:
        text = f"{changed[1]} changed and upstream did not: that is a Reprocess"
        return Mode.REPROCESS, (unchanged, _so("routing.spec", changed[0], text, "R-041", "R-046"))
    if blocked:
        return None, (unchanged, *blocked)
    text = "specification, code, image and parameters are the same"
    same = _so("routing.spec", "code_changed", text, "R-039")
    mode, reason = _of_the_same(facts)
    return mode, (unchanged, same, reason)


def _of_drift(facts: RerunFacts) -> tuple[Mode | None, tuple[Reason, ...]]:
    if facts.drifted is not YES:
        state = "shows that none did" if facts.drifted is NO else "is missing"
        text = f"the failure is called projection drift, and an observation of the projections {state}"
        return None, (_no("routing.failure_class", "drifted", text, "R-028", "R-037"),)
    if facts.canonical is Canonical.INTACT:
        return Mode.REBUILD, (_only_projections(),)
    text = (
        "projections are rebuilt from catalogs and artifacts, and those are not intact: that is another class"
    )
    return None, (_no("routing.failure_class", "canonical", text, "R-025", "R-026", "R-027"),)


def _only_projections() -> Reason:
    text = "projections are out of step, and what they are made from is intact: that is a Rebuild"
    return _so("routing.mode", "drifted", text, "R-025", "R-028", "R-029", "R-044")


def _unchanged(facts: RerunFacts) -> str:
    if facts.bytes_changed is NO:
        also = ", though its validators did" if facts.validators is Validators.DIFFERENT else ""
        return f"upstream did not change by the digests of its bytes{also}"
    exact = facts.validators is Validators.SAME
    return f"upstream did not change by its {'ETag or address' if exact else 'time of modification'}"


def _changed_logic(facts: RerunFacts) -> tuple[str, str] | None:
    """The fact that says that what a run is made of changed, and its name in words."""
    if facts.spec_changed is YES:
        return "spec_changed", "the specification"
    return ("code_changed", "code, image or parameters") if facts.code_changed is YES else None


def _unknown_logic(facts: RerunFacts) -> Iterator[Reason]:
    if facts.spec_changed is UNKNOWN:
        text = "nobody knows whether the specification changed since the prior run"
        yield _no("routing.spec", "spec_changed", text, "R-039", "R-041")
    if facts.code_changed is UNKNOWN:
        text = "nobody knows whether code, image or parameters changed since the prior run"
        yield _no("routing.spec", "code_changed", text, "R-039", "R-046")


def _of_the_same(facts: RerunFacts) -> tuple[Mode | None, Reason]:
    """The mode where nothing changed that a run is made of."""
    if facts.failed is YES or facts.failure is not None:
        text = "nothing changed and something failed: that is a Retry"
        by = "failed" if facts.failed is YES else "failure"
        return Mode.RETRY, _so("routing.mode", by, text, "R-039", "R-040")
    if facts.canonical is not Canonical.INTACT:
        text = "files of the version are not as a run left them, and nobody said which class of failure it is"
        return None, _no("routing.failure_class", "canonical", text, "R-037")
    if facts.drifted is YES:
        return Mode.REBUILD, _only_projections()
    if facts.drifted is UNKNOWN:
        text = "nothing failed or changed, and nobody looked at the projections"
        return None, _no("routing.mode", "drifted", text, "R-038")
    text = "nothing failed, changed or drifted: nothing is to be done"
    return Mode.NOOP, _so("routing.mode", "failed", text, "R-038")


def _limits(facts: RerunFacts, derived: Mode) -> Iterator[Reason]:
    """What blocks this mode."""
    if derived is Mode.BACKFILL and facts.legitimate is not YES:
        text = "nobody who is named has declared the change upstream legitimate"
        yield _no("routing.legitimacy", "legitimate", text, "R-043")
    if derived in (Mode.RETRY, Mode.REBUILD) and facts.quarantined is not NO:
        state = "is in quarantine" if facts.quarantined is YES else "may be in quarantine"
        text = f"the version {state}: it is made anew under another id, never repeated or shown"
        yield _no("routing.quarantine", "quarantined", text, "R-030", "R-122")
    made_anew = derived not in (Mode.REBUILD, Mode.NOOP)
    if made_anew and is_bad_release(facts) and facts.published is UNKNOWN:
        text = "nobody knows whether the bad version is published, and must be rolled back first"
        yield _no("routing.mode", "published", text, "R-049")
    if facts.declared is not None and facts.declared is not derived:
        text = f"{facts.declared.value} is declared, and the facts lead to {derived.value}"
        yield _no("routing.mode", "declared", text, "R-038")


def _flow(facts: RerunFacts, mode: Mode) -> Flow | None:
    if mode is Mode.NOOP:
        return None
    if mode is Mode.REBUILD:
        return Flow.REBUILD
    if is_bad_release(facts) and facts.published is YES:
        return Flow.ROLLBACK
    if mode is Mode.RETRY and facts.failure in _FLOWS:
        return _FLOWS[facts.failure]
    return Flow.INGESTION


def _emits(facts: RerunFacts, mode: Mode) -> tuple[Emission, ...]:
    if mode is Mode.NOOP:
        return ()
    if mode is Mode.REBUILD:
        return (Emission.REBUILD_RECEIPT, Emission.LEDGER)
    acquired = mode is not Mode.BACKFILL or facts.superseded is YES
    made = () if acquired else (Emission.ACQUISITION,)
    new = () if mode is Mode.RETRY else (Emission.VERSION,)
    return (*made, *new, Emission.RECEIPT, Emission.LEDGER)


def _so(check: str, fact: str, text: str, *requirements: str) -> Reason:
    return Reason(check, fact, requirements, text)


def _no(check: str, fact: str, text: str, *requirements: str) -> Reason:
    return Reason(check, fact, requirements, text, blocks=True)
