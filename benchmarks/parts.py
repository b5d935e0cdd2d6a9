"""The parts of one run, measured inside a process with the functions that the judge calls."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable

from benchmarks.processes import Measured, timed
from benchmarks.versions import KANSAS
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.evidence.subjects import discover
from kfm_gates.facts.container import Facts
from kfm_gates.judge.bench_engines import Engines
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.known_answers import Prover, prove
from kfm_gates.judge.request import Request
from kfm_gates.judge.session import given_facts, judge_one
from kfm_gates.judge.suite import Suite, assemble

IMPORTS = {
    "the judge": "kfm_gates.judge.process",
    "what reads artifacts (pyarrow, shapely, pmtiles, mapbox-vector-tile)": "pyarrow.parquet, shapely, pmtiles.reader, "
    "mapbox_vector_tile",
    "the engine of JSON Schemas": "jsonschema_rs",
}
EVALUATED_AT = "2026-10-31T12:00:00Z"


def parts(repeat: int) -> tuple[list[Measured], list[Measured]]:
    """Rows for the parts, and rows per check."""
    rows = [
        timed(f"a process that only imports {what}", repeat, _imports(code)) for what, code in IMPORTS.items()
    ]
    rows.append(timed("profile, checks and settings", repeat, _assembled))
    suite = _assembled()
    starts, proofs, judged = [], [], []
    per_check: dict[str, list[float]] = defaultdict(list)
    for _ in range(repeat):
        began = time.perf_counter()
        with Engines(suite) as engines:
            for engine in engines._open:
                _ = engine.version  # waits until its worker is ready
            ready = time.perf_counter()
            prove(suite, engines)
            proven = time.perf_counter()
            _judge(suite, engines, per_check)
            starts.append(ready - began)
            proofs.append(proven - ready)
            judged.append(time.perf_counter() - proven)
    rows += [
        Measured("start of the engines' workers", tuple(starts)),
        Measured("known-answer tests of every check", tuple(proofs)),
        Measured("judging one version (read, hash, parse, all checks)", tuple(judged)),
    ]
    checks = [Measured(f"`{name}`", tuple(seconds)) for name, seconds in per_check.items()]
    return rows, sorted(checks, key=lambda each: -each.median)


def _imports(code: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-I", "-c", f"import {code}"], check=True)


def _assembled() -> Suite:
    return assemble(Configuration(KANSAS.parent), "promotion-v1")


def _judge(suite: Suite, engines: Engines, per_check: dict[str, list[float]]) -> None:
    snapshot, layout = Snapshot(Folder(KANSAS)), Layout.kfm_v1()
    index = Index(snapshot, layout)
    subject = discover(snapshot, layout)[-1]
    given = given_facts(
        suite, Prover(suite, engines).given({}), snapshot, layout, index, subject, EVALUATED_AT
    )
    last = [time.perf_counter()]

    def ended(_: str, check: str) -> None:
        now = time.perf_counter()
        per_check[check].append(now - last[0])
        last[0] = now

    judge_one(Request(folder="/"), suite, Facts(given), subject, ended)
