"""Issuing a permit: only for a whole profile that opened, at the time at which it was judged."""

from __future__ import annotations

import datetime
import json
import secrets

from kfm_gates.errors import UsageError
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.model.finding import Json
from kfm_gates.model.permit import Permit
from kfm_gates.model.text import instant

MAXIMUM_AGE = 60
"""Seconds that may lie between `evaluated_at` and the issuing of a permit."""

LONGEST = 3600
"""The longest life of a permit, in seconds."""


class NotIssued(Exception):
    """Why an open decision yields no permit; the message says so."""


def issue(statement: Json, decision_digest: str, checkpoint: bytes | None, expires_seconds: int) -> Json:
    """The permit for a decision; raises NotIssued when there can't be one."""
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
    until = min(now + datetime.timedelta(seconds=expires_seconds), waived_until(predicate))
    if until - now < datetime.timedelta(seconds=1):
        raise NotIssued("a waiver that it would rest on has expired in the meantime")
    permit = {
        "kfm_permit_version": "v1",
        "operation": predicate["operation"],
        "subjects": [{"id": each["id"], "digest": each["digest"]} for each in predicate["subjects"]],
        "decision_digest": decision_digest,
        "docket_digest": predicate["docket"]["digest"],
        "profile": predicate["profile"],
        "configuration_digest": predicate["configuration"]["digest"],
        "policy_pack_digest": predicate["policy_pack"]["digest"],
        "engines_digest": digest_of(predicate["engines"]),
        "checkpoint": _head(checkpoint),
        "waivers": waivers_of(predicate),
        "nonce": secrets.token_hex(16),
        "evaluated_at": predicate["evaluated_at"],
        "issued_at": _text(now),
        "expires_at": _text(until),
    }
    Permit.read(permit, "permit.json")
    return permit


def waivers_of(predicate: Json) -> Json:
    """What a permit says of the waivers that a decision rests on."""
    return [{"id": each["id"], "digest": each["digest"]} for each in predicate["waivers"]]


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
