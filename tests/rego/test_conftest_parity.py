"""The pack under both engines: whatever a denial case makes a rule see, regorus and conftest answer the same."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
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
from tests.support.judging import EVALUATED_AT, REPOSITORY, judge_tree, kansas, suite

pytestmark = [pytest.mark.conftest, pytest.mark.slow]

DENIALS = sorted((REPOSITORY / "fixtures" / "denials").glob("*/*.json"))
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


def recorded() -> Recorder:
    """Everything that the rules are asked when every denial case is judged."""
    opened = Engines(suite())
    try:
        recorder = Recorder(opened.given[RegoEngine])  # type: ignore[arg-type]
        opened.given[RegoEngine] = recorder
        prover = Prover(suite(), opened)
        checks = (DEFAULTS, *(rule.about.id for rule in suite().rules))
        for path in DENIALS:
            case = json.loads(path.read_bytes())
            broken = apply(case, kansas(), Layout.kfm_v1())
            judge_tree(
                broken.files,
                case=case,
                changed=broken.changed,
                evaluated_at=case.get("evaluated_at", EVALUATED_AT),
                by=prover,
                checks=checks,
            )
        return recorder
    finally:
        opened.close()


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[RegorusEngine, ConftestEngine]]:
    policies = [PolicyFile(path_of(rule.package), rule.file.read_text("utf-8")) for rule in suite().rules]
    data = dict(suite().tables.values)
    with RegorusEngine(policies, data) as regorus, ConftestEngine(policies, data, identified()) as conftest:
        yield regorus, conftest


def answer(engine: RegoEngine, package: str, input: Json) -> RegoAnswer | EngineError:
    try:
        return engine.judge(package, input)
    except EngineError as error:
        return error


def test_both_engines_answer_the_same(both: tuple[RegorusEngine, ConftestEngine]) -> None:
    regorus, conftest = both
    asked = recorded()
    assert set(asked.questions) == {rule.package for rule in suite().rules}
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
    assert sum(map(len, asked.questions.values())) > 5 * len(DENIALS)
    for package, input, variants, text in asked.variants:
        ours, theirs = (each.ask_variants(package, input, variants, text) for each in both)
        one, other = ours(), theirs()
        if text is not None:
            # A flawed rule of a case: it may fail in one engine and be silent in the other (`some each in null`),
            # but both must find it to be flawed.
            one, other = ((each[0], any(each[1:])) for each in (one, other))
        assert one == other, (package, variants, text)
    assert any(text is not None for *_, text in asked.variants)
    assert {package for package, *_ in asked.variants} >= set(asked.questions)
