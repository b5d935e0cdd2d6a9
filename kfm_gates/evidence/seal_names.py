"""The names that are made of digests: specs, dataset versions and environments, renamed when those changed.

A name that changed is replaced in every document and path. A spec that derives from another version is
named after that version has its final id, since the id stands in its text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.digests import hex_of, is_digest
from kfm_gates.evidence.hash_methods import HASH_METHODS, spec_hash
from kfm_gates.evidence.seal_evidence import Evidence
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.strict_yaml import dump_yaml, parse_yaml

_VERSION = re.compile(r"(?P<slice>[^/]+?)\.(?P<spec8>[0-9a-f]{8})(?:\.(?P<inputs8>[0-9a-f]{8}))?")
_SLICE = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")
_SPEC_HASH_LINE = re.compile(r"^(spec_hash:[ ]*)(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'#]+)", re.MULTILINE)


def rename_all(evidence: Evidence) -> None:
    """Bring the names of environments, specs and versions in line with what they are made of."""
    _environments(evidence)
    for slug, version in evidence.versions():
        if spec_of(evidence, slug, version) is None:
            _rename_version(evidence, slug, version, None, None)
    waiting = [path for path, match in evidence.named("spec") if evidence.chosen(match)]
    while waiting:
        ready = [path for path in waiting if not _sources(evidence, path, waiting)]
        if not ready:  # specs that derive from one another have no final name
            return
        for path in ready:
            waiting.remove(path)
            _rename_spec(evidence, path)


def spec_of(evidence: Evidence, slug: str, version: str) -> str | None:
    """The path of the spec that a version id names by its second part."""
    parts = _VERSION.fullmatch(version)
    if parts is None:
        return None
    path = evidence.layout.path("spec", slug=slug, spec8=parts["spec8"])
    return path if path in evidence.documents else None


@lru_cache(maxsize=1024)  # strict YAML is slow, and every document of a version asks for its spec
def read_spec(data: bytes) -> Mapping[str, Any] | None:
    """The spec as a mapping that nobody may change, or None when it is none."""
    try:
        document = parse_yaml(data)
    except EvidenceError:
        return None
    return MappingProxyType(document) if isinstance(document, dict) else None


def _environments(evidence: Evidence) -> None:
    for path, match in evidence.named("environment"):
        old, now = match.variables.get("digest", ""), hex_of(evidence.digest(path) or "")
        if path not in evidence.kept and re.fullmatch("[0-9a-f]{64}", old) and old != now:
            evidence.replace(old, now, among=[path])


def _sources(evidence: Evidence, path: str, waiting: list[str]) -> list[str]:
    """The specs still waiting whose path, hash or versions this spec's text names, itself included."""
    text = evidence.documents[path].decode(errors="replace")
    named = {spec_of(evidence, slug, version) for slug, version in evidence.versions() if version in text}
    for spec in waiting:
        stated = (read_spec(evidence.documents[spec]) or {}).get("spec_hash")
        times = text.count(hex_of(stated)) if is_digest(stated) else 0
        if spec in text or times > (spec == path):  # its own hash may stand there once: as its own hash
            named.add(spec)
    return [spec for spec in waiting if spec in named]


def _rename_spec(evidence: Evidence, path: str) -> None:
    match, document = evidence.match(path), read_spec(evidence.documents[path])
    if match is None or document is None:
        return
    slug = match.variables["slug"]
    users = [v for s, v in evidence.versions() if s == slug and spec_of(evidence, s, v) == path]
    new = _new_hash(document) if evidence.writable(path) else None
    if new is not None:
        old = document.get("spec_hash")
        if isinstance(old, str) and old != new:
            evidence.documents[path] = _with_spec_hash(evidence.documents[path], document, new)
            if is_digest(old):
                evidence.replace(hex_of(old), hex_of(new), among=())
        target = evidence.layout.path("spec", slug=slug, spec8=hex_of(new)[:8])
        if target not in evidence.documents:
            evidence.replace(path, target)
    for version in users:
        _rename_version(evidence, slug, version, hex_of(new)[:8] if new else None, document.get("time_slice"))


def _new_hash(document: Mapping[str, Any]) -> str | None:
    method = document.get("hash_method")
    if not isinstance(method, str) or method not in HASH_METHODS:
        method = "kfm-spec-v1"  # an unknown method is for a check to deny; the rest must still fit together
    if not HASH_METHODS[method].excludes("spec_hash"):
        return None  # a digest over itself can't be made
    try:
        return spec_hash(dict(document), b"", method)
    except EvidenceError:
        return None


def _with_spec_hash(text: bytes, document: Mapping[str, Any], new: str) -> bytes:
    """The spec with another spec_hash: only this value of the text changes, if it stands there plainly."""
    expected = {**document, "spec_hash": new}
    changed = _SPEC_HASH_LINE.sub(lambda found: f'{found[1]}"{new}"', text.decode(), count=1).encode()
    return changed if read_spec(changed) == expected else dump_yaml(expected)


def _rename_version(
    evidence: Evidence, slug: str, version: str, spec8: str | None, time_slice: object
) -> None:
    parts = _VERSION.fullmatch(version)
    if parts is None:
        return
    start = time_slice if isinstance(time_slice, str) and _SLICE.fullmatch(time_slice) else parts["slice"]
    renamed = f"{start}.{spec8 or parts['spec8']}"
    if parts["inputs8"] is not None:
        renamed += "." + (_inputs8(evidence, slug, version) or parts["inputs8"])
    taken = any(v == renamed for s, v in evidence.versions() if s == slug)
    if renamed != version and not taken:
        if evidence.subjects is not None:
            chosen = {f"{slug}/{renamed}" if s == f"{slug}/{version}" else s for s in evidence.subjects}
            evidence.subjects = evidence.subjects | chosen
        evidence.replace(version, renamed)


def _inputs8(evidence: Evidence, slug: str, version: str) -> str | None:
    """The first 8 digits of the digest over the version's data inputs, as its receipts name them."""
    digests: set[str] = set()
    for path, match in evidence.named("receipt"):
        if match.variables["slug"] == slug and match.variables["version"] == version:
            digests |= _data_inputs(evidence, path, slug, version)
    return hex_of(digest_of(sorted(digests)))[:8] if digests else None


def _data_inputs(evidence: Evidence, path: str, slug: str, version: str) -> set[str]:
    try:
        document = parse_json(evidence.documents[path])
    except EvidenceError:
        return set()
    inputs = document.get("inputs") if isinstance(document, dict) else None
    found: set[str] = set()
    for entry in inputs if isinstance(inputs, list) else []:
        uri = entry.get("uri") if isinstance(entry, dict) else None
        match = evidence.match(uri) if isinstance(uri, str) else None
        if match is None or match.name not in ("raw_artifact", "artifact"):
            continue
        if (match.variables.get("slug"), match.variables.get("version")) == (slug, version):
            continue
        now = evidence.digest(str(uri)) if evidence.writable(path) else None
        digest = now or entry.get("digest")
        if is_digest(digest):
            found.add(digest)
    return found
