"""Narrowed permits: one for each part of a run, so that a worker that dies costs its part and nothing else.

A permit that was consumed for a whole run is narrowed into permits for parts of it. They are no files to be believed:
each is registered in the permit store, as `narrowed/<nonce of the parent>/<nonce>.json`, before anyone has it, and means
nothing without that store. A part has one live permit at a time. When its worker died, it is replaced: the old one is
revoked, and a worker that only seemed dead is refused from then on. All end with the run.
"""

from __future__ import annotations

import datetime
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from kfm_gates.errors import EngineError, EvidenceError, PermitInvalid, PermitMismatch, UsageError
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json
from kfm_gates.model.form import form_findings
from kfm_gates.model.permit import LISTED, Permit
from kfm_gates.model.text import instant
from kfm_gates.permit.store import PermitStore, now
from kfm_gates.permit.store_files import create_once, create_whole, read_private, subfolder
from kfm_gates.permit.subjects import subjects_root

LONGEST = 3600
"""The longest time that a narrowed permit waits for its worker, in seconds."""

State = Literal["waiting", "expired", "running", "finished", "revoked"]


@dataclass(frozen=True)
class Part:
    """One narrowed permit as the store knows it."""

    name: str
    nonce: str
    subjects: tuple[str, ...]
    permit_digest: str
    state: State

    @property
    def live(self) -> bool:
        """Whether a worker may be at it, or may begin."""
        return self.state in ("waiting", "running")


def narrow(
    store: PermitStore,
    parent: Permit,
    part_name: str,
    subjects: Iterable[str],
    *,
    expires_seconds: int = 900,
    among: Iterable[tuple[str, str]] = (),
) -> Permit:
    """A permit for one part of the run that `parent` was consumed for here, and that is still open.

    `subjects` are ids of the parent's subjects, at most 1,000. Where the parent does not list its own, `among` are id
    and digest of all of them, as the decision names them. Raises PermitInvalid when the part has a live permit or is
    finished, UsageError for a part that can't be.
    """
    with store.lock(), _registry(store, parent.nonce) as registry:
        _refuse_closed(store, parent)
        chosen = _chosen(parent, subjects, among)
        for part in _parts(store, registry):
            if part.name == part_name and (part.live or part.state == "finished"):
                raise PermitInvalid(
                    f"the part {part_name!r} is {part.state} already; replace its permit only if its worker died"
                )
            if part.name == part_name and part.subjects != tuple(each["id"] for each in chosen):
                raise PermitMismatch(
                    f"the part {part_name!r} has other subjects; give another part another name"
                )
        return _register(store, registry, parent, part_name, chosen, expires_seconds)


def replace(store: PermitStore, parent: Permit, part_name: str, *, expires_seconds: int = 900) -> Permit:
    """A new permit for a part whose worker died, for the same subjects; every older one of the part is revoked.

    Raises PermitInvalid when the part has no permit yet, or is finished.
    """
    with store.lock(), _registry(store, parent.nonce) as registry:
        _refuse_closed(store, parent)
        older = [part for part in _parts(store, registry) if part.name == part_name]
        if not older:
            raise PermitInvalid(
                f"the part {part_name!r} has no permit that could be replaced; narrow one for it"
            )
        if any(part.state == "finished" for part in older):
            raise PermitInvalid(f"the part {part_name!r} is finished; nothing is left to do in it")
        document = _document(registry, older[0].nonce, store)
        for part in older:
            create_once(registry, f"{part.nonce}.revoked.json", {"at": now()}, store.folder)
        return _register(store, registry, parent, part_name, document["subjects"], expires_seconds)


def consume_part(store: PermitStore, child: Permit, by: str) -> None:
    """Use a narrowed permit up, before its worker does anything; raises PermitInvalid when that can't be."""
    with store.lock():
        refuse_lost_part(store, child)
        store.take(child, by)


def finish_part(store: PermitStore, child: Permit) -> None:
    """Record that the part is done. Raises PermitInvalid for a worker that lost its part in the meantime."""
    with store.lock():
        refuse_lost_part(store, child)
        if store.consumed(child.nonce) is None:
            raise PermitInvalid("the part's permit was not consumed, so nothing can have been done with it")
        with _registry(store, _scope_parent(child)) as registry:
            create_once(registry, f"{child.nonce}.finished.json", {"at": now()}, store.folder)


def refuse_lost_part(store: PermitStore, child: Permit) -> None:
    """Raise PermitInvalid unless the permit is registered here as it is, not revoked, and its run still open.

    A worker asks this again before it makes anything visible: the nonce is its fencing token.
    """
    parent = _scope_parent(child)
    if not store.open_run(parent):
        raise PermitInvalid("the run that the permit is a part of is closed, or was never opened here")
    with _registry(store, parent) as registry:
        document = _document(registry, child.nonce, store, missing_ok=True)
        if not document or document.get("permit_digest") != digest_of(child.document()):
            raise PermitMismatch("the permit is none that was narrowed in this permit store")
        if read_private(registry, f"{child.nonce}.revoked.json", store.folder) is not None:
            raise PermitInvalid("the permit was revoked: another worker has its part now")


