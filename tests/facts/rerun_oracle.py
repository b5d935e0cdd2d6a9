"""What the runbook says of a rerun, written down apart from the code that decides.

In a world in which everything is known the runbook's table and decision flow give one answer. What is not known
could be any of several worlds: only if all of them give the same answer is there one.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

from kfm_gates.facts.rerun_vocabulary import (
    Canonical,
    FailureClass,
    Flow,
    Known,
    Mode,
    RerunFacts,
    Validators,
)

REFUSED = (Mode.REFUSE, None)
Answer = tuple[Mode, Flow | None]


def answer(facts: RerunFacts) -> Answer:
    answers = {_known(world) for world in worlds(facts)}
    return answers.pop() if len(answers) == 1 else REFUSED


def worlds(facts: RerunFacts) -> Iterator[RerunFacts]:
    """Every way in which what is unknown may be."""
    fields = [field.name for field in dataclasses.fields(facts)]
    ways = []
    for name in fields:
        value = getattr(facts, name)
        if name == "bytes_changed" and value is Known.UNKNOWN:
            # A validator that is the same is believed where there is no digest to compare (procedure A.1).
            same = facts.validators in (Validators.SAME, Validators.LIKELY_SAME)
            ways.append([Known.NO] if same else [Known.YES, Known.NO])
        elif value is Known.UNKNOWN:
            ways.append([Known.YES, Known.NO])
        elif value is Canonical.UNKNOWN:
            ways.append([each for each in Canonical if each is not Canonical.UNKNOWN])
        else:
            ways.append([value])
    for values in itertools.product(*ways):
        yield RerunFacts(**dict(zip(fields, values, strict=True)))


def _known(f: RerunFacts) -> Answer:
    yes = Known.YES
    table = {
        Mode.BACKFILL: f.bytes_changed is yes and f.legitimate is yes,
        Mode.REPROCESS: f.bytes_changed is not yes and (f.spec_changed is yes or f.code_changed is yes),
        Mode.RETRY: _nothing_changed(f)
        and f.quarantined is not yes
        and (f.failed is yes or f.failure is not None),
        Mode.REBUILD: f.drifted is yes and f.canonical is Canonical.INTACT and f.quarantined is not yes,
        Mode.NOOP: _nothing_changed(f) and f.drifted is not yes and f.canonical is Canonical.INTACT,
    }
    if f.failure is FailureClass.PROJECTION_DRIFT:
        right = Mode.REBUILD
    elif f.bytes_changed is yes:
        right = Mode.BACKFILL
    elif f.spec_changed is yes or f.code_changed is yes:
        right = Mode.REPROCESS
    elif f.failed is yes or f.failure is not None:
        right = Mode.RETRY
    else:
        right = Mode.REBUILD if f.drifted is yes else Mode.NOOP
    preflight = (
        f.in_scope is yes,
        f.prior_receipt is yes,
        f.canonical is not Canonical.LOST,
        f.settled is yes or f.quarantined is yes,
        f.contradicted is not yes,
        f.failure is not None or f.failed is not yes,
        not (f.bytes_changed is yes and f.validators is Validators.SAME),
        f.declared in (None, right),
    )
    return (right, _flow(f, right)) if table[right] and all(preflight) else REFUSED


def _nothing_changed(f: RerunFacts) -> bool:
    return Known.YES not in (f.bytes_changed, f.spec_changed, f.code_changed)


def _flow(f: RerunFacts, mode: Mode) -> Flow | None:
    if mode in (Mode.NOOP, Mode.REBUILD):
        return Flow.REBUILD if mode is Mode.REBUILD else None
    gates = (FailureClass.POLICY_GATE, FailureClass.RECEIPT)
    bad = f.failure in (*gates, FailureClass.CATALOG) or f.canonical is Canonical.DAMAGED
    if bad and f.published is Known.YES:
        return Flow.ROLLBACK
    if mode is Mode.RETRY and f.failure is FailureClass.CATALOG:
        return Flow.CATALOG
    return Flow.PROMOTION if mode is Mode.RETRY and f.failure in gates else Flow.INGESTION
