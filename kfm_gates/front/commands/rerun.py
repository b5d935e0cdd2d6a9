"""`kfm-gates rerun`: whether a run may be repeated, in which mode, why, and what it must leave behind.

It reads and says; nothing is written and nothing is granted. The permit for a rerun comes from
`kfm-gates check --profile rerun-v1`, which judges the same facts.
"""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import TextIO

from kfm_gates.errors import UsageError
from kfm_gates.facts.rerun_vocabulary import Mode
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.judge.rerun import answer
from kfm_gates.judge.rerun_subject import Asked
from kfm_gates.model.text import instant
from kfm_gates.reports.rerun import as_json, text

REFUSED, NO_SUBJECT = 1, 5


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print the decision; 0 for a mode or NOOP, 1 for REFUSE, 5 when there is no such version."""
    root = Path(arguments.root)
    file = Path(arguments.config) if arguments.config else None
    layout = load_configuration(file, Path.cwd(), root).layout
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    evaluated_at = arguments.evaluated_at or now
    try:
        instant(evaluated_at)
    except ValueError as error:
        raise UsageError(f"--evaluated-at {evaluated_at}: write a time as 2026-10-01T12:00:00Z") from error
    asked = Asked(arguments.subject, arguments.run, arguments.ci_url)
    found = answer(root, layout, asked, _path(arguments.request), _path(arguments.observed), evaluated_at)
    as_text = arguments.format == "text"
    if isinstance(found, str):
        out.write(f"{found}\n" if as_text else as_json(None, evaluated_at, found))
        return NO_SUBJECT
    out.write(text(found) if as_text else as_json(found, evaluated_at, None))
    return REFUSED if found.rerun.decision.mode is Mode.REFUSE else 0


def _path(name: str | None) -> Path | None:
    return None if name is None else Path(name)
