"""Files of a root as they are now: which there are, as one digest, and whether each still has its bytes."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from kfm_gates.evidence.reading import Unreadable, reason

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_PIECE = 1 << 18


def paths_digest(paths: Iterable[str], zones: Iterable[str]) -> str:
    """The digest of the paths that lie in one of the zones (`Layout.zones()`).

    It is the sha256 of the paths in the order of their bytes, each followed by a zero byte.
    """
    folders = tuple(zones)
    found = sorted(os.fsencode(path) for path in paths if path.startswith(folders))
    return f"sha256:{hashlib.sha256(b''.join(path + bytes(1) for path in found)).hexdigest()}"


def paths_below(root: Path, zones: Iterable[str]) -> list[str]:
    """Every path in the zones of a root that is no folder; links are not followed. OSError when it can't be listed."""
    folders = tuple(zones)
    found: list[str] = []
    pending = [""]
    while pending:
        prefix = pending.pop()
        with os.scandir(f"{root}/{prefix}") as entries:
            for entry in entries:
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    path += "/"
                    if path.startswith(folders) or any(zone.startswith(path) for zone in folders):
                        pending.append(path)
                elif path.startswith(folders):
                    found.append(path)
    return found


def refuse_other_bytes(root: Path, files: Mapping[str, str]) -> None:
    """Read every file once; raise Unreadable for the first that has not the digest named, or can't be read.

    No link is followed in any component. The message begins with the path.
    """
    chain: list[tuple[str, int]] = [("", os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))]
    try:
        # In this order, files of one folder are neighbours, so that few folders are opened, and few are open at once.
        for path in sorted(files, key=lambda each: each.rpartition("/")[::2]):
            folder, _, name = path.rpartition("/")
            try:
                digest = _digest(name, _folder(chain, folder))
            except OSError as error:
                raise Unreadable(f"{path} {reason(error)}") from error
            if digest != files[path]:
                raise Unreadable(f"{path} has other bytes than those that were judged")
    finally:
        for _, handle in chain:
            os.close(handle)


def _folder(chain: list[tuple[str, int]], folder: str) -> int:
    """A descriptor of a folder; `chain` holds those on the way to the last one."""
    while chain[-1][0] and folder != chain[-1][0] and not folder.startswith(f"{chain[-1][0]}/"):
        os.close(chain.pop()[1])
    while chain[-1][0] != folder:
        here, handle = chain[-1]
        step = folder[len(here) + 1 if here else 0 :].partition("/")[0]
        inner = os.open(step, _FILE | os.O_DIRECTORY, dir_fd=handle)
        chain.append((f"{here}/{step}" if here else step, inner))
    return chain[-1][1]


def _digest(name: str, folder: int) -> str:
    handle = os.open(name, _FILE, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return "is not a regular file"
        whole = hashlib.sha256()
        while piece := os.read(handle, _PIECE):
            whole.update(piece)
    finally:
        os.close(handle)
    return f"sha256:{whole.hexdigest()}"
