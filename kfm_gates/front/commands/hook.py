"""`kfm-gates hook`: what pre-commit runs on the files of a commit. It decides nothing and issues nothing."""

from __future__ import annotations

import argparse
import importlib
import os
from typing import TextIO

from kfm_gates.errors import UsageError
from kfm_gates.front.hooks import catalog
from kfm_gates.front.hooks.lines import Look
from kfm_gates.reports.harmless import visible

MOST = 500
"""Lines that are shown of one call."""


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Look at the files; 1 when something is wrong with them, 0 when nothing was found."""
    hook = catalog.hook(arguments.hook)
    if hook is None:
        raise UsageError(
            f"unknown hook {arguments.hook!r}; known: {', '.join(h.id for h in catalog.HOOKS if h.files)} "
            "(kfm-full is `kfm-gates check`)"
        )
    if not arguments.files:
        raise UsageError(
            f"{hook.id} was given no file, so nothing was looked at; name the files of the commit"
        )
    # pydantic would look for plugins among all installed distributions, which costs as much as the looking.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    module = {"kfm-policy": "policy", "kfm-config": "config"}.get(hook.id, "documents")
    found: Look = importlib.import_module(f"kfm_gates.front.hooks.{module}").look(hook, arguments.files)
    for line in found.lines[:MOST]:
        out.write(f"{line}\n")
    if len(found.lines) > MOST:
        out.write(f"{hook.id}: {len(found.lines) - MOST} more are not shown\n")
    for note in found.notes:
        out.write(f"{hook.id}: not judged here: {visible(note)}\n")
    return 1 if found.lines else 0
