"""Named hash methods: how a document's own digest is made (canonicalisation, and what is left out).

A document names its method, since real data uses at least six; a digest is never tried against all of
them. Fields that are left out are named one by one; the only pattern is a leading "*".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.canonical import jcs
from kfm_gates.evidence.digests import sha256

if TYPE_CHECKING:
    from kfm_gates.model.finding import Json


Canonicalisation = Literal["jcs", "sorted-ascii-json", "sorted-utf8-json", "raw-bytes"]


@dataclass(frozen=True)
class HashMethod:
    """What is hashed: the document without `excluded` top-level keys, in this canonicalisation.

    An excluded name that begins with "*" means every key that ends so.
    """

    name: str
    excluded: tuple[str, ...]
    canonicalisation: Canonicalisation

    def excludes(self, key: str) -> bool:
        """Whether this top-level key is left out of the digest."""
        return any(key.endswith(name[1:]) if name.startswith("*") else key == name for name in self.excluded)


HASH_METHODS: Mapping[str, HashMethod] = MappingProxyType(
    {
        method.name: method
        for method in (
            HashMethod("kfm-spec-v1", ("spec_hash",), "jcs"),
            HashMethod("jcs-without-ids", ("spec_hash", "id", "uri", "*_id"), "jcs"),
            HashMethod("jcs-whole", (), "jcs"),
            HashMethod("sorted-ascii-json", ("spec_hash",), "sorted-ascii-json"),
            HashMethod("sorted-utf8-json", ("spec_hash",), "sorted-utf8-json"),
            HashMethod("raw-bytes", (), "raw-bytes"),
        )
    }
)


def hash_method(name: str) -> HashMethod:
    """The method of this name; EvidenceError with the known names and the nearest one."""
    found = HASH_METHODS.get(name) if isinstance(name, str) else None
    if found is None:
        raise EvidenceError(
            f"unknown hash method {name!r}{_did_you_mean(name)}; known: {', '.join(HASH_METHODS)}"
        )
    return found


def spec_hash(document: Json, raw: bytes, method: str) -> str:
    """The digest "sha256:<hex>" of a document by a named method.

    `document` is the parsed document, `raw` the bytes of its file (for `raw-bytes`). EvidenceError for an
    unknown method, a document that is no object where keys are left out, and values without such a form.
    """
    chosen = hash_method(method)
    if chosen.canonicalisation == "raw-bytes":
        return sha256(raw)
    if chosen.excluded:
        if not isinstance(document, dict):
            raise EvidenceError(f"hash method {method} needs an object at the top; write the document as one")
        document = {key: value for key, value in document.items() if not chosen.excludes(str(key))}
    return sha256(_CANONICALISATIONS[chosen.canonicalisation](document))


def _sorted_json(document: Json, *, ascii_only: bool) -> bytes:
    """What Python's json writes with sorted keys and no spaces; not RFC 8785 (key order, floats)."""
    jcs(document)  # refuses everything that json.dumps would silently turn into something else
    text = json.dumps(
        document, sort_keys=True, ensure_ascii=ascii_only, allow_nan=False, separators=(",", ":")
    )
    return text.encode()


_CANONICALISATIONS: Mapping[str, Callable[[Json], bytes]] = MappingProxyType(
    {
        "jcs": jcs,
        "sorted-ascii-json": lambda document: _sorted_json(document, ascii_only=True),
        "sorted-utf8-json": lambda document: _sorted_json(document, ascii_only=False),
    }
)


def _did_you_mean(name: object) -> str:
    import difflib

    near = difflib.get_close_matches(str(name), HASH_METHODS, n=1)
    return f" (did you mean {near[0]}?)" if near else ""
