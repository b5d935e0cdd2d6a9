"""Which files there are below the folders of a layout, as one digest: none may come or go unseen."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def paths_digest(paths: Iterable[str], zones: Iterable[str]) -> str:
    """The digest of the paths that lie in one of the zones (`Layout.zones()`).

    It is the sha256 of the paths in the order of their bytes, each followed by a zero byte.
    """
    folders = tuple(zones)
    found = sorted(os.fsencode(path) for path in paths if path.startswith(folders))
    return f"sha256:{hashlib.sha256(b''.join(path + bytes(1) for path in found)).hexdigest()}"


def paths_below(root: Path, zones: Iterable[str]) -> list[str]:
    """Every path below the zones of a root that is no folder, as a snapshot lists them; OSError when it can't."""
    found: dict[str, None] = {}
    for zone in zones:
        pending = [zone.rstrip("/")]
        while pending:
            folder = pending.pop()
            prefix = f"{folder}/" if folder else ""
            try:
                entries = os.scandir(root / folder)
            except FileNotFoundError:
                continue
            with entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(prefix + entry.name)
                    else:
                        found[prefix + entry.name] = None
    return list(found)
