"""The tree head over the subjects of a permit: one digest for any number of them (RFC 6962)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.merkle import CompactRange
from kfm_gates.model.finding import Json

# The same bytes as canonical JSON for a list of texts, and many times as fast; a test compares them.
_TEXTS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def leaf(id: str, digest: str) -> bytes:
    """The leaf of one subject: the canonical JSON (RFC 8785) of `[id, digest]`."""
    try:
        return _TEXTS.encode([id, digest]).encode("utf-8")
    except UnicodeEncodeError as error:
        raise EvidenceError(f"the subject {id!r} has no canonical form; name it in valid Unicode") from error


def subjects_root(subjects: Iterable[tuple[str, str]]) -> dict[str, Json]:
    """Tree head and size, as a permit names them, over id and digest of subjects in the order of their ids."""
    tree = CompactRange()
    for id, digest in sorted(subjects):
        tree.append(leaf(id, digest))
    return {"root": f"sha256:{tree.root().hex()}", "size": tree.size}


def files_digest(files: Iterable[Mapping[str, str]]) -> str:
    """The digest of a subject with these files: of the canonical JSON of the list of `[path, digest]`."""
    return sha256(_TEXTS.encode([[file["path"], file["digest"]] for file in files]).encode("utf-8"))
