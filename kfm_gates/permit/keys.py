"""Keys that permits are signed with: Ed25519, or ECDSA over P-256 with SHA-256. The key's own type is the algorithm.

Nothing in a signed permit chooses an algorithm, so none can be confused with another. ECDSA signatures are malleable:
a second valid signature can be made of one, over the same payload. Nothing here takes a signature for a name: what is
used up once is the nonce in the payload.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kfm_gates.errors import EngineError, PermitInvalid, UsageError
from kfm_gates.evidence.digests import sha256
from kfm_gates.judge.trust import PermitKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_LARGEST = 1 << 16
_KINDS = "an Ed25519 key, or an ECDSA key over P-256"
_MISSING = "signed permits need the library cryptography; install it with `pip install 'kfm-gates[attest]'`"


@dataclass(frozen=True, repr=False)
class Signer:
    """A private key. Only the judge process makes one, when it has something to sign."""

    key: Ed25519PrivateKey | EllipticCurvePrivateKey
    key_id: str

    def sign(self, data: bytes) -> bytes:
        """The signature: 64 bytes for Ed25519, DER for ECDSA."""
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
        from cryptography.hazmat.primitives.hashes import SHA256

        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(data)
        return self.key.sign(data, ec.ECDSA(SHA256()))


@dataclass(frozen=True)
class TrustedKey:
    """A public key of the configuration."""

    name: str
    key: Ed25519PublicKey | EllipticCurvePublicKey
    key_id: str

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return if the signature is this key's over the data; raise PermitInvalid otherwise."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
        from cryptography.hazmat.primitives.hashes import SHA256

        try:
            if isinstance(self.key, ed25519.Ed25519PublicKey):
                self.key.verify(signature, data)
            else:
                self.key.verify(signature, data, ec.ECDSA(SHA256()))
        except InvalidSignature as error:
            raise PermitInvalid(
                f"the permit's signature is not one of the key {self.name!r}; run the gates again"
            ) from error


def trusted(entry: PermitKey) -> TrustedKey:
    """A key of the configuration, ready to verify; raises UsageError for what is no such key."""
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError as error:
        raise EngineError(_MISSING) from error
    at = f"{entry.file}: the key {entry.name!r}"
    if b"PRIVATE KEY" in entry.pem:
        raise UsageError(f"{at} is a private key; who verifies needs the public one, and only that")
    try:
        key = load_pem_public_key(entry.pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{at} is no public key in PEM; give {_KINDS}") from error
    if isinstance(key, ed25519.Ed25519PublicKey) or (
        isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    ):
        return TrustedKey(entry.name, key, _id(key))
    raise UsageError(f"{at} is of another kind; give {_KINDS}")


def signer(path: Path, root: Path) -> Signer:
    """The private key in a file; raises UsageError for one that others can read, or of another kind."""
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as error:
        raise EngineError(_MISSING) from error
    pem = _private(path, root)
    try:
        key = load_pem_private_key(pem, None)
    except TypeError as error:
        raise UsageError(
            f"{path}: the key is encrypted, and nobody can be asked for its passphrase here; give an unencrypted one "
            "that only its owner can read"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{path}: is no private key in PEM (PKCS #8); give {_KINDS}") from error
    if isinstance(key, ed25519.Ed25519PrivateKey) or (
        isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
    ):
        return Signer(key, _id(key.public_key()))
    raise UsageError(f"{path}: the key is of another kind; give {_KINDS}")


def _private(path: Path, root: Path) -> bytes:
    """The bytes of a file that nobody but its owner, who is asking, can read."""
    if path.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{path}: a signing key can't lie inside the evidence root ({root}); move it out")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise UsageError(f"{path}: the signing key can't be read: {error.strerror}") from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"{path}: the signing key is not a regular file")
        if status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise UsageError(
                f"{path}: others than its owner can read the signing key, or it belongs to somebody else; "
                "`chmod 600` a file of your own"
            )
        return file.read(_LARGEST)


def _id(key: Ed25519PublicKey | EllipticCurvePublicKey) -> str:
    """The key's id: the digest of its SubjectPublicKeyInfo (RFC 5280) in DER."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
