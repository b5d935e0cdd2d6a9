"""`kfm-gates check`: judge, report, and end with what it came to."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TextIO

from kfm_gates.errors import EngineError, KfmGatesError
from kfm_gates.front.formats import outputs, refuse_inside
from kfm_gates.front.progress import Progress
from kfm_gates.front.writing import prepare, report, report_failure
from kfm_gates.judge.launch import judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.reports.harmless import visible
from kfm_gates.reports.result import Result


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Judge what is asked."""
    asked = outputs(arguments.format)
    request = Request(
        folder=os.getcwd(),
        targets=tuple(arguments.targets),
        configuration=arguments.config,
        profile=arguments.profile,
        operation=arguments.operation,
        subjects=tuple(arguments.subject),
        gates=tuple(arguments.gate),
        checks=tuple(arguments.check),
        changed_since=arguments.changed_since,
        evaluated_at=arguments.evaluated_at,
        jobs=arguments.jobs,
        record=arguments.record,
        expect_pack=arguments.expect_pack,
        expires_seconds=arguments.expires,
        store=arguments.store,
        make_store=True,
        audience=arguments.audience,
        sign_key=arguments.sign_key,
    )
    refuse_inside(request, [each.file for each in asked if each.file is not None])
    prepare(asked)
    try:
        with Progress(sys.stderr) as progress:
            verdict = judge_in_process(request, progress, timeout=arguments.timeout)
    except KfmGatesError as error:
        report_failure(asked, error, out)
        raise
    result = Result.of(verdict)
    report(asked, result, out)
    if result.status is None:
        reason = visible(str(verdict.run["no_subject"]), 4000)
        print(f"kfm-gates: {reason}; nothing was judged", file=sys.stderr)
    return _exit_code(result)


def _exit_code(result: Result) -> int:
    """The judge's exit code; 0 only together with a status that opens."""
    if result.exit_code == 0 and (result.status is None or not result.status.opens):
        raise EngineError("the judge said 0 though the gates did not open; nothing is decided")
    return result.exit_code
