"""The inputs that the rules in Rego see of each subject, for people who ask another engine about them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kfm_gates.engines.conftest_bridge import plain_numbers
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.judge.bench_engines import Engines
from kfm_gates.judge.known_answers import Prover
from kfm_gates.judge.request import Request, Target
from kfm_gates.judge.scope import scope_of
from kfm_gates.judge.session import given_facts
from kfm_gates.judge.suite import Suite
from kfm_gates.model.finding import Json


@dataclass(frozen=True)
class RuleInput:
    """What one rule sees of one subject; `document` is None where a part can't be had, `because` names the check."""

    subject: str
    check: str
    document: Json
    because: str = ""


def rule_inputs(request: Request, suite: Suite, target: Target) -> Iterator[RuleInput]:
    """The inputs of all rules, by subject and check. Nothing is judged, and nothing here is a verdict."""
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    evaluated_at = request.evaluated_at or now
    snapshot, layout = Snapshot(Folder(target.root)), suite.configuration.layout
    shared: dict[Any, object] = {}
    with Engines(suite) as engines:
        given = Prover(suite, engines).given({})
        index = Index(snapshot, layout)
        for subject in scope_of(request, suite, target, snapshot, evaluated_at).subjects:
            about = given_facts(suite, given, snapshot, layout, index, subject, evaluated_at)
            facts = Facts(about, shared)
            for rule in sorted(suite.rules, key=lambda each: each.about.id):
                id = rule.about.id
                try:
                    document = rule.document(facts, suite.settings(id, subject.id))
                except Unmet as unmet:
                    yield RuleInput(subject.id, id, None, unmet.because)
                else:
                    yield RuleInput(subject.id, id, plain_numbers(document))
