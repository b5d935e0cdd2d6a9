"""The rerun decision over every combination of its facts, against the runbook's table written down apart."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from kfm_gates.facts.rerun_decision import decide, upstream_changed
from kfm_gates.facts.rerun_vocabulary import (
    LAST_STEP,
    Canonical,
    Emission,
    FailureClass,
    Flow,
    Known,
    Mode,
    RerunDecision,
    RerunFacts,
    Validators,
)

from .rerun_oracle import answer

YES, NO, UNKNOWN = Known.YES, Known.NO, Known.UNKNOWN
FAILURES = (None, *FailureClass)
DECLARED = (None, Mode.RETRY, Mode.REPROCESS, Mode.BACKFILL, Mode.REBUILD)

RETRY = RerunFacts(
    prior_receipt=YES,
    failed=YES,
    failure=FailureClass.UPSTREAM_FETCH,
    contradicted=NO,
    spec_changed=NO,
    code_changed=NO,
    bytes_changed=NO,
    validators=Validators.SAME,
    superseded=NO,
    legitimate=NO,
    drifted=NO,
    canonical=Canonical.INTACT,
    published=NO,
    quarantined=NO,
    settled=YES,
    in_scope=YES,
    declared=None,
)
BACKFILL = dataclasses.replace(
    RETRY, bytes_changed=YES, validators=Validators.DIFFERENT, legitimate=YES, failed=NO, failure=None
)
REPROCESS = dataclasses.replace(RETRY, code_changed=YES)
REBUILD = dataclasses.replace(RETRY, failed=NO, failure=FailureClass.PROJECTION_DRIFT, drifted=YES)
NOTHING = dataclasses.replace(RETRY, failed=NO, failure=None)
BAD = dataclasses.replace(RETRY, failed=NO, failure=FailureClass.POLICY_GATE)

VALUES: Mapping[str, Sequence[Any]] = {
    **{field.name: tuple(Known) for field in dataclasses.fields(RerunFacts)},
    "failure": FAILURES,
    "validators": tuple(Validators),
    "canonical": tuple(Canonical),
    "declared": DECLARED,
}
CORE = (
    "failed", "failure", "spec_changed", "code_changed", "bytes_changed", "validators", "legitimate", "drifted",
    "canonical",
)  # fmt: skip
GUARDS = ("prior_receipt", "contradicted", "published", "quarantined", "settled", "in_scope", "declared")


def combinations(base: RerunFacts, names: Sequence[str]) -> Iterator[RerunFacts]:
    """Every combination of the values of these facts, with the others as they are."""
    for values in itertools.product(*(VALUES[name] for name in names)):
        yield dataclasses.replace(base, **dict(zip(names, values, strict=True)))


def differs(facts: RerunFacts) -> str | None:
    """How the decision differs from what the runbook says, or breaks what must always hold."""
    made = decide(facts)
    flow = None if made.mode is Mode.REFUSE else made.flow
    if (made.mode, flow) != answer(facts):
        return f"{made.mode}, {flow} instead of {answer(facts)}: {facts}"
    return next((f"{rule}: {facts}" for rule, holds in invariants(facts, made).items() if not holds), None)


def invariants(f: RerunFacts, made: RerunDecision) -> dict[str, bool]:
    """What must hold of every decision, whatever the table says."""
    mode, upstream = made.mode, upstream_changed(f)
    logic = (f.spec_changed, f.code_changed)
    new = Emission.VERSION in made.emits
    return {
        "a refusal has a reason that blocks, and nothing else has": bool(made.blocking())
        == (mode is Mode.REFUSE),
        "a reason names a check, a fact and a requirement": all(
            r.check.startswith("routing.") and r.requirements and hasattr(f, r.fact) for r in made.reasons
        ),
        "never Retry unless nothing changed": mode is not Mode.RETRY or (upstream, *logic) == (NO, NO, NO),
        "never Backfill unless legitimate": mode is not Mode.BACKFILL
        or (upstream, f.legitimate) == (YES, YES),
        "never Reprocess unless upstream is the same": mode is not Mode.REPROCESS
        or (upstream is NO and YES in logic),
        "Rebuild only of what is intact": mode is not Mode.REBUILD or f.canonical is Canonical.INTACT,
        "Rebuild only what drifted": mode is not Mode.REBUILD or f.drifted is YES,
        "a new version if and only if data or logic changed": new
        == (mode in (Mode.REPROCESS, Mode.BACKFILL)),
        "a rebuild receipt for a Rebuild": (Emission.REBUILD_RECEIPT in made.emits) == (mode is Mode.REBUILD),
        "an entry in the ledger for all that runs": (Emission.LEDGER in made.emits)
        == (mode not in (Mode.NOOP, Mode.REFUSE)),
        "nothing is emitted when nothing runs": bool(made.emits) == (mode not in (Mode.NOOP, Mode.REFUSE)),
        "every flow ends in post-run validation": made.ends_in
        == (LAST_STEP if mode not in (Mode.NOOP, Mode.REFUSE) else None),
        "what is unsettled goes to quarantine": (made.flow is Flow.QUARANTINE)
        == (f.settled is not YES and f.quarantined is not YES),
        "what is declared is what is done": mode is Mode.REFUSE or f.declared in (None, mode),
    }


def test_every_combination_of_what_a_mode_is_made_of() -> None:
    """With one failure of each kind that is treated alike; the next test takes all of them."""
    kinds = {None, FailureClass.RECEIPT, FailureClass.PROJECTION_DRIFT}
    rows = [f for f in combinations(RETRY, CORE) if f.failure in kinds and f.failed is not UNKNOWN]
    assert len(rows) == 2 * 3 * 3 * 3 * 3 * 4 * 3 * 3 * 5
    assert next((wrong for facts in rows if (wrong := differs(facts))), None) is None


@pytest.mark.slow
def test_every_combination_of_what_a_mode_is_made_of_in_full() -> None:
    assert next((wrong for facts in combinations(RETRY, CORE) if (wrong := differs(facts))), None) is None


@pytest.mark.parametrize("base", [RETRY, BACKFILL, REPROCESS, REBUILD, NOTHING, BAD])
def test_every_combination_of_what_can_stand_in_the_way(base: RerunFacts) -> None:
    assert next((wrong for facts in combinations(base, GUARDS) if (wrong := differs(facts))), None) is None


@pytest.mark.slow
def test_any_combination() -> None:
    chosen = random.Random(20260302)
    for _ in range(20_000):
        facts = RerunFacts(**{name: chosen.choice(values) for name, values in VALUES.items()})
        assert differs(facts) is None
