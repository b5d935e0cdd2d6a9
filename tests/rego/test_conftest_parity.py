"""The pack under both engines: whatever a denial case makes a rule see, regorus and conftest answer the same."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from kfm_gates.engines.conftest_engine import ConftestEngine
from kfm_gates.engines.interface import RegoAnswer, RegoEngine, Variant
from kfm_gates.engines.policy_file import PolicyFile, path_of
from kfm_gates.engines.rego_pair import same
from kfm_gates.engines.regorus_engine import RegorusEngine
from kfm_gates.errors import EngineError
from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from kfm_gates.judge.bench_engines import Engines
from kfm_gates.judge.known_answers import Prover
from kfm_gates.model.finding import Json
from tests.support.conftest_program import identified
from tests.support.judging import EVALUATED_AT, REPOSITORY, judge_tree, suite, tree_of

pytestmark = [pytest.mark.conftest, pytest.mark.slow]

CASES = [
    json.loads(path.read_bytes()) for path in sorted((REPOSITORY / "fixtures" / "denials").glob("*/*.json"))
]
PROMOTION, RERUN = "promotion-v1", "rerun-v1"
DEFAULTS = "sensitivity.default_deny"


class Recorder:
    """A Rego engine that remembers what it was asked."""

    name, version = "recorder", "1"

    def __init__(self, engine: RegoEngine) -> None:
        self._engine = engine
        self.questions: dict[str, dict[str, Json]] = defaultdict(dict)
        self.variants: list[tuple[str, Json, Sequence[Variant], str | None]] = []

    def judge(self, package: str, input: Json) -> RegoAnswer:
        self.questions[package][json.dumps(input, sort_keys=True)] = input
        return self._engine.judge(package, input)

    def ask_variants(
        self, package: str, input: Json, variants: Sequence[Variant], text: str | None = None
    ) -> Callable[[], tuple[bool, ...]]:
        self.variants.append((package, input, variants, text))
        return self._engine.ask_variants(package, input, variants, text)


def cases_of(profile: str) -> list[Any]:
    """The denial cases that this profile judges."""
    return [case for case in CASES if case.get("profile", PROMOTION) == profile]


def recorded(profile: str) -> Recorder:
    """Everything that the rules of a profile are asked when every denial case of it is judged."""
    opened = Engines(suite(profile))
    try:
        recorder = Recorder(opened.given[RegoEngine])  # type: ignore[arg-type]
        opened.given[RegoEngine] = recorder
        prover = Prover(suite(profile), opened)
        rules = (rule.about.id for rule in suite(profile).rules)
        checks = (*({DEFAULTS} & suite(profile).checks.keys()), *rules)
        for case in cases_of(profile):
            broken = apply(case, tree_of(case), Layout.kfm_v1())
            judge_tree(
                broken.files,
                case=case,
                changed=broken.changed,
                evaluated_at=case.get("evaluated_at", EVALUATED_AT),
                by=prover,
                checks=checks,
                profile=profile,
            )
        return recorder
    finally:
        opened.close()


@contextmanager
def both_engines(profile: str) -> Iterator[tuple[RegorusEngine, ConftestEngine]]:
    rules = suite(profile).rules
    policies = [PolicyFile(path_of(rule.package), rule.file.read_text("utf-8")) for rule in rules]
    data = dict(suite(profile).tables.values)
    with RegorusEngine(policies, data) as regorus, ConftestEngine(policies, data, identified()) as conftest:
        yield regorus, conftest


def answer(engine: RegoEngine, package: str, input: Json) -> RegoAnswer | EngineError:
    try:
        return engine.judge(package, input)
    except EngineError as error:
        return error


@pytest.mark.parametrize("profile", [PROMOTION, RERUN])
def test_both_engines_answer_the_same(profile: str) -> None:
    asked = recorded(profile)
    assert set(asked.questions) == {rule.package for rule in suite(profile).rules}
    with both_engines(profile) as (regorus, conftest):
        _compare_answers(asked, regorus, conftest)
        _compare_variants(asked, regorus, conftest)
    assert sum(map(len, asked.questions.values())) > len(cases_of(profile))
    if profile == PROMOTION:
        assert any(text is not None for *_, text in asked.variants)
        assert {package for package, *_ in asked.variants} >= set(asked.questions)


def _compare_answers(asked: Recorder, regorus: RegorusEngine, conftest: ConftestEngine) -> None:
    differences: list[str] = []
    denied: dict[str, int] = defaultdict(int)
    for package, questions in asked.questions.items():
        inputs: list[Any] = [*questions.values(), {}]
        for input, theirs in zip(inputs, conftest.judge_many(package, inputs), strict=True):
            ours = answer(regorus, package, input)
            if isinstance(ours, EngineError) and isinstance(theirs, EngineError):
                continue
            if not (isinstance(ours, RegoAnswer) and isinstance(theirs, RegoAnswer) and same(ours, theirs)):
                differences.append(f"{package}: {ours} {theirs} on {json.dumps(input)[:500]}")
            else:
                assert ours.deny == theirs.deny, f"{package}: the reasons come in another order"
                denied[package] += bool(ours.deny)
    assert not differences, "\n".join(differences[:20])
    assert all(denied[package] > 2 for package in asked.questions)  # equal silence would prove nothing


def _compare_variants(asked: Recorder, regorus: RegorusEngine, conftest: ConftestEngine) -> None:
    for package, input, variants, text in asked.variants:
        ours, theirs = (each.ask_variants(package, input, variants, text) for each in (regorus, conftest))
        one, other = ours(), theirs()
        if text is not None:
            # A flawed rule of a case: it may fail in one engine and be silent in the other (`some each in null`),
            # but both must find it to be flawed.
            one, other = ((each[0], any(each[1:])) for each in (one, other))
        assert one == other, (package, variants, text)
