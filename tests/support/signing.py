"""Permits signed by a trusted key, many from one judgement: for tests of what happens after the gates."""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from kfm_gates.permit.envelope import signed
from kfm_gates.permit.keys import signer

AUDIENCE = "tests"


@dataclass(frozen=True)
class Issuer:
    """Issues permits for what was judged once. Whoever holds the key is the judge, as far as others can tell."""

    folder: Path
    permit: dict[str, Any]
    decision: bytes

    @classmethod
    def trusted_in(cls, folder: Path, permit: dict[str, Any], decision: bytes, profile: str) -> Issuer:
        """An issuer whose key the configuration that is written to `folder` trusts."""
        key = Ed25519PrivateKey.generate()
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "key.pub").write_bytes(pem)
        (folder / "key.pem").touch(0o600)
        (folder / "key.pem").write_bytes(private)
        pinned = f'{{ name = "t", file = "key.pub", sha256 = "{hashlib.sha256(pem).hexdigest()}" }}'
        (folder / "kfm-gates.toml").write_text(
            f'profile = "{profile}"\naudience = "{AUDIENCE}"\n[trust]\npermit_keys = [{pinned}]\n'
        )
        return cls(folder, permit, decision)

    def issue(self, seconds: int = 900, **changed: Any) -> Path:
        """A fresh permit, in a folder of its own with the decision beside it."""
        now = datetime.datetime.now(datetime.UTC)
        times = {
            "evaluated_at": now,
            "issued_at": now,
            "expires_at": now + datetime.timedelta(seconds=seconds),
        }
        permit = {
            **self.permit,
            "audience": AUDIENCE,
            "nonce": secrets.token_hex(16),
            **{name: moment.strftime("%Y-%m-%dT%H:%M:%SZ") for name, moment in times.items()},
            **changed,
        }
        place = self.folder / "issued" / permit["nonce"]
        place.mkdir(parents=True)
        (place / "decision.json").write_bytes(self.decision)
        path = place / "permit.json"
        path.write_text(json.dumps(signed(permit, signer(self.folder / "key.pem", self.folder / "none"))))
        return path

    def words(self) -> tuple[str, ...]:
        """What `exec` is told to use a fresh permit: no judge is started then."""
        return (
            "--operation",
            str(self.permit["operation"]),
            "--expect-pack",
            str(self.permit["policy_pack_digest"]),
            "--permit",
            str(self.issue()),
        )
