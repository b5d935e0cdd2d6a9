"""Issuing a permit: only for a whole profile that opened, at the time at which it was judged."""

from __future__ import annotations

import datetime
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import KfmGatesError, UsageError
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.judge.configuration import Configuration
from kfm_gates.judge.request import Request
from kfm_gates.judge.trust import refuse_issued_for
from kfm_gates.model.finding import Json
from kfm_gates.model.permit import LISTED, NO_STORE, Permit
from kfm_gates.model.text import instant
from kfm_gates.permit.envelope import signed
from kfm_gates.permit.keys import signer
from kfm_gates.permit.store import DEFAULT_STORE, PermitStore
from kfm_gates.permit.subjects import subjects_root

MAXIMUM_AGE = 60
"""Seconds that may lie between `evaluated_at` and the issuing of a permit."""

LONGEST = 3600
"""The longest life of a permit, in seconds."""


class NotIssued(Exception):
    """Why an open decision yields no permit; the message says so."""


@dataclass(frozen=True)
class Judged:
    """What was judged, as far as a permit names it."""

    statement: Json
    decision_digest: str
    checkpoint: bytes | None
    paths_digest: str


def audience_of(request: Request, configuration: Configuration, root: Path) -> str:
    """Who may consume the permit: whom the request or the configuration names, else the permit store.

    A store that was named is opened or made. The one in the default place is made only where that is asked for;
    where there can't be one, the permit is for no store. Raises UsageError and EngineError for a store that can't be used.
    """
    if request.audience is not None:
        refuse_issued_for(request.audience)
        return request.audience
    if request.store is not None:
        return _id(Path(request.folder) / request.store, root)
    if configuration.audience:
        return configuration.audience[0]
    if configuration.store is not None:
        return _id(configuration.store, root)
    place = configuration.folder / DEFAULT_STORE
    if not request.make_store and not place.is_dir():
        return NO_STORE
    try:
        return _id(place, root)
    except KfmGatesError:
        return NO_STORE


def _id(place: Path, root: Path) -> str:
    store = PermitStore.open(place, root)
    store.close()
    return store.id


def issue(judged: Judged, audience: Callable[[], str], expires_seconds: int) -> Json:
    """The permit for a decision; raises NotIssued when there can't be one.

    The audience is asked for last, since asking can make a store.
    """
    statement = judged.statement
    predicate = statement["predicate"]
    if predicate["status"] not in ("PASS", "WAIVED"):
        raise NotIssued(f"the gates did not open ({predicate['status']})")
    if predicate["partial"]:
        raise NotIssued("only a part of the profile was judged; judge all of it")
    if not 0 < expires_seconds <= LONGEST:
        raise UsageError(f"a permit lives between 1 and {LONGEST} seconds, not {expires_seconds}")
    now = datetime.datetime.now(datetime.UTC)
    age = abs((now - instant(predicate["evaluated_at"])).total_seconds())
    if age > MAXIMUM_AGE:
        raise NotIssued(
            f"it was judged as of {predicate['evaluated_at']}, more than {MAXIMUM_AGE} s from now; "
            "judge without --evaluated-at"
        )
    subjects = sorted((each["id"], each["digest"]) for each in predicate["subjects"])
    listed = subjects if len(subjects) <= LISTED else []
    permit = {
        "kfm_permit_version": "v1",
        "operation": predicate["operation"],
        "audience": audience(),
        "subjects": [{"id": id, "digest": digest} for id, digest in listed],
        "subjects_root": subjects_root(subjects),
        "paths_digest": judged.paths_digest,
        "decision_digest": judged.decision_digest,
        "docket_digest": predicate["docket"]["digest"],
        "profile": predicate["profile"],
        "configuration_digest": predicate["configuration"]["digest"],
        "policy_pack_digest": predicate["policy_pack"]["digest"],
        "engines_digest": digest_of(predicate["engines"]),
        "checkpoint": _head(judged.checkpoint),
        "waivers": _waivers(predicate),
        "scope": None,
        "nonce": secrets.token_hex(16),
        "evaluated_at": predicate["evaluated_at"],
        "issued_at": _text(now),
        "expires_at": _text(now + datetime.timedelta(seconds=expires_seconds)),
    }
    Permit.read(permit, "permit.json")
    return permit


def refuse_key(request: Request, root: Path) -> None:
    """Raise before anything is judged for a signing key that could not sign afterwards."""
    if request.sign_key is not None:
        signer(Path(request.folder) / request.sign_key, root)


def sealed(permit: Json, request: Request, root: Path) -> Json:
    """The permit in an envelope signed with the request's key; the permit itself when it names none."""
    if request.sign_key is None:
        return permit
    return signed(permit, signer(Path(request.folder) / request.sign_key, root))


def _waivers(predicate: Json) -> list[Json]:
    """Id and digest of the waivers that the decision was opened by, sorted; none where it names none."""
    found = sorted({(each["id"], each["digest"]) for each in predicate.get("waivers", [])})
    return [{"id": id, "digest": digest} for id, digest in found]


def _head(checkpoint: bytes | None) -> Json:
    """The ledger's tree head, as `receipt.ledger` proved it."""
    if checkpoint is None:
        return None
    value = json.loads(checkpoint)
    return {"root": value["root"], "size": value["size"]}


def _text(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
