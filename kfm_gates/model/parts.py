"""The pieces that several documents share: who, when, which bytes, and the closed vocabularies."""

from __future__ import annotations

from typing import Literal

from kfm_gates.model.base import Closed, Count, Maybe
from kfm_gates.model.refusal import Flaws, flaw
from kfm_gates.model.text import (
    MediaType,
    Principal,
    RelativePath,
    Sha256,
    Timestamp,
    UriOrPath,
    Word,
    instant,
)

PassFail = Literal["pass", "fail"]
Target = Literal["postgis", "search", "graph", "tiles"]
RunOperation = Literal[
    "ingest",
    "transform",
    "validate",
    "catalog",
    "promote",
    "rebuild",
    "ingest+publish",
    "index_backfill",
    "rollback",
]
"""What a run did (in receipts and the ledger); the operations that a permit allows are others."""


class Actor(Closed):
    """Who did it, and in which role."""

    principal: Principal
    role: Word


class Window(Closed):
    """A half-open period: `start` belongs to it, `end` does not."""

    start: Timestamp
    end: Timestamp

    def _flaws(self) -> Flaws:
        if instant(self.end) <= instant(self.start):
            yield flaw(
                ("end",),
                self.end,
                "is not after `start`",
                expected=f"a time after {self.start}",
                hint="Write an end that is later than the start.",
            )


class FileDigest(Closed):
    """A file, relative to the evidence root, and the digest of its bytes."""

    path: RelativePath
    digest: Sha256


class Reference(Closed):
    """An input or output of a run: where it is, and the digest of its bytes."""

    uri: UriOrPath
    digest: Sha256
    media_type: Maybe[MediaType] = None


class SizedFile(Closed):
    """A file with digest, size in bytes and media type."""

    path: RelativePath
    digest: Sha256
    size: Count
    media_type: MediaType
