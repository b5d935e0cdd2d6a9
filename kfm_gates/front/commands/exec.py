"""`kfm-gates exec`: run a command if the gates open, and not otherwise."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import sys
from pathlib import Path
from typing import TextIO

from kfm_gates.front.exec_codes import exec_code
from kfm_gates.front.progress import Progress
from kfm_gates.judge.request import Request
from kfm_gates.permit.admission import Admission, GatesShut
from kfm_gates.permit.exec import Launch, launch


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Judge, run, and end as the command ends. Nothing is written to standard output."""
    request = Request(
        folder=os.getcwd(),
        targets=tuple(arguments.targets),
        configuration=arguments.config,
        profile=arguments.profile,
        jobs=arguments.jobs,
        record=arguments.record,
        expect_pack=arguments.expect_pack,
    )
    admission = Admission(
        request,
        arguments.operation,
        tuple(arguments.target),
        arguments.store,
        None if arguments.permit is None else Path(arguments.permit),
        timeout=arguments.timeout,
    )
    receipt = None if arguments.receipt is None else Path(arguments.receipt)
    try:
        return launch(Launch(admission, arguments.program or (), receipt, Progress(sys.stderr)))
    except GatesShut as error:
        _report(error)
        raise


def _report(error: GatesShut) -> None:
    """Why, in full, on standard error: standard output is the command's."""
    from kfm_gates.reports import text
    from kfm_gates.reports.result import Result

    result = Result.of(error.verdict)
    if result.status is None:
        return
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text.render(dataclasses.replace(result, exit_code=exec_code(error))))
