"""Verifying a signed permit: the gates are not judged again, but every byte must be the one that was judged.

The signature vouches for the permit, the permit for the decision beside it (by digest), and the decision for every
file (by digest). So each file is read and hashed once more, nothing may have come or gone, and what judged must be
what would judge here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from kfm_gates.errors import PermitInvalid, PermitMismatch, PermitStale
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.digests import sha256
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.reading import Unreadable, read_once
from kfm_gates.evidence.tree import paths_below, paths_digest, refuse_other_bytes
from kfm_gates.judge.configuration import Configuration
from kfm_gates.model.finding import Json
from kfm_gates.model.permit import Permit
from kfm_gates.permit.envelope import Envelope, verify_signature
from kfm_gates.permit.keys import trusted
from kfm_gates.permit.subjects import files_digest, subjects_root

DECISION = "decision.json"
"""What lies beside a signed permit: the decision that it names."""

_LARGEST = 1 << 30
_RUN = "run the gates again"


def refuse_unsigned(envelope: Envelope, configuration: Configuration) -> str:
    """The name of the trusted key that signed; raises PermitInvalid when none did."""
    return verify_signature(envelope, [trusted(key) for key in configuration.trust.permit_keys]).name


def refuse_other_evidence(permit: Permit, decision: Path, root: Path, layout: Layout) -> None:
    """Raise PermitInvalid unless the evidence below `root` is, byte for byte, what the decision was about."""
    predicate = _predicate(permit, decision)
    files: dict[str, str] = {}
    for subject in predicate["subjects"]:
        if files_digest(subject["files"]) != subject["digest"]:
            raise PermitInvalid(f"{decision}: {subject['id']} has another digest than its files; {_RUN}")
        files |= {file["path"]: file["digest"] for file in subject["files"]}
    # What set a version aside decides as well, though nothing of that version was judged.
    files |= {each["notice"]: each["digest"] for each in predicate["set_aside"]}
    zones = layout.zones()
    try:
        if paths_digest(paths_below(root, zones), zones) != permit.paths_digest:
            raise PermitStale(f"files came or went below {root} after it was judged; {_RUN}")
        refuse_other_bytes(root, files)
        _refuse_other_ledger(permit, files, root, layout.path("checkpoint"))
    except Unreadable as error:
        raise PermitStale(f"{error}; {_RUN}") from error
    except OSError as error:
        raise PermitStale(f"{root}: the evidence can't be listed: {error.strerror}; {_RUN}") from error


def refuse_other_policy(permit: Permit, configuration: Configuration, profile: str, pack_known: bool) -> None:
    """Raise PermitInvalid unless profile and configuration are those here, and pack and engines too.

    `pack_known`: who asks has named the digest of the pack, so pack and engines may be those of another machine.
    """
    from kfm_gates.checks.pack import open_packs
    from kfm_gates.judge import pins
    from kfm_gates.judge.profile import load_profile

    loaded = load_profile(profile, configuration.folder)
    here: dict[str, tuple[Json, Json]] = {
        "operation": (permit.operation, loaded.operation),
        "profile": (permit.profile.document(), {"name": loaded.name, "digest": pins.profile_digest(loaded)}),
        "configuration": (permit.configuration_digest, configuration.digest()),
    }
    if not pack_known:
        here["policy pack"] = (permit.policy_pack_digest, pins.pack_digest(open_packs(loaded.packs)))
        here["set of engines"] = (permit.engines_digest, digest_of(pins.engines()))
    for what, (named, actual) in here.items():
        if named != actual:
            raise PermitStale(f"the permit names another {what} than what is there now; {_RUN}")


def _predicate(permit: Permit, decision: Path) -> dict[str, Json]:
    """The predicate of the decision, which must be the one that the permit names, in every byte."""
    try:
        with decision.open("rb") as file:
            data = file.read(_LARGEST)
    except OSError as error:
        raise PermitInvalid(
            f"{decision}: the decision must lie beside a signed permit, and can't be read: {error.strerror}"
        ) from error
    if not data.endswith(b"\n") or sha256(data[:-1]) != permit.decision_digest:
        raise PermitMismatch(f"{decision}: is not the decision that the permit names; {_RUN}")
    # The digest is signed, so these are the bytes that the judge wrote.
    predicate: dict[str, Json] = json.loads(data)["predicate"]
    subjects = subjects_root((each["id"], each["digest"]) for each in predicate["subjects"])
    if predicate["status"] not in ("PASS", "WAIVED") or subjects != permit.subjects_root.document():
        raise PermitInvalid(f"{decision}: is not a decision that yields this permit; {_RUN}")
    return predicate


def _refuse_other_ledger(permit: Permit, files: Mapping[str, str], root: Path, path: str) -> None:
    head: Json = None
    if path in files:
        content = read_once(root, path)
        if content.data is None or content.digest != files[path]:
            raise Unreadable(f"{path} has other bytes than those that were judged")
        value = json.loads(content.data)
        head = {"root": value["root"], "size": value["size"]}
    if head != (permit.checkpoint.document() if permit.checkpoint else None):
        raise PermitStale(f"the permit names another ledger checkpoint than what is there now; {_RUN}")
