"""The rules in Rego on one input of 10 kB: by regorus, and by conftest in the same run where it is at hand."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import cycle, islice

from benchmarks.processes import Measured, timed
from benchmarks.versions import KANSAS
from kfm_gates.engines.conftest_binary import ConftestChoice, identify
from kfm_gates.engines.conftest_engine import ConftestEngine
from kfm_gates.engines.policy_file import PolicyFile, path_of
from kfm_gates.engines.regorus_engine import RegorusEngine
from kfm_gates.errors import EngineError
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.request import Request, Target
from kfm_gates.judge.rule_inputs import rule_inputs
from kfm_gates.judge.suite import Suite, assemble
from kfm_gates.model.finding import Json

INPUT_BYTES = 10_000
PER_GATE = 0.001
PADDING = "benchmark_padding"


def rego(repeat: int, *, inputs: int) -> list[Measured]:
    """Rows per gate, for many inputs, and for conftest beside them."""
    suite = assemble(Configuration(KANSAS.parent), "promotion-v1")
    documents = _documents(suite)
    policies = [PolicyFile(path_of(rule.package), rule.file.read_text("utf-8")) for rule in suite.rules]
    data = dict(suite.tables.values)
    with RegorusEngine(policies, data) as engine:
        rows = _per_gate(suite, engine, documents, repeat)
        rows += _many(engine, documents, inputs)
    each = rows[-1].fastest
    try:
        conftest = identify(ConftestChoice())
    except EngineError as error:
        return [*rows, Measured("peer: conftest", reason=f"skipped: {str(error).partition(';')[0]}")]
    with ConftestEngine(policies, data, conftest) as peer:
        package, document = next(iter(documents.items()))
        alone = timed("", repeat, _judge(peer, package, document))
        batch = timed("", max(2, repeat // 3), lambda: peer.judge_many(package, [document] * 500))
    shared = tuple(seconds / 500 for seconds in batch.seconds)
    name = f"peer: conftest {conftest.version}"
    return [
        *rows,
        Measured(f"{name}, a process per input ({alone.fastest / each:.0f} times regorus)", alone.seconds),
        Measured(f"{name}, 500 inputs per process ({min(shared) / each:.1f} times regorus)", shared),
    ]


def _documents(suite: Suite) -> dict[str, Json]:
    """What each rule sees of the public version of the example, brought to 10 kB by values that no rule reads."""
    found = {}
    for each in rule_inputs(Request(folder="/", engine="regorus"), suite, Target(KANSAS, ())):
        if each.document is not None:
            lacking = INPUT_BYTES - len(json.dumps(each.document))
            padding = ["a value of some length" for _ in range(lacking // 26)]
            found[f"kfm.{each.check}"] = {**each.document, PADDING: padding}
    return found


def _per_gate(suite: Suite, engine: RegorusEngine, documents: dict[str, Json], repeat: int) -> list[Measured]:
    gates: dict[str, list[str]] = defaultdict(list)
    for gate in suite.profile.gates:
        for group in gate.groups:
            gates[gate.label or gate.name] += [f"kfm.{c}" for c in group.checks if f"kfm.{c}" in documents]

    def judged(packages: list[str]) -> Callable[[], None]:
        def run() -> None:
            for package in packages:
                engine.judge(package, documents[package])

        return run

    return [
        timed(f"gate {name}, its {len(packages)} rules in Rego, warm", repeat * 5, judged(packages), PER_GATE)
        for name, packages in gates.items()
        if packages
    ]


def _many(engine: RegorusEngine, documents: dict[str, Json], inputs: int) -> list[Measured]:
    """Many inputs in one worker: time per input, and how much larger the worker is at the end."""
    questions = list(islice(cycle(documents.items()), inputs))
    for package, document in questions[: len(documents) * 10]:
        engine.judge(package, document)
    before, began = _resident(engine), time.perf_counter()
    for package, document in questions:
        engine.judge(package, document)
    seconds = (time.perf_counter() - began) / inputs
    grown = _resident(engine) - before
    return [
        Measured(f"per input of {inputs} in one worker, which grew by {grown / 2**20:.1f} MiB", (seconds,))
    ]


def _resident(engine: RegorusEngine) -> int:
    """Bytes of memory of the worker; 0 where the system does not say."""
    try:
        with open(f"/proc/{engine.ready().pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _judge(engine: ConftestEngine, package: str, document: Json) -> Callable[[], object]:
    return lambda: engine.judge(package, document)
