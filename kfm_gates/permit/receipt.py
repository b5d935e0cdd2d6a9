"""The receipt that a run leaves: a JSON object in a file of its own. Without one the run failed (R-005, R-178)."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from kfm_gates.errors import KfmGatesError, UsageError
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json

LARGEST = 64 * 1024 * 1024


class NoReceipt(Exception):
    """Why there is no receipt, as a sentence; `code` is the reason in the run log."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def refuse_stale(path: Path) -> None:
    """Raise UsageError where a file lies already: it would be taken for the receipt of a run that wrote none."""
    if path.is_symlink() or path.exists():
        raise UsageError(
            f"{path}: is there already, so it is no receipt of this run; move it or name another file"
        )
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: there is no such folder for the receipt")


def read_receipt(path: Path) -> dict[str, Json]:
    """`path` and `digest` of the receipt. Raises NoReceipt."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise NoReceipt("no_receipt", f"no receipt was written to {path}") from None
    except OSError as error:
        raise NoReceipt("receipt_refused", f"{path}: the receipt can't be read: {error.strerror}") from error
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NoReceipt("receipt_refused", f"{path}: the receipt is no regular file")
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise NoReceipt("receipt_refused", f"{path}: the receipt is larger than {LARGEST} bytes")
    try:
        value = parse_json(data)
    except KfmGatesError as error:
        raise NoReceipt("receipt_refused", f"{path}: {error}") from error
    if not isinstance(value, dict):
        raise NoReceipt("receipt_refused", f"{path}: the receipt is no JSON object")
    return {"path": str(path), "digest": "sha256:" + hashlib.sha256(data).hexdigest()}
