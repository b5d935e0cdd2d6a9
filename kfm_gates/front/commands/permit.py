"""`kfm-gates permit`: verify a permit by judging again, or show what it says."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TextIO

from kfm_gates.front.progress import Progress
from kfm_gates.judge.launch import judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.permit.verify import read_permit, verify
from kfm_gates.reports.harmless import visible


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Verify or show."""
    return _show(arguments, out) if arguments.action == "show" else _verify(arguments, out)


def _verify(arguments: argparse.Namespace, out: TextIO) -> int:
    permit = read_permit(Path(arguments.permit))
    request = Request(
        folder=os.getcwd(),
        targets=tuple(arguments.targets),
        configuration=arguments.config,
        profile=arguments.profile,
        jobs=arguments.jobs,
        engine=arguments.engine,
    )
    with Progress(sys.stderr) as progress:
        verify(
            permit,
            request,
            operation=arguments.operation,
            expect_pack=arguments.expect_pack,
            judge=partial(judge_in_process, progress=progress, timeout=arguments.timeout),
        )
    subjects = ", ".join(visible(subject.id) for subject in permit.subjects)
    out.write(f"the permit holds: {permit.operation} of {subjects}, until {permit.expires_at}\n")
    return 0


def _show(arguments: argparse.Namespace, out: TextIO) -> int:
    permit = read_permit(Path(arguments.permit))
    rows = {
        "operation": permit.operation,
        "profile": f"{permit.profile.name} ({permit.profile.digest})",
        "evaluated at": permit.evaluated_at,
        "issued at": permit.issued_at,
        "expires at": permit.expires_at,
        "decision": permit.decision_digest,
        "policy pack": permit.policy_pack_digest,
        "nonce": permit.nonce,
    }
    if permit.checkpoint is not None:
        rows["checkpoint"] = f"{permit.checkpoint.size} entries, {permit.checkpoint.root}"
    for subject in permit.subjects:
        out.write(f"{'subject':13} {visible(subject.id)} ({subject.digest})\n")
    for name, value in rows.items():
        out.write(f"{name:13} {visible(value)}\n")
    out.write("not verified: `kfm-gates permit verify` judges whether it holds\n")
    return 0
