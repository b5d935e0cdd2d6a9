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
        yield _no(
            "routing.scope_guard", "the job is not known to be one that a rerun may do", "R-016", "R-048"
        )
    if facts.canonical is Canonical.LOST:
        text = "nothing is left of what the passed runs wrote: that is disaster recovery, not a rerun"
        yield _no("routing.scope_guard", text, "R-048")
    if facts.canonical is Canonical.UNKNOWN:
        text = "nobody knows whether the files are intact that the passed runs wrote"
        yield _no("routing.prior_receipt", text, "R-018", "R-048")
    if facts.prior_receipt is not YES:
        state = "there is none" if facts.prior_receipt is NO else "it can't be verified"
        yield _no("routing.prior_receipt", f"the latest receipt of the prior run: {state}", "R-036")
    if _belongs_in_quarantine(facts):
        text = "rights or sensitivity are not settled, and the version is not in quarantine"
        yield _no("routing.quarantine", text, "R-030", "R-122")
    if facts.contradicted is not NO:
        state = (
            "contradicts the evidence" if facts.contradicted is YES else "can't be compared with the evidence"
        )
        yield _no("routing.failure_class", f"the class of failure {state}", "R-037", "R-049")
    if facts.failure is None and facts.failed is not NO:
        yield _no("routing.failure_class", "nobody said what failed in the prior run", "R-037")
    if facts.bytes_changed is YES and facts.validators is Validators.SAME:
        text = "the bytes upstream changed under the same ETag or address, so that neither can be believed"
        yield _no("routing.upstream", text, "R-045")


def _belongs_in_quarantine(facts: RerunFacts) -> bool:
    return facts.settled is not YES and facts.quarantined is not YES


def _derive(facts: RerunFacts) -> tuple[Mode | None, tuple[Reason, ...]]:
    """The mode that the facts lead to, and why; None with a reason that blocks when they lead to none."""
    if facts.failure is FailureClass.PROJECTION_DRIFT:
        return _of_drift(facts)
    upstream = upstream_changed(facts)
    if upstream is YES:
        text = "the bytes upstream changed: that is a Backfill, whatever else changed"
        return Mode.BACKFILL, (_so("routing.upstream", text, "R-042", "R-046"),)
    changed = YES in (facts.spec_changed, facts.code_changed)
    if upstream is UNKNOWN:
        text = "nobody knows whether upstream changed: neither digests nor validators tell"
        return None, (_no("routing.upstream", text, "R-039", "R-045"),)
    unchanged = _so("routing.upstream", _unchanged(facts), "R-039", "R-045")
    if changed:
        what = "the specification" if facts.spec_changed is YES else "code, image or parameters"
        text = f"{what} changed and upstream did not: that is a Reprocess"
        return Mode.REPROCESS, (unchanged, _so("routing.spec", text, "R-041", "R-046"))
    blocked = tuple(_unknown_logic(facts))
    if blocked:
        return None, (unchanged, *blocked)
    same = _so("routing.spec", "specification, code, image and parameters are the same", "R-039")
    mode, reason = _of_the_same(facts)
    return mode, (unchanged, same, reason)


def _of_drift(facts: RerunFacts) -> tuple[Mode | None, tuple[Reason, ...]]:
    if facts.drifted is not YES:
        state = "shows that none did" if facts.drifted is NO else "is missing"
        text = f"the failure is called projection drift, and an observation of the projections {state}"
        return None, (_no("routing.failure_class", text, "R-028", "R-037"),)
    if facts.canonical is Canonical.INTACT:
        return Mode.REBUILD, (_only_projections(),)
    text = (
        "projections are rebuilt from catalogs and artifacts, and these are not intact: that is another class"
    )
    return None, (_no("routing.failure_class", text, "R-025", "R-026", "R-027", "R-029"),)


def _only_projections() -> Reason:
    text = "projections are out of step, and what they are made from is intact: that is a Rebuild"
    return _so("routing.mode", text, "R-025", "R-028", "R-044")


def _unchanged(facts: RerunFacts) -> str:
    if facts.bytes_changed is NO:
        also = ", though its validators did" if facts.validators is Validators.DIFFERENT else ""
        return f"upstream did not change by the digests of its bytes{also}"
    exact = facts.validators is Validators.SAME
    return f"upstream did not change by its {'ETag or address' if exact else 'time of modification'}"


def _unknown_logic(facts: RerunFacts) -> Iterator[Reason]:
    if facts.spec_changed is UNKNOWN:
        text = "nobody knows whether the specification changed since the prior run"
        yield _no("routing.spec", text, "R-039", "R-041")
    if facts.code_changed is UNKNOWN:
        text = "nobody knows whether code, image or parameters changed since the prior run"
        yield _no("routing.spec", text, "R-039", "R-046")


def _of_the_same(facts: RerunFacts) -> tuple[Mode | None, Reason]:
    """The mode where nothing changed that a run is made of."""
    if facts.failed is YES or facts.failure is not None:
        return Mode.RETRY, _so(
            "routing.mode", "nothing changed and something failed: that is a Retry", "R-039", "R-040"
        )
    if facts.canonical is not Canonical.INTACT:
        text = "files of the version are not as a run left them, and nobody said which class of failure it is"
        return None, _no("routing.failure_class", text, "R-037")
    if facts.drifted is YES:
        return Mode.REBUILD, _only_projections()
    if facts.drifted is UNKNOWN:
        return None, _no(
            "routing.mode", "nothing failed or changed, and nobody looked at the projections", "R-038"
        )
    return Mode.NOOP, _so(
        "routing.mode", "nothing failed, changed or drifted: nothing is to be done", "R-038"
    )


def _limits(facts: RerunFacts, derived: Mode) -> Iterator[Reason]:
    """What blocks this mode."""
    if derived is Mode.BACKFILL and facts.legitimate is not YES:
        text = "nobody who is named has declared the change upstream legitimate"
        yield _no("routing.legitimacy", text, "R-043")
    if derived in (Mode.RETRY, Mode.REBUILD) and facts.quarantined is not NO:
        state = "is in quarantine" if facts.quarantined is YES else "may be in quarantine"
        text = f"the version {state}: it is made anew under another id, never repeated or shown"
        yield _no("routing.quarantine", text, "R-030", "R-122")
    made_anew = derived not in (Mode.REBUILD, Mode.NOOP)
    if made_anew and is_bad_release(facts) and facts.published is UNKNOWN:
        text = "nobody knows whether the bad version is published, and must be rolled back first"
        yield _no("routing.next_flow", text, "R-049")
    if facts.declared is not None and facts.declared is not derived:
        text = f"{facts.declared.value} is declared, and the facts lead to {derived.value}"
        yield _no("routing.mode", text, "R-038")


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


def _so(check: str, text: str, *requirements: str) -> Reason:
    return Reason(check, requirements, text)


def _no(check: str, text: str, *requirements: str) -> Reason:
    return Reason(check, requirements, text, blocks=True)
