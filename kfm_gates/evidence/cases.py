"""Denial cases: small changes to a good dataset version that a check must deny.

A case is a JSON file:

    {"base": "public", "why": "…", "serves": ["R-135"], "reseal": true,
     "ops": [{"file": "spec", "patch": [{"op": "remove", "path": "/rights/license"}]}],
     "expect": {"rights.license": "DENY"}}

`base` names the version by its policy label. `file` is a template name, with `:pattern` when several
files fit it, or a path. In paths and in what is written, `{slug}` and `{version}` stand for the base, and
`{version of public}` for the version with that label. An operation is one of `patch` (RFC 6902: add, remove,
replace), `delete`, `text`, `hex`, `flip` (a byte offset), `copy` (the new path), `append` (text), `crlf` (line
ends as on Windows), `changed` (touched while judging). With `reseal` every digest downstream is recomputed,
except in the files that `keep` names, so that nothing but the check under test may deny. `rules` gives
rules of the policy pack other texts (`{"rights/license.rego": "…"}`), for the check that judges the rules
themselves. `profile` names the one that judges, where it is not `promotion-v1`.
"""

from __future__ import annotations

import copy
import fnmatch
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.pointers import split
from kfm_gates.evidence.seal import seal_and_follow
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.strict_yaml import dump_yaml, parse_yaml
from kfm_gates.evidence.subjects import Subject

FIELDS = frozenset(
    {"base", "why", "serves", "ops", "rules", "reseal", "keep"}
    | {"expect", "subject_gone", "evaluated_at", "settings", "profile"}
)

_VERSION_OF = re.compile(r"\{version of (\w+)\}")


@dataclass(frozen=True)
class Broken:
    """A tree after a case was applied to it."""

    files: Mapping[str, bytes]
    subject: Subject
    changed: tuple[str, ...]
    """Paths that count as touched while judging."""
    written: Mapping[str, Any] = field(default_factory=dict)
    """The values of YAML documents whose bytes a patch has just written from them."""


def base_subject(tree: Mapping[str, bytes], layout: Layout, label: str) -> Subject:
    """The version of a tree whose manifest carries this policy label."""
    for path in sorted(tree):
        match = layout.match(path)
        if match and match.name == "manifest":
            policy = parse_json(tree[path]).get("policy", {})
            if policy.get("policy_label") == label:
                return Subject(match.variables["slug"], match.variables["version"])
    raise EvidenceError(f"no version with the policy label {label!r} to apply the case to")


def apply(case: Mapping[str, Any], tree: Mapping[str, bytes], layout: Layout) -> Broken:
    """Apply a case to a good tree."""
    unknown = sorted(set(case) - FIELDS)
    if unknown:
        raise EvidenceError(f"a denial case has no field {unknown[0]!r}; known: {', '.join(sorted(FIELDS))}")
    subject = base_subject(tree, layout, case["base"])
    files, changed = dict(tree), list[str]()
    written: dict[str, Any] = {}
    if not case["ops"] and not case.get("rules"):
        raise EvidenceError("a denial case needs at least one operation, or a rule")
    for operation in case["ops"]:
        _apply_one(operation, files, changed, written, layout, subject)
    if case.get("reseal"):
        keep = [_path(name, files, layout, subject) for name in case.get("keep", ())]
        files, moved = seal_and_follow(files, layout, keep=keep)
        subject = _renamed(subject, moved, layout)
        written = {}
    return Broken(files, subject, tuple(changed), written)


def _apply_one(
    operation: Mapping[str, Any],
    files: dict[str, bytes],
    changed: list[str],
    written: dict[str, Any],
    layout: Layout,
    subject: Subject,
) -> None:
    (action,) = set(operation) - {"file"}
    value = _named(operation[action], files, layout, subject)
    if action in ("text", "hex") and "/" in operation["file"]:
        path = _text(operation["file"], files, layout, subject)
    else:
        path = _path(operation["file"], files, layout, subject)
    written.pop(path, None)
    match action:
        case "patch" if path.endswith((".yaml", ".yml")):
            written[path] = _patch(_yaml(files[path]), value)
            files[path] = dump_yaml(written[path])
        case "patch":
            files[path] = _patched(files[path], value, path)
        case "delete":
            del files[path]
        case "text":
            files[path] = value.encode("utf-8")
        case "hex":
            files[path] = bytes.fromhex(value)
        case "append":
            files[path] += value.encode("utf-8")
        case "flip":
            data = bytearray(files[path])
            data[value] ^= 1
            files[path] = bytes(data)
        case "crlf":
            files[path] = files[path].replace(b"\n", b"\r\n")
        case "copy":
            files[value] = files[path]
        case "changed":
            changed.append(path)
        case _:
            raise EvidenceError(f"a denial case has no operation {action!r}")


