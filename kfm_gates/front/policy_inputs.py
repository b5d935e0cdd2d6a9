"""`kfm-gates policy inputs`: what the rules see of evidence, as files that conftest and OPA can be asked about."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any, TextIO

from kfm_gates.engines.policy_file import DATA_ROOT
from kfm_gates.errors import UsageError
from kfm_gates.judge.request import Request
from kfm_gates.judge.rule_inputs import RuleInput, rule_inputs
from kfm_gates.judge.session import prepare
from kfm_gates.model.finding import Json
from kfm_gates.reports.harmless import visible

NO_SUBJECT = 5


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Write one file per rule and subject, and the tables as one file of data."""
    request = Request(
        folder=os.getcwd(),
        targets=tuple(arguments.targets),
        configuration=arguments.config,
        profile=arguments.profile,
        evaluated_at=arguments.evaluated_at,
        engine="regorus",  # nothing is judged, so none is looked for
    )
    suite, target = prepare(request)
    folder = _fresh(Path(arguments.out), target.root)
    inputs = list(rule_inputs(request, suite, target))
    if not inputs:
        out.write("there is no dataset version with a rule in Rego; nothing was written\n")
        return NO_SUBJECT
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # the evidence may be for few
    _write(folder / f"{DATA_ROOT}.json", {DATA_ROOT: dict(suite.tables.values)})
    listing = [_put(folder, each) for each in inputs]
    if arguments.format == "json":
        out.write(json.dumps({"inputs": listing}, indent=2, ensure_ascii=False) + "\n")
        return 0
    for each in listing:
        if each["file"] is None:
            out.write(
                visible(f"{each['check']} of {each['subject']}: no input, because of {each['because']}", 400)
                + "\n"
            )
    written = sum(each["file"] is not None for each in listing)
    out.write(f"{written} inputs in {visible(str(folder), 1000)}; nothing was judged\n")
    return 0


def _fresh(folder: Path, root: Path) -> Path:
    """The folder to write to, which must be outside of the evidence, and empty if it is there."""
    if folder.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{folder}: lies inside the evidence root ({root}); give --out a folder outside")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder}: is not empty; give --out a folder that is, or a new one")
    except OSError as error:
        raise UsageError(f"{folder}: can't be written to: {error.strerror}") from error
    return folder


def _put(folder: Path, each: RuleInput) -> dict[str, Any]:
    """Write one input to `inputs/<check>/<slug>@<version>.json`."""
    about: dict[str, Any] = {
        "check": each.check,
        "subject": each.subject,
        "file": None,
        "because": each.because,
    }
    if each.document is None:
        return about
    path = Path("inputs") / each.check / f"{each.subject.replace('/', '@')}.json"
    _write(folder / path, each.document)
    return about | {"file": path.as_posix(), "namespace": f"kfm.{each.check}"}


def _write(path: Path, value: Json) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
    except OSError as error:
        raise UsageError(f"{path}: can't be written: {error.strerror}") from error
