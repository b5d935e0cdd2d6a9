"""What was issued here: a permit without a signature counts only in the store that saw it being issued.

Anyone can write such a permit, and judging again shows only that the gates open, not that this nonce was ever
given out: by a new nonce one permit would become two. So the judge process enters what it issues in the store,
issued/<nonce>.json, and the store uses up nothing else.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from kfm_gates.errors import EngineError, KfmGatesError, PermitMismatch
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json
from kfm_gates.model.permit import Permit
from kfm_gates.permit.store import PermitStore
from kfm_gates.permit.store_files import create_once, read_private

_AREA = "issued"
_KEPT = 2 * 3600
"""Seconds after which an entry may go: no permit lives longer than an hour."""


def enter(place: Path, root: Path, permit: Json) -> None:
    """Enter a permit in the store at `place` before anyone can have it. Raises EngineError when that fails."""
    store = PermitStore.open(place, root)
    try:
        area = store.area(_AREA)
        try:
            _forget(area)
            entry = {"nonce": permit["nonce"], "permit_digest": digest_of(permit)}
            if not create_once(area, f"{permit['nonce']}.json", entry, store.folder / _AREA):
                raise EngineError(f"{store.folder}: the nonce was given out before; run the gates again")
        finally:
            os.close(area)
    finally:
        store.close()


def refuse_unissued(store: PermitStore, permit: Permit) -> None:
    """Raise PermitMismatch unless this very permit was issued for this store."""
    area = store.area(_AREA)
    try:
        data = read_private(area, f"{permit.nonce}.json", store.folder / _AREA)
    finally:
        os.close(area)
    entry: Json = None
    with contextlib.suppress(KfmGatesError):
        entry = parse_json(data or b"")
    if not isinstance(entry, dict) or entry.get("permit_digest") != digest_of(permit.document()):
        raise PermitMismatch(
            f"the permit has no signature, and the store {store.folder} did not see it being issued; run the gates "
            "with this store, or sign the permit (--sign-key) and name the key in kfm-gates.toml"
        )


def _forget(area: int) -> None:
    """Remove entries of permits that can't be used any more."""
    oldest = time.time() - _KEPT
    for name in os.listdir(area):
        with contextlib.suppress(OSError):
            if os.stat(name, dir_fd=area, follow_symlinks=False).st_mtime < oldest:
                os.unlink(name, dir_fd=area)
