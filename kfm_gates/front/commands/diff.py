"""`kfm-gates diff`: what a gate decision has that another had not. It compares records; it judges nothing."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TextIO

from kfm_gates.errors import KfmGatesError, UsageError
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.model.finding import Json
from kfm_gates.model.form import form_findings
from kfm_gates.model.gate_decision import DecisionPredicate, DecisionStatement
from kfm_gates.reports.difference import compare
from kfm_gates.reports.difference_report import as_json, text


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print the difference; 1 when something new stands in the way, else 0."""
    difference = compare(read_predicate(Path(arguments.old)), read_predicate(Path(arguments.new)))
    out.write(as_json(difference) if arguments.format == "json" else text(difference))
    return int(difference.blocks_anew)


def read_predicate(path: Path) -> Json:
    """The predicate in a record folder, a decision.json, or what `--format json` printed; else UsageError."""
    file = path / "decision.json" if path.is_dir() else path
    try:
        raw = parse_json(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file}: the decision can't be read: {error.strerror}") from error
    except KfmGatesError as error:
        raise UsageError(f"{file}: is no gate decision: {error}") from error
    stated = isinstance(raw, dict) and "_type" in raw
    _, findings = form_findings(DecisionStatement if stated else DecisionPredicate, raw, str(file))
    if findings:
        at = f" ({findings[0].place.pointer})" if findings[0].place.pointer else ""
        raise UsageError(
            f"{file}: is no gate decision of this version of kfm-gates: {findings[0].message}{at}"
        )
    return raw["predicate"] if stated else raw
