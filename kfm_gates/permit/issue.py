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
from kfm_gates.permit.issued import enter
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
    plan_digest: str | None = None


def audience_of(request: Request, configuration: Configuration, root: Path) -> str:
    """Who may consume the permit: whom the request or the configuration names, else the permit store.

    Where there can't be a store, the permit is for none. Raises UsageError and EngineError for a store that can't be used.
    """
    if request.audience is not None:
        refuse_issued_for(request.audience)
        return request.audience
    if configuration.audience:
        return configuration.audience[0]
    place = store_of(request, configuration)
    if place is None:
        return NO_STORE
    try:
        return _id(place, root)
    except KfmGatesError:
        if request.store is None and configuration.store is None:
            return NO_STORE  # nobody asked for a store in the default place
        raise


def store_of(request: Request, configuration: Configuration) -> Path | None:
    """The store that sees the permit being issued: the one that is named, or the one in the default place.

    That one is made only where it is asked for.
    """
    if request.store is not None:
        return Path(request.folder) / request.store
    if configuration.store is not None:
        return configuration.store
    place = configuration.folder / DEFAULT_STORE
    return place if request.make_store or place.is_dir() else None


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
    _refuse_life(expires_seconds)
    now = datetime.datetime.now(datetime.UTC)
    age = abs((now - instant(predicate["evaluated_at"])).total_seconds())
    if age > MAXIMUM_AGE:
        raise NotIssued(
            f"it was judged as of {predicate['evaluated_at']}, more than {MAXIMUM_AGE} s from now; "
            "judge without --evaluated-at"
        )
    subjects = sorted((each["id"], each["digest"]) for each in predicate["subjects"])
    listed = subjects if len(subjects) <= LISTED else []
    until = min(now + datetime.timedelta(seconds=expires_seconds), waived_until(predicate))
    if until - now < datetime.timedelta(seconds=1):
        raise NotIssued("a waiver that it would rest on has expired in the meantime")
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
        "waivers": waivers_of(predicate),
        "scope": None,
        "plan": None if judged.plan_digest is None else {"digest": judged.plan_digest},
        "nonce": secrets.token_hex(16),
        "evaluated_at": predicate["evaluated_at"],
        "issued_at": _text(now),
        "expires_at": _text(until),
    }
    Permit.read(permit, "permit.json")
    return permit


def refuse_unissuable(request: Request, configuration: Configuration, root: Path) -> None:
    """Raise before anything is judged for what would only fail when the permit is issued: key, audience, life, store."""
    _refuse_life(request.expires_seconds)
    if request.sign_key is not None:
        signer(Path(request.folder) / request.sign_key, root)
    if request.audience is not None or request.store is not None or configuration.store is not None:
        audience_of(request, configuration, root)


def sealed(permit: Json, request: Request, configuration: Configuration, root: Path) -> Json:
    """The permit in an envelope signed with the request's key; without one, itself, as its store saw it being issued."""
    if request.sign_key is None:
        place = store_of(request, configuration)
        if place is not None and permit["audience"] != NO_STORE:
            enter(place, root, permit)
        return permit
    return signed(permit, signer(Path(request.folder) / request.sign_key, root))


def _refuse_life(seconds: int) -> None:
    if not 0 < seconds <= LONGEST:
        raise UsageError(f"a permit lives between 1 and {LONGEST} seconds, not {seconds}")


def waivers_of(predicate: Json) -> list[Json]:
    """What a permit says of the waivers that a decision rests on: id and digest, sorted."""
    found = sorted({(each["id"], each["digest"]) for each in predicate["waivers"]})
    return [{"id": id, "digest": digest} for id, digest in found]


def waived_until(predicate: Json) -> datetime.datetime:
    """When the first waiver ends that a decision rests on; the end of time when it rests on none."""
    ends = (instant(each["expires"]) for each in predicate["waivers"])
    return min(ends, default=datetime.datetime.max.replace(tzinfo=datetime.UTC))


def _head(checkpoint: bytes | None) -> Json:
    """The ledger's tree head, as `receipt.ledger` proved it."""
    if checkpoint is None:
        return None
    value = json.loads(checkpoint)
    return {"root": value["root"], "size": value["size"]}


def _text(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
