"""Permits, keys and permit stores for tests: real ones, without a run of the gates where that proves nothing."""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.digests import sha256
from kfm_gates.model.permit import LISTED, Permit
from kfm_gates.permit.inputs import Inputs
from kfm_gates.permit.subjects import subjects_root
from kfm_gates.permit.verified_permit import Run, VerifiedPermit, mint
from tests.model.samples import PERMIT


def moment(seconds: int = 0) -> str:
    """The time now, moved by some seconds, as documents write it."""
    return f"{datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def subject(number: int) -> tuple[str, str]:
    """Id and digest of one of any number of subjects."""
    return f"dataset-{number:05}/2017.0f0f0f0f.1a2b3c4d", digest_of([number])


def document(audience: str, number: int = 2, **changes: Any) -> dict[str, Any]:
    """A permit of the right form, issued just now."""
    pairs = [subject(each) for each in range(number)]
    digests = {
        name: sha256(name.encode())
        for name in ("paths", "decision", "docket", "configuration", "policy_pack", "engines")
    }
    return {
        "kfm_permit_version": "v1",
        "operation": "build",
        "audience": audience,
        "subjects": [{"id": id, "digest": digest} for id, digest in pairs] if number <= LISTED else [],
        "subjects_root": subjects_root(pairs),
        **{f"{name}_digest": digest for name, digest in digests.items()},
        "profile": {"name": "promotion-v1", "digest": sha256(b"profile")},
        "checkpoint": {"root": sha256(b"ledger"), "size": 7},
        "waivers": [],
        "scope": None,
        "plan": None,
        "nonce": secrets.token_hex(16),
        "evaluated_at": moment(),
        "issued_at": moment(),
        "expires_at": moment(900),
    } | changes


def permit(audience: str, number: int = 2, **changes: Any) -> Permit:
    """The same as a model."""
    return Permit.read(document(audience, number, **changes), "permit.json")


def new_key(kind: str = "ed25519") -> Any:
    """A new private key."""
    return (
        ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else ec.generate_private_key(ec.SECP256R1())
    )


def write_key(key: Any, file: Path) -> Path:
    """The private key in a file that only its owner can read, and `<file>.pub` beside it."""
    file.touch(0o600)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public(file).write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return file


def public(file: Path) -> Path:
    """The file of the public key beside that of a private one."""
    return file.with_name(f"{file.name}.pub")


def trusting(file: Path, *keys: Path, more: str = "", top: str = "") -> Path:
    """A configuration file that trusts these public keys; `top` and `more` are further lines before and in [trust]."""
    entries = ", ".join(
        f'{{ name = "{key.stem}", file = {json.dumps(str(key))}, sha256 = "{sha256(key.read_bytes())[7:]}" }}'
        for key in keys
    )
    file.write_text(f"{top}\n[trust]\npermit_keys = [{entries}]\n{more}\n")
    return file


def verified(root: Path, operation: str, *, kept: list[Any] | None = None) -> VerifiedPermit:
    """A permit in use for one file, `a.txt`, which is written below `root`."""
    (root / "a.txt").write_bytes(b"judged")
    digest = "sha256:" + hashlib.sha256(b"judged").hexdigest()
    permit = Permit.read({**PERMIT, "operation": operation}, "permit.json")
    receipts: list[Any] = [] if kept is None else kept
    return mint(
        permit,
        Inputs(root, {"a.txt": digest}, {"a/1": ["a.txt"]}),
        Run("run-1", ("tiles:a",), receipts.append),
    )
