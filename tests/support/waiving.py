"""A version that denies for one reason, and waivers for it: judged in memory, or written to disk for real processes."""

from __future__ import annotations

import copy
import dataclasses
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kfm_gates.evidence.cases import Broken, apply
from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Memory, Snapshot
from kfm_gates.evidence.subjects import discover
from kfm_gates.facts.container import Facts
from kfm_gates.facts.given import Tables, WaiverFile
from kfm_gates.judge.request import Request
from kfm_gates.judge.session import given_facts, judge_one
from tests.support.judging import EVALUATED_AT, REPOSITORY, kansas, prover, suite, write_tree

CHECK = "quality.completeness"
CASE = "quality.completeness/key-missing"
LAYOUT = Layout.kfm_v1()
NAME = "waivers/gap.json"


@functools.cache
def broken(case: str = CASE) -> Broken:
    """The example dataset after a denial case."""
    path = REPOSITORY / "fixtures" / "denials" / f"{case}.json"
    return apply(json.loads(path.read_bytes()), kansas(), LAYOUT)


@functools.cache
def denied(case: str = CASE, check: str = CHECK) -> Mapping[str, Any]:
    """The result for the broken version without any waiver."""
    made = broken(case)
    return judged(made.files, checks=(check, "release.waivers"))[made.subject.id]


def waiver(case: str = CASE, check: str = CHECK, **more: Any) -> dict[str, Any]:
    """A waiver that is in order; `more` changes fields of it."""
    result = denied(case, check)
    found = [f for each in result["checks"] if each["id"] == check for f in each["findings"]]
    return {
        "kfm_waiver_version": "v1",
        "id": "gap-2017",
        "kind": "exception",
        "check": check,
        "subject": {"id": result["id"], "digest": result["version_digest"]},
        "findings": sorted({each["fingerprint"] for each in found}) or ["0" * 16],
        "reason": "One county was dissolved and the list is behind.",
        "owner": "example:owner-1",
        "approver": "example:steward-9",
        "compensating_control": "The list is corrected with the next acquisition.",
        "issued": "2026-10-30T00:00:00Z",
        "expires": "2026-12-15T00:00:00Z",
    } | copy.deepcopy(more)


def file(document: Any, name: str = NAME) -> WaiverFile:
    """A waiver as it is read; `document` is JSON, or bytes."""
    data = document if isinstance(document, bytes) else json.dumps(document, indent=2).encode()
    return WaiverFile(name, sha256(data), data)


def judged(
    tree: Mapping[str, bytes],
    *files: WaiverFile,
    checks: tuple[str, ...] = (CHECK, "release.waivers"),
    at: str = EVALUATED_AT,
    whole: bool = True,
    tables: Mapping[str, Any] | None = None,
) -> dict[str, dict[str, Any]]:
    """Judge some checks of every version with these waivers; subject id to result."""
    made = dataclasses.replace(
        suite(),
        configuration=dataclasses.replace(suite().configuration, waivers=tuple(files)),
        tables=Tables({**suite().tables.values, **(tables or {})}),
    )
    snapshot = Snapshot(Memory(tree, ()))
    index = Index(snapshot, LAYOUT)
    shared: dict[Any, object] = {}
    results = {}
    for subject in discover(snapshot, LAYOUT):
        given = given_facts(made, prover().given({}), snapshot, LAYOUT, index, subject, at, whole=whole)
        request = Request(folder="/", checks=checks)
        results[subject.id] = judge_one(request, made, Facts(given, shared), subject, lambda *_: None).result
    return results


def under(*documents: Any, case: str = CASE, **more: Any) -> tuple[str, list[str]]:
    """How the waived check ended, and what `release.waivers` says, for the broken version under these waivers."""
    made = broken(case)
    check = more.pop("check", CHECK)
    files = [file(each, f"waivers/{number}.json") for number, each in enumerate(documents)]
    result = judged(made.files, *files, checks=(check, "release.waivers"), **more)[made.subject.id]
    ended = {each["id"]: each for each in result["checks"]}
    return ended[check]["status"], [each["message"] for each in ended["release.waivers"]["findings"]]


def on_disk(folder: Path, *documents: Any, case: str = CASE) -> Path:
    """The broken dataset below `folder`, with a configuration beside it that names these waivers."""
    root = write_tree(folder / "evidence", broken(case).files)
    (folder / "waivers").mkdir(exist_ok=True)
    for number, document in enumerate(documents):
        (folder / "waivers" / f"{number}.json").write_bytes(file(document).data)
    (folder / "kfm-gates.toml").write_text('waivers = ["waivers/*.json"]\n')
    return root
