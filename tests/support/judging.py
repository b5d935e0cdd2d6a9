"""Judging trees in memory with the real engines: one suite and one set of workers per test process."""

from __future__ import annotations

import atexit
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Memory, Snapshot
from kfm_gates.evidence.subjects import discover
from kfm_gates.facts.container import Facts
from kfm_gates.judge.bench_engines import Engines
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.known_answers import Prover
from kfm_gates.judge.request import Request
from kfm_gates.judge.session import given_facts, judge_one
from kfm_gates.judge.suite import Suite, assemble

REPOSITORY = Path(__file__).parent.parent.parent
KANSAS = REPOSITORY / "fixtures" / "kansas-counties"
RERUNS = REPOSITORY / "fixtures" / "kansas-reruns"
EVALUATED_AT = "2026-10-31T12:00:00Z"


@functools.cache
def kansas() -> Mapping[str, bytes]:
    """The Kansas counties as a tree: path to bytes."""
    return read_tree(KANSAS)


@functools.cache
def kansas_with_reruns() -> Mapping[str, bytes]:
    """The same with a request to rerun each version."""
    return {**kansas(), **read_tree(RERUNS)}


def tree_of(case: Mapping[str, Any]) -> Mapping[str, bytes]:
    """The tree that a denial case is a patch onto."""
    return kansas_with_reruns() if case.get("profile") == "rerun-v1" else kansas()


def read_tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def write_tree(root: Path, tree: Mapping[str, bytes]) -> Path:
    for path, data in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


@functools.cache
def suite(profile: str = "promotion-v1") -> Suite:
    return assemble(Configuration(REPOSITORY), profile)


@functools.cache
def engines(profile: str = "promotion-v1") -> Engines:
    opened = Engines(suite(profile))
    atexit.register(opened.__exit__, None, None, None)
    return opened


@functools.cache
def prover(profile: str = "promotion-v1") -> Prover:
    return Prover(suite(profile), engines(profile))


def judge_tree(
    tree: Mapping[str, bytes],
    *,
    case: Mapping[str, Any] | None = None,
    changed: tuple[str, ...] = (),
    evaluated_at: str = EVALUATED_AT,
    profile: str = "promotion-v1",
    layout: Layout | None = None,
    by: Prover | None = None,
    checks: tuple[str, ...] = (),
) -> dict[str, dict[str, Any]]:
    """Judge every subject of a tree; subject id to result, as in the gate decision.

    `case` is the denial case that the tree was made by, where it changes the rules in use as well. `by` has
    other engines than those of the test process; `checks` are all that is judged, if any is named.
    """
    layout = layout or Layout.kfm_v1()
    snapshot = Snapshot(Memory(tree, changed))
    index = Index(snapshot, layout)
    shared: dict[Any, object] = {}
    rules = (by or prover(profile)).given(case or {})
    results = {}
    for subject in discover(snapshot, layout):
        given = given_facts(suite(profile), rules, snapshot, layout, index, subject, evaluated_at)
        judged = judge_one(
            Request(folder="/", checks=checks), suite(profile), Facts(given, shared), subject, lambda *_: None
        )
        results[subject.id] = judged.result
    return results


def not_passed(result: Mapping[str, Any]) -> dict[str, str]:
    """Check to status, of every check that did not pass."""
    return {check["id"]: check["status"] for check in result["checks"] if check["status"] != "PASS"}


def explained(result: Mapping[str, Any]) -> str:
    """What did not pass and why, for a test's message."""
    lines = []
    for check in result["checks"]:
        if check["status"] != "PASS":
            lines.append(f"{result['id']} {check['status']} {check['id']} because {check['because']}")
            lines += [
                f"    {f['file']}:{f['line']} {f['pointer']} {f['message']} (found {f['found']})"
                for f in check["findings"][:5]
            ]
    return "\n".join(lines)
