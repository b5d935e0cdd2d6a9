"""Verifying a signed permit, with everything that it rests on, inside a process that has imported what it needs."""

from __future__ import annotations

import hashlib
import json
import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from benchmarks.processes import Measured, timed
from kfm_gates.checks.pack import open_packs
from kfm_gates.evidence.canonical import digest_of, jcs
from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.tree import paths_below, paths_digest
from kfm_gates.judge import pins
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.profile_file import load_profile
from kfm_gates.judge.rego_choice import RegoChoice
from kfm_gates.judge.request import Request
from kfm_gates.permit.envelope import signed
from kfm_gates.permit.issue import Judged, issue
from kfm_gates.permit.keys import signer
from kfm_gates.permit.store import PermitStore, now
from kfm_gates.permit.subjects import files_digest
from kfm_gates.permit.verify import verify_file

BUDGET = 0.010
"""Seconds for 1,000 small inputs, where the pack is given by its digest."""

INPUTS = 1000


def permits(folder: Path, repeat: int) -> list[Measured]:
    """Rows for the verification of permits of 1,000 files: of one subject, and of 1,000."""
    rows = []
    for subjects in (1, INPUTS):
        case = folder / f"permits-{subjects}"
        pack = signed_case(case, subjects)
        request, permit = Request(str(case), ("evidence",)), case / "record" / "permit.json"

        def known(permit: Path = permit, request: Request = request, pack: str = pack) -> object:
            return verify_file(permit, request, expect_pack=pack)

        def unknown(permit: Path = permit, request: Request = request) -> object:
            return verify_file(permit, request)

        what = f"a signed permit for {INPUTS} small files of {subjects} subject{'s' * (subjects > 1)}"
        known()
        budget = BUDGET if subjects == 1 else None
        rows.append(timed(f"verifying {what}, `--expect-pack`", repeat * 3, known, budget))
        rows.append(timed(f"verifying {what}, pack and engines here", repeat * 3, unknown))
    store = PermitStore.open(folder / "store", None)
    issued = verify_file(permit, request).permit
    rows.append(
        timed("consuming a permit (two records on the disk)", repeat * 3, lambda: _consume(store, issued))
    )
    return rows


def _consume(store: PermitStore, issued: Any) -> None:
    store.take(
        issued.model_copy(update={"nonce": secrets.token_hex(16), "audience": store.id}), "a benchmark"
    )


def signed_case(folder: Path, subjects: int, inputs: int = INPUTS, notice: bytes | None = None) -> str:
    """Evidence, a decision about it as a judge would write it, and a permit; returns the digest of the policy pack.

    `notice` is a file that set a further version aside.
    """
    root = folder / "evidence"
    judged: dict[str, list[dict[str, Any]]] = {}
    for number in range(inputs):
        slug = f"dataset-{number % subjects:04}"
        path = f"data/processed/{slug}/2017.0f0f0f0f/artifacts/{number // 100}/file-{number}.json"
        data = json.dumps({"number": number, "text": "x" * 200}).encode()
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
        judged.setdefault(f"{slug}/2017.0f0f0f0f", []).append(
            {"path": path, "digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}
        )
    aside = []
    if notice is not None:
        path = "release/status/dataset-old/2016.0f0f0f0f.json"
        (root / path).parent.mkdir(parents=True)
        (root / path).write_bytes(notice)
        aside.append({"id": "dataset-old/2016.0f0f0f0f", "notice": path, "digest": sha256(notice)})
    profile, zones = load_profile("promotion-v1", folder), Layout.kfm_v1().zones()
    pack = pins.pack_digest(open_packs(profile.packs))
    predicate = {
        "status": "PASS",
        "operation": profile.operation,
        "profile": {"name": profile.name, "digest": pins.profile_digest(profile)},
        "evaluated_at": now(),
        "policy_pack": {"digest": pack},
        "configuration": {"digest": Configuration(folder).digest()},
        "engines": pins.engines(RegoChoice(), None),
        "waivers": [],
        "docket": {"digest": digest_of([]), "entries": 1},
        "partial": False,
        "subjects": [{"id": i, "digest": files_digest(f), "files": f} for i, f in sorted(judged.items())],
        "set_aside": aside,
    }
    decision = jcs({"predicate": predicate})
    key = Ed25519PrivateKey.generate()
    file = folder / "key"
    file.touch(0o600)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "key.pub").write_bytes(public)
    (folder / "kfm-gates.toml").write_text(
        f'[trust]\npermit_keys = [{{ name = "bench", file = "key.pub", sha256 = "{sha256(public)[7:]}" }}]\n'
    )
    about = Judged(
        {"predicate": predicate}, sha256(decision), None, paths_digest(paths_below(root, zones), zones)
    )
    permit = issue(about, lambda: "bench", 3600)
    (folder / "record").mkdir()
    (folder / "record" / "decision.json").write_bytes(decision + b"\n")
    (folder / "record" / "permit.json").write_bytes(jcs(signed(permit, signer(file, root))))
    return pack
