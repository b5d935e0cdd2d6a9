"""Known-answer tests: before each run every check must pass a good sample and deny a bad one.

The sample is a small dataset version in `kfm_gates/samples/good`; `kfm_gates/samples/denials/<check>.json`
breaks it for one check. Everything runs through the adapters that judge afterwards. A check that was
replaced by one that always passes, or an engine that does, is found here and stops the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from kfm_gates.checks.api import Outcome
from kfm_gates.checks.settings import configured
from kfm_gates.engines.interface import RegoEngine
from kfm_gates.errors import EngineError, EvidenceError
from kfm_gates.evidence.cases import Broken, apply, base_subject
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Memory, Snapshot
from kfm_gates.facts.container import Facts
from kfm_gates.facts.given import Clock, ShapeChecks, Since, Tables, WaiverPolicy
from kfm_gates.facts.graphs import GraphReport
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.policy_probes import RulesInUse
from kfm_gates.judge.bench_engines import Engines
from kfm_gates.judge.rules_in_use import rules_in_use, sample_rules, with_rules
from kfm_gates.judge.suite import Suite
from kfm_gates.model.finding import Status

SAMPLES = Path(__file__).parent.parent / "samples"
EVALUATED_AT = "2026-10-31T12:00:00Z"
ASKS_MUCH = "sensitivity.default_deny"


@cache
def sample() -> Mapping[str, bytes]:
    """The good sample: path to bytes."""
    root = SAMPLES / "good"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def known_bad(suite: Suite, check: str) -> tuple[Mapping[str, Any], ...]:
    """The cases that a check must deny; those of a pack's check come from the pack."""
    path = SAMPLES / "denials" / f"{check}.json"
    if path.is_file():
        return (json.loads(path.read_bytes()),)
    for pack in suite.packs:
        if cases := pack.cases(check):
            return cases
    raise EngineError(f"{check}: there is no sample that this check must deny, so nothing shows that it can")


def prove(suite: Suite, engines: Engines) -> None:
    """Run the known-answer tests of every check of the suite; raises EngineError at the first wrong answer."""
    Prover(suite, engines).prove(suite.checks)


class Prover:
    """Proves checks before they judge, each once."""

    def __init__(self, suite: Suite, engines: Engines) -> None:
        self._suite, self._engines, self._layout = suite, engines, Layout.kfm_v1()
        self._tables = suite.sample_tables
        self._good: dict[str, Facts] = {}
        self._bad: dict[str, list[Facts]] = {}
        self._proven: set[str] = set()
        engine = engines.given.get(RegoEngine)
        self._rules = rules_in_use(engine, suite.rules, self._sample_of)
        self._sample_rules = sample_rules(engine, suite.rules, self._sample_of)

    def given(self, case: Mapping[str, Any]) -> dict[Any, object]:
        """What a subject is judged by: the engines, and the rules in use as a denial case changes them."""
        return self._given(self._rules, case)

    def _given(self, rules: RulesInUse, case: Mapping[str, Any]) -> dict[Any, object]:
        base = str(case.get("base"))
        changed = with_rules(rules, case.get("rules", {}), lambda: self._good_sample(base))
        return {**self._engines.given, RulesInUse: changed}

    def prove(self, checks: Iterable[str]) -> None:
        """Run the known-answer tests of these checks; raises EngineError at the first wrong answer."""
        fresh = set(checks) - self._proven
        cases = {id: known_bad(self._suite, id) for id in sorted(fresh)}
        shapes = [id for id in cases if id in self._suite.shapes.evidence]
        # Shapes last: their engine is still importing while the others are tried, and is asked beforehand. What
        # all rules do by default takes many questions, which are answered while the shapes are tried.
        for id in shapes:
            for facts in self._samples(id, cases[id]):
                facts.get(GraphReport).ask_ahead([id])
        for id in cases:
            if id not in shapes:
                self._prove(id, cases[id])
        if ASKS_MUCH in cases:
            self._rules.ask_ahead()
        for id in shapes:
            self._prove(id, cases[id])

    def _prove(self, id: str, cases: Sequence[Mapping[str, Any]]) -> None:
        self._expect_pass(id, str(cases[0]["base"]))
        for case, facts in zip(cases, self._bad_samples(id, cases), strict=True):
            self._expect_deny(id, case, facts)
        self._bad.pop(id)
        self._proven.add(id)

    def _samples(self, id: str, cases: Sequence[Mapping[str, Any]]) -> Iterator[Facts]:
        yield self._good_sample(str(cases[0]["base"]))
        yield from self._bad_samples(id, cases)

    def _sample_of(self, id: str) -> Facts:
        """The good sample that a check must pass."""
        return self._good_sample(str(known_bad(self._suite, id)[0]["base"]))

    def _good_sample(self, label: str) -> Facts:
        if label not in self._good:
            subject = base_subject(sample(), self._layout, label)
            self._good[label] = self._facts(Broken(sample(), subject, ()), {})
        return self._good[label]

    def _bad_samples(self, id: str, cases: Sequence[Mapping[str, Any]]) -> list[Facts]:
        if id not in self._bad:
            self._bad[id] = [self._bad_sample(id, case) for case in cases]
        return self._bad[id]

    def _bad_sample(self, id: str, case: Mapping[str, Any]) -> Facts:
        try:
            broken = apply(case, sample(), self._layout)
        except (EvidenceError, LookupError, ValueError, TypeError) as error:
            raise EngineError(f"{id}: its bad sample can't be made: {error}") from error
        return self._facts(broken, case)

    def _expect_pass(self, id: str, label: str) -> None:
        outcome = self._outcome(id, self._good_sample(label))
        if outcome.status is not Status.PASS:
            raise EngineError(
                f"{id}: denies the good sample ({_why(outcome)}); the installation can't be trusted"
            )

    def _expect_deny(self, id: str, case: Mapping[str, Any], facts: Facts) -> None:
        outcome = self._outcome(id, facts)
        if outcome.status is not Status.DENY:
            raise EngineError(
                f"{id}: does not deny a bad sample ({outcome.status.name}{_why(outcome)}: {case.get('why', '')}); "
                "the installation can't be trusted"
            )

    def _facts(self, broken: Broken, case: Mapping[str, Any]) -> Facts:
        snapshot = Snapshot(Memory(broken.files, broken.changed))
        given: dict[Any, object] = {
            Snapshot: snapshot,
            Layout: self._layout,
            Index: Index(snapshot, self._layout),
            type(broken.subject): broken.subject,
            Clock: Clock(str(case.get("evaluated_at", EVALUATED_AT))),
            Since: Since(),
            Tables: self._tables,
            ShapeChecks: self._suite.shapes,
            WaiverPolicy: WaiverPolicy(),
            **self._given(self._sample_rules, case),
        }
        facts = Facts(given)
        if self._good:
            same = [path for path, data in broken.files.items() if sample().get(path) is data]
            facts.get(Parsed).borrow(next(iter(self._good.values())).get(Parsed), same)
        facts.get(Parsed).take(
            broken.written
        )  # what a document says is known: it is not the parser that is tried
        return facts

    def _outcome(self, id: str, facts: Facts) -> Outcome:
        try:
            return self._suite.checks[id].run(
                facts, configured(id, self._suite.checks[id].about.settings, {})
            )
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise EngineError(f"{id}: failed on a sample: {type(error).__name__}: {error}") from error


def _why(outcome: Outcome) -> str:
    reasons = [*outcome.because, *(f.message for f in outcome.findings[:2])]
    return f" because {'; '.join(reasons)}" if reasons else ""
