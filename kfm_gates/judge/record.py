"""The record of a run on disk: `decision.json` and `run.json` always, `permit.json` last and only if open.

Where links were judged, `links.json` is the report of them.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from kfm_gates.errors import UsageError
from kfm_gates.model.finding import Json

NAMES = ("permit.json", "decision.json", "links.json", "run.json")


def clear(folder: Path, root: Path | None) -> None:
    """Make the folder and remove what an earlier run left there, the permit first.

    Raises UsageError for a folder inside the evidence, which would change what is judged.
    """
    if root is not None and folder.resolve().is_relative_to(root.resolve()):
        raise UsageError(
            f"{folder}: the record can't lie inside the evidence root ({root}); give --record a folder outside"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            with contextlib.suppress(FileNotFoundError):
                (folder / name).unlink()
    except OSError as error:
        raise UsageError(f"{folder}: the record can't be written there: {error.strerror}") from error


def write(folder: Path, name: str, data: bytes) -> None:
    """Write a file whole or not at all: temporary file, fsync, rename, fsync of the folder."""
    temporary = folder / f".{name}.{os.getpid()}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder / name)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder / name)) from error  # writing says not where
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def pretty(value: Json) -> bytes:
    """JSON for people: indented, keys in the order given."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"
