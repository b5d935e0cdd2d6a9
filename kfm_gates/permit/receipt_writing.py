"""Writing the receipt of a run: one JSON object, once, whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

from kfm_gates.errors import EngineError, EvidenceError, UsageError
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json


def write_receipt(path: Path, receipt: Json) -> None:
    """Write a receipt that must not be there yet.

    Raises UsageError for what is no JSON object that says something, or when there is one already, and
    EngineError when the disk does not take it.
    """
    if not isinstance(receipt, dict) or not receipt:
        raise UsageError(f"a receipt is a JSON object that says what was done, not {receipt!r:.100}")
    try:
        data = json.dumps(receipt, ensure_ascii=False, allow_nan=False, indent=2).encode("utf-8") + b"\n"
        parse_json(data)
    except (TypeError, ValueError, EvidenceError) as error:
        raise UsageError(f"the receipt can't be written as JSON: {error}") from error
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)  # which never replaces what is there
    except FileExistsError as error:
        raise UsageError(f"{path}: there is a receipt already; a run leaves one, so write it last") from error
    except OSError as error:
        raise EngineError(f"{path}: the receipt can't be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
