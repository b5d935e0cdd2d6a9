"""`kfm-gates policy`: the pack's digest, lint, tests and inputs, and what another pack would have decided."""

from __future__ import annotations

import argparse
import importlib
from typing import TextIO

ACTIONS = ("digest", "lint", "test", "diff", "inputs")


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Hand over to the action."""
    module = importlib.import_module(f"kfm_gates.front.policy_{arguments.action}")
    code: int = module.run(arguments, out)
    return code
