"""Keys are of two kinds, private ones are private, and what is not is a sentence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)

from kfm_gates.errors import PermitInvalid, UsageError
from kfm_gates.judge.trust import PermitKey
from kfm_gates.permit.keys import signer, trusted
from tests.support.others import give_away
from tests.support.permits import new_key, public, write_key


def _entry(file: Path) -> PermitKey:
    return PermitKey("ci", file, file.read_bytes())


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_what_is_signed_verifies_with_that_key_only(tmp_path: Path, kind: str) -> None:
    file = write_key(new_key(kind), tmp_path / "key")
    signing = signer(file, tmp_path / "evidence")
    signature = signing.sign(b"data")
    key = trusted(_entry(public(file)))
    assert key.key_id == signing.key_id
    key.verify(signature, b"data")
    with pytest.raises(PermitInvalid, match="not one of the key 'ci'"):
        key.verify(signature, b"dato")
    for other in ("ed25519", "p256"):
        stranger = trusted(_entry(public(write_key(new_key(other), tmp_path / other))))
        with pytest.raises(PermitInvalid):
            stranger.verify(signature, b"data")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = write_key(new_key(), tmp_path / "key")
    file.chmod(mode)
    with pytest.raises(UsageError, match="chmod 600"):
        signer(file, tmp_path / "evidence")


@pytest.mark.stores
def test_a_key_of_somebody_else_is_refused(tmp_path: Path) -> None:
    file = write_key(new_key(), tmp_path / "key")
    give_away(file)
    with pytest.raises(UsageError, match="belongs to somebody else"):
        signer(file, tmp_path / "evidence")


def test_a_key_inside_the_evidence_is_refused(tmp_path: Path) -> None:
    file = write_key(new_key(), tmp_path / "key")
    with pytest.raises(UsageError, match="inside the evidence root"):
        signer(file, tmp_path)


def _pem(key: Any, password: bytes | None = None) -> bytes:
    how = BestAvailableEncryption(password or b"secret")
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
    return pem


def test_an_encrypted_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.touch(0o600)
    file.write_bytes(_pem(ed25519.Ed25519PrivateKey.generate()))
    with pytest.raises(UsageError, match="the key is encrypted"):
        signer(file, tmp_path / "evidence")


OTHERS = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "k256": lambda: ec.generate_private_key(ec.SECP256K1()),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_keys_of_other_kinds_are_refused(tmp_path: Path, kind: str) -> None:
    file = write_key(OTHERS[kind](), tmp_path / "key")
    with pytest.raises(UsageError, match="of another kind"):
        signer(file, tmp_path / "evidence")
    with pytest.raises(UsageError, match="of another kind"):
        trusted(_entry(public(file)))


@pytest.mark.parametrize("data", [b"", b"-----BEGIN PRIVATE KEY-----\n", b"\x00" * 100, b"a key"])
def test_what_is_no_key_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "key"
    file.touch(0o600)
    file.write_bytes(data)
    with pytest.raises(UsageError, match="no private key"):
        signer(file, tmp_path / "evidence")
    with pytest.raises(UsageError, match=r"no public key|is a private key"):
        trusted(_entry(file))


def test_a_private_key_is_nothing_to_verify_with(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a private key"):
        trusted(_entry(write_key(new_key(), tmp_path / "key")))


def test_what_can_not_be_read_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for place in (tmp_path / "gone", tmp_path / "pipe", tmp_path):
        with pytest.raises(UsageError, match="signing key"):
            signer(place, tmp_path / "evidence")


def test_the_id_is_the_digest_of_the_public_key(tmp_path: Path) -> None:
    import hashlib

    key = new_key()
    file = write_key(key, tmp_path / "key")
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert trusted(_entry(public(file))).key_id == f"sha256:{hashlib.sha256(der).hexdigest()}"
