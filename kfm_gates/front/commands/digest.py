"""`kfm-gates digest`: the digest of files, as evidence spells it."""

from __future__ import annotations

import argparse
import hashlib
import sys
from typing import BinaryIO, TextIO

from kfm_gates.errors import UsageError
from kfm_gates.reports.harmless import visible


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """One line per file; what can't be read is an error, after the others were printed."""
    unreadable: list[str] = []
    for name in arguments.files:
        try:
            if name == "-":
                digest = _digest(sys.stdin.buffer)
            else:
                with open(name, "rb") as file:
                    digest = _digest(file)
        except OSError as error:
            unreadable.append(f"{name}: {error.strerror}")
        else:
            out.write(f"sha256:{digest}  {visible(name)}\n")
    if unreadable:
        raise UsageError("; ".join(unreadable))
    return 0


def _digest(file: BinaryIO) -> str:
    found = hashlib.sha256()
    while piece := file.read(1 << 20):
        found.update(piece)
    return found.hexdigest()
