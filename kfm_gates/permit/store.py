"""The permit store: a private folder outside the evidence, in which each permit is used up once.

id                      who it is: 128 random bits in hex, the audience of the permits that it may consume
consumed/<nonce>.json   a permit that was used, and by whom
closed/<nonce>.json     the run that a permit was consumed for has ended

Whatever can't be known for certain refuses: a folder that others can write to, one that was put in the place of
another, a record that could not be written to the disk. It must lie on a local file system.
"""

from __future__ import annotations

import datetime
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import EngineError, EvidenceError, PermitExpired, PermitInvalid, PermitMismatch
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json
from kfm_gates.model.permit import NO_STORE, Permit
from kfm_gates.model.text import instant
from kfm_gates.permit.store_files import (
    create_once,
    identity,
    locked,
    open_store,
    read_private,
    subfolder,
)

DEFAULT_STORE = ".kfm-gates/store"
"""Where the store lies beside the configuration file, or in the working folder, unless another is named."""


@dataclass(frozen=True)
class PermitStore:
    """An open store. Every access goes through the folder that was opened, whatever its path names later."""

    folder: Path
    id: str
    audiences: frozenset[str]
    """Whose permits it consumes: its own id, and what its configuration names besides."""
    handle: int
    """The descriptor of the folder."""

    @classmethod
    def open(cls, folder: Path, root: Path | None, audiences: Iterable[str] = ()) -> PermitStore:
        """Open the store, or make it. `root` is the evidence root, outside which it must lie.

        Raises UsageError for a folder that is none or can't be trusted, EngineError for a disk that fails.
        """
        place, handle = open_store(folder, root)
        try:
            id = identity(handle, place)
        except BaseException:
            os.close(handle)
            raise
        return cls(place, id, frozenset({id, *audiences}) - {NO_STORE}, handle)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self.handle)

    def area(self, name: str) -> int:
        """A descriptor of a folder of the store, which is made where there is none; the caller closes it."""
        return subfolder(self.handle, name, self.folder)

    def refuse_unusable(self, permit: Permit) -> None:
        """Raise PermitInvalid unless this store could consume the permit now."""
        if permit.audience not in self.audiences:
            raise PermitMismatch(
                f"the permit is for the store {permit.audience!r}, not for this one ({self.id}); issue one with "
                f"--store {self.folder}"
            )
        if datetime.datetime.now(datetime.UTC) >= instant(permit.expires_at):
            raise PermitExpired(f"the permit expired at {permit.expires_at}; run the gates again")
        if (used := self.consumed(permit.nonce)) is not None:
            when = f" at {used['at']} by {used['by']}" if {"at", "by"} <= set(used) else ""
            raise PermitInvalid(f"the permit was already used{when}; run the gates again")

    def consume(self, permit: Permit, by: str) -> None:
        """Use the permit up, for good, before anything is done with it. `by` says who does, for people.

        Raises PermitInvalid when it was used already or is not for this store, and EngineError when that it is used
        can't be recorded for certain: it counts as used then.
        """
        if permit.scope is not None:
            raise PermitMismatch(
                "the permit is for a part of a run; it is consumed through the run's narrowing, not by itself"
            )
        self.take(permit, by)

    def take(self, permit: Permit, by: str) -> None:
        """Record the use of a permit of which everything else was looked at."""
        self.refuse_unusable(permit)
        record: dict[str, Json] = {
            "nonce": permit.nonce,
            "permit_digest": digest_of(permit.document()),
            "operation": permit.operation,
            "expires_at": permit.expires_at,
            "by": by,
            "at": now(),
        }
        if not self._create("consumed", permit.nonce, record):
            raise PermitInvalid("the permit was already used; run the gates again")
        self.refuse_replaced()

    def consumed(self, nonce: str) -> dict[str, Json] | None:
        """What is recorded of the use of a permit, None for one that was not used.

        A record that can't be read is `{}`: whoever used the permit died, or the disk is full.
        """
        return self._record("consumed", nonce)

    def close_run(self, nonce: str, reason: str) -> None:
        """Record that the run is over that the permit was consumed for; doing it again changes nothing."""
        if self.consumed(nonce) is None:
            raise PermitInvalid(f"no permit {nonce} was consumed here, so there is no run of it to close")
        with self.lock():
            self._create("closed", nonce, {"nonce": nonce, "reason": reason, "at": now()})

    def open_run(self, nonce: str) -> bool:
        """Whether the permit was consumed here and its run is not over yet."""
        return self.consumed(nonce) is not None and self._record("closed", nonce) is None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes from changing what is recorded about runs and their parts."""
        with locked(self.handle, self.folder):
            yield

    def refuse_replaced(self) -> None:
        """Raise EngineError when the path of the store names another folder than the one that was opened."""
        try:
            there, here = os.stat(self.folder, follow_symlinks=False), os.fstat(self.handle)
        except OSError as error:
            raise EngineError(f"{self.folder}: the permit store is gone: {error.strerror}") from error
        if (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino) or not stat.S_ISDIR(there.st_mode):
            raise EngineError(
                f"{self.folder}: another folder was put in the place of the permit store while it was in use; "
                "find out who did, then run the gates again"
            )

    def _create(self, area: str, nonce: str, record: Json) -> bool:
        handle = self.area(area)
        try:
            return create_once(handle, f"{nonce}.json", record, self.folder / area)
        finally:
            os.close(handle)

    def _record(self, area: str, nonce: str) -> dict[str, Json] | None:
        handle = self.area(area)
        try:
            data = read_private(handle, f"{nonce}.json", self.folder / area)
        finally:
            os.close(handle)
        if data is None:
            return None
        try:
            record = parse_json(data)
        except EvidenceError:
            return {}
        return record if isinstance(record, dict) else {}


def now() -> str:
    """The time as documents write it."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
