"""SHA-256 digests and the spellings that documents use for them."""

from __future__ import annotations

import hashlib
import re
from typing import TypeGuard

from kfm_gates.errors import EvidenceError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MULTIHASH = re.compile(r"1220[0-9a-f]{64}")
_HEX_BINARY = re.compile(r"[0-9a-fA-F]{64}")


def sha256(data: bytes) -> str:
    """The digest of bytes as "sha256:" and 64 lower-case hexadecimal digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def is_digest(text: object) -> TypeGuard[str]:
    """Whether this is "sha256:" and 64 lower-case hexadecimal digits, and nothing else."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def hex_of(digest: str) -> str:
    """The 64 hexadecimal digits of a digest; EvidenceError for anything else."""
    if not is_digest(digest):
        raise EvidenceError(f"{digest!r} is no digest; write sha256: and 64 lower-case hexadecimal digits")
    return digest.removeprefix("sha256:")


def normalise(text: object) -> str | None:
    """A digest in any of the three spellings as "sha256:<hex>"; None when it is none of them.

    `sha256:<hex>` (OCI, KFM) and the multihash `1220<hex>` (STAC file extension) in lower case only,
    since both specifications say so; 64 bare digits (spdx:checksumValue, xsd:hexBinary) in either case.
    """
    if not isinstance(text, str):
        return None
    if _DIGEST.fullmatch(text):
        return text
    if _MULTIHASH.fullmatch(text):
        return "sha256:" + text[4:]
    if _HEX_BINARY.fullmatch(text):
        return "sha256:" + text.lower()
    return None
