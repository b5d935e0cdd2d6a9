"""Paths as they are shown: from the working folder for a person, from the repository for an annotation."""

from __future__ import annotations

import os
from pathlib import Path


def near(path: str, folder: str | None = None) -> str:
    """A path as it is shortest from the working folder (or `folder`), when it lies below it."""
    start = os.path.realpath(folder or os.getcwd())
    relative = os.path.relpath(os.path.realpath(path), start)
    return path if relative.startswith("..") else relative


def in_repository(root: str, file: str = "") -> str | None:
    """The evidence root, with forward slashes, as seen from the repository that holds it ("" for the same).

    Without a repository it is seen from the working folder. None when it lies below neither: then nothing
    can be annotated. With `file`, a path that is no evidence, the place of that file instead.
    """
    if not root:
        return None
    start = Path(os.path.realpath(root))
    work = Path(os.path.realpath(os.getcwd()))
    base = next((each for each in (start, *start.parents) if os.path.lexists(each / ".git")), work)
    shown = Path(os.path.realpath(os.path.dirname(file))) / os.path.basename(file) if file else start
    if not start.is_relative_to(base) or not shown.is_relative_to(base):
        return None
    relative = shown.relative_to(base).as_posix()
    return "" if relative == "." else relative


def beside(file: str) -> str:
    """A file that is no evidence, as it is shortest from the working folder; a link keeps its own name."""
    folder, name = os.path.split(file)
    return os.path.normpath(os.path.join(near(folder), name))


def below(prefix: str, file: str) -> str:
    """A file below `prefix`, whatever evidence calls it: no path of its own to elsewhere, no empty step."""
    steps = [each for each in file.split("/") if each not in ("", ".", "..")]
    return "/".join([prefix, *steps] if prefix else steps)
