"""One denial case of a check as an example: what is there, what the case makes of it, and what is said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from docs.generator.house import REPOSITORY, cases, suite_of
from kfm_gates.checks.api import Outcome
from kfm_gates.evidence.cases import _path as file_named
from kfm_gates.evidence.cases import _text as with_names
from kfm_gates.evidence.cases import apply, base_subject
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Memory, Snapshot
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.strict_yaml import parse_yaml
from kfm_gates.facts.container import Facts
from kfm_gates.judge.bench_engines import Engines
from kfm_gates.judge.known_answers import Prover
from kfm_gates.judge.session import given_facts
from kfm_gates.model.finding import Finding

EVALUATED_AT = "2026-10-31T12:00:00Z"
LONGEST = 6
"""Lines of one value that are shown."""


@dataclass(frozen=True)
class Example:
    """An example for a page."""

    case: str
    why: str
    lines: tuple[str, ...]
    finding: Finding | None


@cache
def _tree(folder: str) -> Mapping[str, bytes]:
    root = REPOSITORY / "fixtures" / folder
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def _base(case: Mapping[str, Any]) -> Mapping[str, bytes]:
    """What a case is a patch onto: the Kansas counties, with the requests to rerun them where it is about those."""
    reruns = _tree("kansas-reruns") if case.get("profile") == "rerun-v1" else {}
    return {**_tree("kansas-counties"), **reruns}


def example(id: str, engines: Engines) -> Example | None:
    """The case that shows best what the check is about: a patch before anything else, the smallest first."""
    found = sorted(cases(id).items(), key=lambda item: (_cost(item[1]), item[0]))
    if not found:
        return None
    name, case = found[0]
    findings = _outcome(id, case, engines).findings
    return Example(name, case["why"], tuple(_changes(case)), findings[0] if findings else None)


def _cost(case: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """What makes a case a worse example: other operations than patches, values that are only absent, length."""
    steps = [step for operation in case["ops"] for step in operation.get("patch", ())]
    others = sum("patch" not in operation for operation in case["ops"])
    subtle = all(step["op"] == "replace" and step["value"] not in (None, "", [], {}) for step in steps)
    return (others, len(steps), not subtle, len(json.dumps(steps)))


def _outcome(id: str, case: Mapping[str, Any], engines: Engines) -> Outcome:
    layout = Layout.kfm_v1()
    broken = apply(case, _base(case), layout)
    snapshot = Snapshot(Memory(broken.files, broken.changed))
    suite = suite_of(id)
    at = case.get("evaluated_at", EVALUATED_AT)
    rules = Prover(suite, engines).given(case)
    given = given_facts(suite, rules, snapshot, layout, Index(snapshot, layout), broken.subject, at)
    return suite.checks[id].run(Facts(given), suite.settings(id, broken.subject.id))


def _changes(case: Mapping[str, Any]) -> Iterator[str]:
    layout, files = Layout.kfm_v1(), dict(_base(case))
    subject = base_subject(files, layout, case["base"])
    for operation in case["ops"]:
        shown = _shown(operation["file"], layout)
        if "patch" not in operation:
            (action,) = set(operation) - {"file"}
            yield f"# {shown}: {_action(action, operation[action])}"
            if action == "copy":  # a later operation may be about the copy
                copied = files[file_named(operation["file"], files, layout, subject)]
                files[with_names(operation["copy"], files, layout, subject)] = copied
            continue
        path = file_named(operation["file"], files, layout, subject)
        document = _parsed(path, files[path])
        yield f"# {shown}"
        for step in operation["patch"]:
            before = _at(document, step["path"])
            if before is not _NOTHING and step["op"] != "add":
                yield from _value("-", step["path"], before)
            if "value" in step:
                yield from _value("+", step["path"], step["value"])
    for name, text in case.get("rules", {}).items():
        yield f"# rego/{name}, in use instead of the rule of this name"
        yield from (f"+ {line}" for line in text[text.index("package ") :].splitlines() if line)


def _shown(name: str, layout: Layout) -> str:
    """The path of a file as a template, with the name of the one that is meant where several fit."""
    template, _, pattern = name.partition(":")
    if template not in layout.templates:
        return name
    folder, _, last = layout.templates[template].rpartition("/")
    return f"{folder}/{pattern}" if pattern and "*" in last else layout.templates[template]


_NOTHING = object()


def _action(action: str, value: Any) -> str:
    match action:
        case "delete":
            return "the file is gone"
        case "copy":
            return f"copied to {value}"
        case "append":
            return f"{value!r} is added at the end"
        case "flip":
            return f"one bit of byte {value} is flipped"
        case "changed":
            return "it changes while it is judged"
        case _:
            return "holds other bytes"


def _parsed(path: str, data: bytes) -> Any:
    if path.endswith(".jsonl"):
        return [parse_json(line) for line in data.splitlines()]
    return parse_yaml(data) if path.endswith(".yaml") else parse_json(data)


def _at(document: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        try:
            document = document[int(key)] if isinstance(document, list) else document[key]
        except (LookupError, TypeError, ValueError):
            return _NOTHING
    return document


def _value(sign: str, pointer: str, value: Any) -> Iterator[str]:
    lines = json.dumps(value, indent=2, ensure_ascii=False).splitlines()
    if len(lines) > LONGEST:
        lines = [*lines[: LONGEST - 1], "  …"]
    yield f"{sign} {pointer}: {lines[0]}"
    yield from (f"{sign}   {line}" for line in lines[1:])
