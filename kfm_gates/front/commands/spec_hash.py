"""`kfm-gates spec-hash`: the spec hash of a document, and whether the document names the same."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TextIO

from kfm_gates.errors import EvidenceError, UsageError
from kfm_gates.evidence.hash_methods import spec_hash
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.strict_yaml import parse_yaml
from kfm_gates.model.finding import Json
from kfm_gates.reports.harmless import visible

DEFAULT = "kfm-spec-v1"


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print the hash; 1 when the document names another."""
    path = Path(arguments.spec)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the spec can't be read: {error.strerror}") from error
    try:
        document = parse_json(raw) if path.suffix in (".json", ".jsonld") else parse_yaml(raw)
        method = arguments.method or _named(document, "hash_method") or DEFAULT
        digest = spec_hash(document, raw, method)
    except EvidenceError as error:
        raise EvidenceError(f"{path}: {error}") from error
    out.write(f"{digest}\n")
    named = _named(document, "spec_hash")
    if named is not None and named != digest:
        print(f"kfm-gates: {visible(str(path))}: the spec names another: {visible(named)}", file=sys.stderr)
        return EvidenceError.exit_code
    return 0


def _named(document: Json, key: str) -> str | None:
    value = document.get(key) if isinstance(document, dict) else None
    return None if value is None else str(value)
