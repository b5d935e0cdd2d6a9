"""The registry of narrowed permits in a permit store: what was given for which part, and what became of it."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from kfm_gates.errors import EngineError, EvidenceError
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json
from kfm_gates.model.text import instant
from kfm_gates.permit.store import PermitStore
from kfm_gates.permit.store_files import read_private, subfolder

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


def registered(store: PermitStore, registry: int) -> Iterator[Part]:
    """Every narrowed permit in a registry."""
    names = set(os.listdir(registry))
    for name in sorted(names):
        nonce, _, rest = name.partition(".")
        if rest != "json":
            continue
        document = record_of(registry, nonce, store)
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


def record_of(registry: int, nonce: str, store: PermitStore, *, missing_ok: bool = False) -> dict[str, Json]:
    """What was registered of one permit; `{}` when that is nothing and may be. EngineError for what can't be read."""
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
def registry_of(store: PermitStore, parent: str) -> Iterator[int]:
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