def _named(value: Any, files: Mapping[str, bytes], layout: Layout, subject: Subject) -> Any:
    """The value with the names of versions put in, wherever a text asks for them."""
    if isinstance(value, list):
        return [_named(each, files, layout, subject) for each in value]
    if isinstance(value, dict):
        return {key: _named(each, files, layout, subject) for key, each in value.items()}
    return _text(value, files, layout, subject) if isinstance(value, str) else value


def _text(text: str, files: Mapping[str, bytes], layout: Layout, subject: Subject) -> str:
    text = text.replace("{slug}", subject.slug).replace("{version}", subject.version)
    for label in _VERSION_OF.findall(text):
        text = text.replace(f"{{version of {label}}}", base_subject(files, layout, label).version)
    return text


def _path(name: str, files: Mapping[str, bytes], layout: Layout, subject: Subject) -> str:
    """The one file that a case means."""
    template, _, pattern = name.partition(":")
    if template not in layout.templates:
        path = _text(name, files, layout, subject)
        if path in files:
            return path
        raise EvidenceError(f"a denial case names {name!r}, which is neither a template nor a file")
    found = []
    for path in files:
        match = layout.match(path)
        if (
            match is None
            or match.name != template
            or (not path.endswith(pattern) and not fnmatch.fnmatch(path, pattern))
        ):
            continue
        variables = match.variables
        if variables.get("version", subject.version) != subject.version:
            continue
        if template == "spec" and variables["spec8"] != subject.version.split(".")[1]:
            continue
        if template == "policy_decision" and subject.version.encode() not in files[path]:
            continue
        found.append(path)
    if len(found) != 1:
        raise EvidenceError(
            f"a denial case names {name!r}, which fits {len(found)} files: {', '.join(sorted(found))}"
        )
    return found[0]


def _patched(data: bytes, patch: list[dict[str, Any]], path: str) -> bytes:
    if path.endswith(".jsonl"):
        lines = [parse_json(line) for line in data.splitlines()]
        return b"".join(
            json.dumps(each, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
            for each in _patch(lines, patch)
        )
    document = _patch(parse_json(data), patch)
    if data.count(b"\n") <= 1:
        return (
            json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        )
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


@lru_cache(maxsize=16)
def _yaml(data: bytes) -> Any:
    """The value of a YAML document, parsed once however many cases patch it; `_patch` copies it."""
    return parse_yaml(data)


def _patch(document: Any, patch: list[dict[str, Any]]) -> Any:
    """JSON Patch (RFC 6902) with add, remove and replace."""
    document = copy.deepcopy(document)
    for step in patch:
        *parents, last = split(step["path"]) or (None,)
        if last is None:
            document = step["value"]
            continue
        holder = document
        for token in parents:
            holder = holder[int(token)] if isinstance(holder, list) else holder[token]
        if isinstance(holder, list):
            position = len(holder) if last == "-" else int(last)
            if step["op"] == "add":
                holder.insert(position, copy.deepcopy(step["value"]))
            elif step["op"] == "remove":
                del holder[position]
            else:
                holder[position] = copy.deepcopy(step["value"])
        elif step["op"] == "remove":
            del holder[last]
        else:
            if step["op"] == "replace" and last not in holder:
                raise EvidenceError(f"a denial case replaces {step['path']!r}, which does not exist")
            holder[last] = copy.deepcopy(step["value"])
    return document


def _renamed(subject: Subject, moved: Mapping[str, str], layout: Layout) -> Subject:
    """The subject's name after sealing: a changed spec gives a version a new ID."""
    for old, new in moved.items():
        before, after = layout.match(old), layout.match(new)
        if (
            before
            and after
            and before.variables.get("version") == subject.version
            and "version" in after.variables
        ):
            return Subject(after.variables["slug"], after.variables["version"])
    return subject
