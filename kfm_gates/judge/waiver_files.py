"""The files that a configuration names as waivers. They are policy: read beside it, never from the evidence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from kfm_gates.errors import UsageError
from kfm_gates.evidence.reading import Unreadable, read_once
from kfm_gates.facts.given import WaiverFile

LARGEST = 1 << 20
"""Bytes of a waiver; nobody reads a longer one."""


def waiver_files(patterns: Iterable[str], folder: Path, where: str) -> tuple[WaiverFile, ...]:
    """The files that fit, each once, by name. What can't be read stays in the list, with the reason.

    Raises UsageError for a pattern that leads out of the configuration's folder, or that fits nothing.
    """
    found: dict[str, WaiverFile] = {}
    for pattern in patterns:
        steps = PurePosixPath(pattern)
        if steps.is_absolute() or ".." in steps.parts or not steps.parts:
            raise UsageError(f"{where}: waivers: {pattern!r} must be a path below the configuration's folder")
        try:
            paths = sorted(folder.glob(pattern))
        except (OSError, ValueError) as error:
            raise UsageError(f"{where}: waivers: {pattern!r} is no pattern of paths: {error}") from error
        if not paths:
            raise UsageError(
                f"{where}: waivers: nothing fits {pattern!r}; correct the pattern, or take it out when there is "
                "no waiver"
            )
        for path in paths:
            name = path.relative_to(folder).as_posix()
            if not name.isprintable():
                raise UsageError(f"{where}: waivers: the name {name!r} can't be shown; rename the file")
            found[name] = _read(folder, name)
    return tuple(found[name] for name in sorted(found))


def refuse_inside(files: Iterable[WaiverFile], folder: Path, root: Path, where: str) -> None:
    """Raise UsageError for a waiver that lies among what it would open, also by a link."""
    for file in files:
        path = folder / file.name
        for each in (path.absolute(), path.resolve()):
            if each.is_relative_to(root.resolve()):
                raise UsageError(
                    f"{where}: waivers: {file.name} lies inside the evidence root ({root}); waivers are policy, "
                    "keep them outside"
                )


def _read(folder: Path, name: str) -> WaiverFile:
    try:
        content = read_once(folder, name)
    except Unreadable as error:
        return WaiverFile(name, "", b"", str(error))
    if content.data is None or content.size > LARGEST:
        return WaiverFile(
            name, content.digest, b"", f"has {content.size} bytes; a waiver has at most {LARGEST}"
        )
    return WaiverFile(name, content.digest, content.data)
