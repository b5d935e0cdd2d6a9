"""Verified permits for tests of what is done with them, without judging anything."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from kfm_gates.model.permit import Permit
from kfm_gates.permit.inputs import Inputs
from kfm_gates.permit.verified_permit import Run, VerifiedPermit, mint
from tests.model.samples import PERMIT


def verified(root: Path, operation: str, *, kept: list[Any] | None = None) -> VerifiedPermit:
    """A permit in use for one file, `a.txt`, which is written below `root`."""
    (root / "a.txt").write_bytes(b"judged")
    digest = "sha256:" + hashlib.sha256(b"judged").hexdigest()
    permit = Permit.read({**PERMIT, "operation": operation}, "permit.json")
    receipts: list[Any] = [] if kept is None else kept
    return mint(
        permit,
        Inputs(root, {"a.txt": digest}, {"a/1": ["a.txt"]}),
        Run("run-1", ("tiles:a",), receipts.append),
    )
