"""A sealed view: a private, read-only copy of every judged file, by content and by path."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from kfm_gates.errors import EngineError, UsageError
from kfm_gates.evidence.digests import hex_of
from kfm_gates.permit.held import copy_judged, remove_folder

VIEW = "view"
"""Below a sealed folder: the judged files under their own paths."""

CONTENT = "sha256"
"""Below a sealed folder: the judged files by digest."""


def write_view(root: Path, files: Mapping[str, str], folder: Path) -> Path:
    """Copy `files` (path to digest) from `root` into the new `folder`; returns the folder with their paths.

    Raises PermitStale for a file that is not as it was judged, UsageError for a folder that can't be used,
    EngineError when the disk does not take it. After an error nothing is left.
    """
    base = _new_folder(folder, root)
    try:
        (base / CONTENT).mkdir(mode=0o700)
        (base / VIEW).mkdir(mode=0o700)
        for path, digest in files.items():
            content = base / CONTENT / hex_of(digest)
            if not content.exists():
                copy_judged(root, path, digest, content)
            _linked(content, base / VIEW / path)
        for inner, _, _ in os.walk(base, topdown=False):
            os.chmod(inner, 0o500)
    except OSError as error:
        remove_folder(base)
        raise EngineError(f"{base}: the sealed view can't be written: {error.strerror}") from error
    except BaseException:
        remove_folder(base)
        raise
    return base / VIEW


def _new_folder(folder: Path, root: Path) -> Path:
    """Make the folder for a sealed view; the suite never writes into the evidence root."""
    folder = folder.absolute()
    if folder.parent.resolve().joinpath(folder.name).is_relative_to(root.resolve()):
        raise UsageError(
            f"{folder}: lies inside the evidence root, which is never written to; name another folder"
        )
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError as error:
        raise UsageError(f"{folder}: is already there; name a folder that is to be made") from error
    except OSError as error:
        raise UsageError(f"{folder}: the folder can't be made: {error.strerror}") from error
    return folder


def _linked(content: Path, place: Path) -> None:
    """The content under its own path: a hard link, or a relative link where the file system has no hard links."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(content, place)
    except OSError:
        place.symlink_to(os.path.relpath(content, place.parent))
