"""`kfm-gates runs`: the runs of each target, and settling one that failed."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TextIO

from kfm_gates.errors import UsageError
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.model.finding import Json
from kfm_gates.permit.lease import holder_of
from kfm_gates.permit.run_log import RunLog
from kfm_gates.permit.runs import RunState, states
from kfm_gates.permit.settle import settle
from kfm_gates.permit.store import DEFAULT_STORE
from kfm_gates.reports.harmless import visible


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """List or settle."""
    store = _store(arguments)
    if arguments.action == "settle":
        receipt = None if arguments.receipt is None else Path(arguments.receipt)
        settle(store, arguments.run, arguments.settled_as, arguments.by, arguments.reason, receipt)
        out.write(f"the run {arguments.run} is settled as {arguments.settled_as}\n")
        return 0
    runs = [
        each for each in states(RunLog(store).read()).values() if arguments.target in (None, *each.targets)
    ]
    held = {target for each in runs for target in each.targets if holder_of(store, target) is not None}
    if arguments.format == "json":
        out.write(json.dumps([_document(each, held) for each in runs], ensure_ascii=False, indent=2) + "\n")
        return 0
    for target in sorted({target for each in runs for target in each.targets}):
        if arguments.target in (None, target):
            out.write(f"{target}{'  (lease held)' if target in held else ''}\n")
            for each in runs:
                if target in each.targets:
                    out.write(f"  {_line(each, held)}\n")
    if not runs:
        out.write("no run was admitted yet\n")
    return 0


def _store(arguments: argparse.Namespace) -> Path:
    """The folder of the store, which must be there: looking at runs makes none."""
    folder = Path(os.getcwd())
    if arguments.store is not None:
        place = folder / str(arguments.store)
    else:
        configuration = load_configuration(Path(arguments.config) if arguments.config else None, folder, None)
        place = configuration.store or configuration.folder / DEFAULT_STORE
    if not (place / "id").is_file():
        raise UsageError(f"{place}: there is no permit store; name it with --store")
    return place


def _state(each: RunState, held: set[str]) -> str:
    if each.state == "started":
        return "running" if held & set(each.targets) else "died"
    return each.state


def _line(each: RunState, held: set[str]) -> str:
    state = _state(each, held)
    line = f"{each.run}  {each.admitted}  {each.operation}  {state}"
    if each.settled is not None:
        line += f" as {each.settled.get('as')} by {each.settled.get('by')}: {each.settled.get('reason')}"
    elif each.unsettled and state != "running":
        line += f": {each.why}; settle it before the next run"
    return visible(line, 1000)


def _document(each: RunState, held: set[str]) -> dict[str, Json]:
    return {
        "run": each.run,
        "operation": each.operation,
        "targets": list(each.targets),
        "state": _state(each, held),
        "waits_for_settlement": each.unsettled and _state(each, held) != "running",
        "nonce": each.nonce,
        "by": each.by,
        "admitted_at": each.admitted,
        "started_at": each.started,
        "closed": None if each.closed is None else dict(each.closed),
        "settled": None if each.settled is None else dict(each.settled),
    }
