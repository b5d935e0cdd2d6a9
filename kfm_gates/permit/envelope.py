"""The signed form of a permit: a DSSE envelope (secure-systems-lab/dsse, v1) around its canonical JSON.

    {"payloadType": "application/vnd.kfm.gates.permit.v1+json", "payload": "<base64>",
     "signatures": [{"keyid": "sha256:…", "sig": "<base64>"}]}

Exactly these members, exactly one signature, base64 in its one standard spelling. Anything else is refused.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass

from kfm_gates.errors import PermitInvalid
from kfm_gates.evidence.canonical import jcs
from kfm_gates.evidence.digests import is_digest
from kfm_gates.model.finding import Json
from kfm_gates.permit.keys import Signer, TrustedKey

PAYLOAD_TYPE = "application/vnd.kfm.gates.permit.v1+json"

_AGAIN = "issue the permit again"
# Canonical JSON, for values without numbers that have a fraction and with keys in ASCII: a permit's, once its form
# was seen to be right. Many times as fast as the general way; a test compares the two.
_CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@dataclass(frozen=True)
class Envelope:
    """An envelope of the right form, not verified."""

    payload: bytes
    key_id: str
    signature: bytes


def is_envelope(value: Json) -> bool:
    """Whether a document means to be an envelope, rather than a permit by itself."""
    return isinstance(value, dict) and "payloadType" in value


def pae(payload: bytes) -> bytes:
    """What is signed: the pre-authentication encoding of the payload and its type."""
    kind = PAYLOAD_TYPE.encode("ascii")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def signed(permit: Json, signer: Signer) -> dict[str, Json]:
    """The envelope around a permit."""
    payload = jcs(permit)
    signature = {"keyid": signer.key_id, "sig": _text(signer.sign(pae(payload)))}
    return {"payloadType": PAYLOAD_TYPE, "payload": _text(payload), "signatures": [signature]}


def read_envelope(value: Json) -> Envelope:
    """The envelope in a document; raises PermitInvalid for one that is not exactly of the form."""
    if not isinstance(value, dict) or set(value) != {"payloadType", "payload", "signatures"}:
        raise PermitInvalid(
            f"the envelope must have payloadType, payload and signatures, and no more; {_AGAIN}"
        )
    if value["payloadType"] != PAYLOAD_TYPE:
        raise PermitInvalid(f"the envelope holds {value['payloadType']!r}, which is no permit; {_AGAIN}")
    signatures = value["signatures"]
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise PermitInvalid(f"the envelope must have exactly one signature; {_AGAIN}")
    (entry,) = signatures
    if not isinstance(entry, dict) or set(entry) != {"keyid", "sig"} or not is_digest(entry["keyid"]):
        raise PermitInvalid(f"the signature must have keyid (a digest) and sig, and no more; {_AGAIN}")
    return Envelope(_bytes(value["payload"]), entry["keyid"], _bytes(entry["sig"]))


def refuse_not_canonical(payload: bytes, permit: Json) -> None:
    """Raise PermitInvalid unless the payload is the one spelling of this permit, which has the right form."""
    if _CANONICAL.encode(permit).encode("utf-8") != payload:
        raise PermitInvalid(f"the signed payload is not canonical JSON (RFC 8785); {_AGAIN}")


def verify_signature(envelope: Envelope, keys: Iterable[TrustedKey]) -> TrustedKey:
    """The trusted key that signed; raises PermitInvalid when none did."""
    known = {key.key_id: key for key in keys}
    key = known.get(envelope.key_id)
    if key is None:
        raise PermitInvalid(
            f"the permit is signed by the key {envelope.key_id}, which the configuration does not trust; add it to "
            "[trust] permit_keys if it should"
        )
    key.verify(envelope.signature, pae(envelope.payload))
    return key


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: Json) -> bytes:
    """The bytes of base64 in its standard spelling: alphabet, padding and unused bits."""
    try:
        data = base64.b64decode(str(text).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        data = b""
    if not isinstance(text, str) or not data or _text(data) != text:
        raise PermitInvalid(f"the envelope holds something that is not base64; {_AGAIN}")
    return data