def parts(store: PermitStore, parent: Permit) -> tuple[Part, ...]:
    """Every permit that was narrowed from `parent`, by part name and then in no order that means anything."""
    with _registry(store, parent.nonce) as registry:
        return tuple(sorted(_parts(store, registry), key=lambda part: (part.name, part.nonce)))


def _scope_parent(child: Permit) -> str:
    if child.scope is None:
        raise PermitMismatch("the permit is for a whole run, not for a part of one")
    return child.scope.parent


def _refuse_closed(store: PermitStore, parent: Permit) -> None:
    if parent.scope is not None:
        raise PermitMismatch("a permit for a part can't be narrowed again; narrow the one of the whole run")
    used = store.consumed(parent.nonce)
    if used is None or used.get("permit_digest") != digest_of(parent.document()):
        raise PermitInvalid(
            "the permit was not consumed in this store as it is here, so nothing is narrowed from it"
        )
    if not store.open_run(parent.nonce):
        raise PermitInvalid("the run of the permit is closed; run the gates again for what is left to do")


def _chosen(parent: Permit, subjects: Iterable[str], among: Iterable[tuple[str, str]]) -> list[Json]:
    """Id and digest of the subjects of a part, which must be subjects of the parent."""
    known = {subject.id: subject.digest for subject in parent.subjects}
    if not known:
        given = list(among)
        if len(dict(given)) != len(given) or subjects_root(given) != parent.subjects_root.document():
            raise PermitMismatch(
                f"the permit does not list its {parent.subjects_root.size} subjects, and these are not they; give id "
                "and digest of every subject of its decision"
            )
        known = dict(given)
    chosen = sorted(set(subjects))
    if not 0 < len(chosen) <= LISTED:
        raise UsageError(
            f"a part has between 1 and {LISTED} subjects, not {len(chosen)}; cut the run differently"
        )
    for id in chosen:
        if id not in known:
            raise PermitMismatch(
                f"{id!r} is no subject of the permit, and a part can't be more than the whole"
            )
    return [{"id": id, "digest": known[id]} for id in chosen]


def _register(
    store: PermitStore, registry: int, parent: Permit, part_name: str, subjects: Json, expires_seconds: int
) -> Permit:
    """Make the permit of a part, and register it before it is given away."""
    if not 0 < expires_seconds <= LONGEST:
        raise UsageError(f"a narrowed permit waits between 1 and {LONGEST} seconds, not {expires_seconds}")
    moment = datetime.datetime.now(datetime.UTC)
    document = parent.document() | {
        "audience": store.id,
        "scope": {"parent": parent.nonce, "part_name": part_name, "subjects": subjects},
        "nonce": secrets.token_hex(16),
        "issued_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "expires_at": f"{moment + datetime.timedelta(seconds=expires_seconds):%Y-%m-%dT%H:%M:%SZ}",
    }
    permit, findings = form_findings(Permit, document, "permit")
    if permit is None:
        raise UsageError(f"the part {part_name!r} can't be: {findings[0].message}")
    record: dict[str, Json] = {
        "part_name": part_name,
        "subjects": subjects,
        "permit_digest": digest_of(permit.document()),
        "expires_at": permit.expires_at,
        "at": now(),
    }
    if not create_whole(registry, f"{permit.nonce}.json", record, store.folder):
        raise EngineError(
            f"{store.folder}: two narrowed permits got one nonce; find out what makes random numbers"
        )
    store.refuse_replaced()
    return permit


def _parts(store: PermitStore, registry: int) -> Iterator[Part]:
    names = set(os.listdir(registry))
    for name in sorted(names):
        nonce, _, rest = name.partition(".")
        if rest != "json":
            continue
        document = _document(registry, nonce, store)
        subjects = tuple(each["id"] for each in document["subjects"])
        state = _state(store, names, nonce, document)
        yield Part(document["part_name"], nonce, subjects, document["permit_digest"], state)


def _state(store: PermitStore, names: set[str], nonce: str, document: dict[str, Json]) -> State:
    if f"{nonce}.revoked.json" in names:
        return "revoked"
    if f"{nonce}.finished.json" in names:
        return "finished"
    if store.consumed(nonce) is not None:
        return "running"
    expired = datetime.datetime.now(datetime.UTC) >= instant(document["expires_at"])
    return "expired" if expired else "waiting"


def _document(registry: int, nonce: str, store: PermitStore, *, missing_ok: bool = False) -> dict[str, Json]:
    data = read_private(registry, f"{nonce}.json", store.folder)
    if data is None and missing_ok:
        return {}
    try:
        value: dict[str, Json] = parse_json(data or b"")
    except EvidenceError as error:
        raise EngineError(
            f"{store.folder}/narrowed: the record of {nonce} can't be read ({error}); close the run and begin anew"
        ) from error
    return value


@contextmanager
def _registry(store: PermitStore, parent: str) -> Iterator[int]:
    """A descriptor of the folder in which what was narrowed from one permit is registered."""
    area = store.area("narrowed")
    try:
        handle = subfolder(area, parent, store.folder / "narrowed")
    finally:
        os.close(area)
    try:
        yield handle
    finally:
        os.close(handle)
