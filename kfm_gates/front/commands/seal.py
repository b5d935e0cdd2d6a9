"""`kfm-gates seal`: make the digests of an evidence tree agree with its bytes. It judges nothing."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TextIO

from kfm_gates.errors import UsageError
from kfm_gates.evidence.seal import seal_folder
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.reports.harmless import visible


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Seal the tree and print what changed."""
    root = Path(arguments.root)
    if not root.is_dir():
        raise UsageError(f"{root}: there is no such folder; give the evidence root")
    file = Path(arguments.config) if arguments.config else None
    changed = seal_folder(root, load_configuration(file, Path.cwd(), root).layout)
    for path in changed:
        out.write(f"{visible(path)}\n")
    out.write(f"{len(changed)} files changed\n" if changed else "nothing to do: every digest agrees\n")
    return 0
