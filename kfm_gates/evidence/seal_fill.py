"""Filling in digests and sizes, document after document in the order in which digests flow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kfm_gates.errors import EvidenceError, UsageError
from kfm_gates.evidence import merkle
from kfm_gates.evidence.canonical import jcs
from kfm_gates.evidence.digests import hex_of, is_digest
from kfm_gates.evidence.seal_evidence import Evidence
from kfm_gates.evidence.seal_ledger import Ledger
from kfm_gates.evidence.seal_names import read_spec, spec_of
from kfm_gates.evidence.seal_references import Reference, references
from kfm_gates.evidence.strict_json import parse_json


def fill_all(evidence: Evidence) -> None:
    """Bring every digest and size that a document states in line with the file that it speaks of."""
    parsed = {path: value for path in evidence.documents if (value := _parsed(evidence, path)) is not None}
    found = {path: _references(evidence, path, document) for path, document in parsed.items()}
    waits = {path: {r.target for r in rows if r.target in parsed} for path, rows in found.items()}
    for path, knot in _in_order(waits):
        changed = [r.holder for r in found[path] if r.target not in knot and _fill(evidence, r)]
        if isinstance(parsed[path], Ledger):
            evidence.documents[path] = parsed[path].sealed(changed)
        elif changed:
            evidence.documents[path] = _bytes(evidence, path, parsed[path])


def _parsed(evidence: Evidence, path: str) -> Any:
    match = evidence.match(path)
    if match is None or match.name == "spec" or not evidence.writable(path):
        return None
    if match.name == "ledger":
        return Ledger(evidence.documents[path])
    try:
        return parse_json(evidence.documents[path])
    except EvidenceError:
        return None


def _references(evidence: Evidence, path: str, document: Any) -> list[Reference]:
    match = evidence.match(path)
    if match is None:
        return []
    if isinstance(document, Ledger):
        return document.references()
    if match.name == "checkpoint":
        ledger = evidence.layout.path("ledger")
        fields = (("root", "root", str), ("size", "count", int)) if isinstance(document, dict) else ()
        return [
            Reference(document, k, ledger, form) for k, form, kind in fields if type(document.get(k)) is kind
        ]
    return references(document, path, match, evidence.layout, _spec(evidence, match.variables, document))


def _spec(evidence: Evidence, variables: Mapping[str, str], document: Any) -> str | None:
    """The spec of the version that a document belongs to by its path or, failing that, by its own words."""
    words = document if isinstance(document, dict) else {}
    slug = variables.get("slug") or words.get("dataset_slug")
    version = variables.get("version") or words.get("dataset_version_id")
    if not isinstance(slug, str) or not isinstance(version, str):
        return None
    try:
        return spec_of(evidence, slug, version)
    except UsageError:  # a slug that can't be part of a path
        return None


def _in_order(waits: Mapping[str, set[str]]) -> list[tuple[str, set[str]]]:
    """Documents after those they speak of, each with the knot it is part of (empty when it is part of none).

    Digests flow one way, so a knot is a mistake; within it nothing can be computed and nothing is.
    """
    order: list[tuple[str, set[str]]] = []
    left = dict(waits)
    while left:
        ready = sorted(path for path, targets in left.items() if not targets & left.keys())
        knot: set[str] = set()
        if not ready:
            knot = _knot(left)
            ready = sorted(knot)
        order += [(path, knot) for path in ready]
        for path in ready:
            del left[path]
    return order


def _knot(waits: Mapping[str, set[str]]) -> set[str]:
    """What is left after taking away, again and again, the documents that no other waits for."""
    core = set(waits)
    while True:
        needed = {target for path in core for target in waits[path]}
        if core <= needed:
            return core
        core &= needed


def _fill(evidence: Evidence, reference: Reference) -> bool:
    """Write the value that follows from the target's bytes; whether that changed anything."""
    value = _value(evidence, reference)
    if value is None or reference.holder[reference.key] == value:
        return False
    reference.holder[reference.key] = value
    return True


def _value(evidence: Evidence, reference: Reference) -> str | int | None:
    digest, size = evidence.digest(reference.target), evidence.size(reference.target)
    if digest is None or size is None:
        return None
    if reference.form == "spec_hash":
        stated = (read_spec(evidence.documents[reference.target]) or {}).get("spec_hash")
        return stated if is_digest(stated) else None
    if reference.form in ("root", "count"):
        if reference.target not in evidence.documents:  # too large to be a document
            return None
        lines = evidence.documents[reference.target].split(b"\n")
        leaves = lines if lines[-1] else lines[:-1]
        return len(leaves) if reference.form == "count" else "sha256:" + merkle.root(leaves).hex()
    if reference.form == "size":
        return size
    bare = hex_of(digest)
    texts = {"digest": digest, "hex": bare, "multihash": "1220" + bare, "size text": str(size)}
    return texts[reference.form]


def _bytes(evidence: Evidence, path: str, document: Any) -> bytes:
    match = evidence.match(path)
    if match is not None and match.name == "checkpoint":
        return jcs(document) + b"\n"
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
