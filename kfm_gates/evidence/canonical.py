"""Canonical JSON (RFC 8785, JCS): one sequence of bytes for one value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.digests import sha256

if TYPE_CHECKING:
    from kfm_gates.model.finding import Json


def jcs(value: Json) -> bytes:
    """The canonical bytes of a value; EvidenceError for what has none (dates, NaN, 2^53, lone surrogates)."""
    import rfc8785

    try:
        return rfc8785.dumps(value)
    except RecursionError as error:
        raise EvidenceError("the value is nested too deeply for canonical JSON; flatten it") from error
    except Exception as error:  # rfc8785 lets UnicodeEncodeError and others through
        reason = str(error).rstrip(".") or type(error).__name__
        raise EvidenceError(
            f"the value has no canonical JSON form ({reason}); "
            "use only null, booleans, exact numbers, well-formed strings, lists and string keys"
        ) from error


def digest_of(value: Json) -> str:
    """The digest "sha256:<hex>" of the canonical bytes of a value."""
    return sha256(jcs(value))
