"""`kfm-gates permit`: verify a permit by its signature or by judging again, or show what it says."""

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
from kfm_gates.model.permit import NO_STORE, TreeHead
from kfm_gates.permit.file import read_permit_file
from kfm_gates.permit.store import PermitStore
from kfm_gates.permit.verify import place, verify_file
from kfm_gates.reports.harmless import visible


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Verify or show."""
    return _show(arguments, out) if arguments.action == "show" else _verify(arguments, out)


def _verify(arguments: argparse.Namespace, out: TextIO) -> int:
    request = Request(
        folder=os.getcwd(),
        targets=tuple(arguments.targets),
        configuration=arguments.config,
        profile=arguments.profile,
        jobs=arguments.jobs,
    )
    store = None
    if arguments.store is not None:
        configuration, root = place(request)
        store = PermitStore.open(Path(arguments.store), root, configuration.audience)
    with Progress(sys.stderr) as progress:
        verified = verify_file(
            Path(arguments.permit),
            request,
            operation=arguments.operation,
            expect_pack=arguments.expect_pack,
            store=store,
            judge=partial(judge_in_process, progress=progress, timeout=arguments.timeout),
        )
    permit = verified.permit
    subjects = ", ".join(visible(subject.id) for subject in permit.subjects)
    way = "judged again" if verified.signed_by is None else f"signed by {visible(verified.signed_by)!r}"
    out.write(
        f"the permit holds: {permit.operation} of {subjects or f'{permit.subjects_root.size} subjects'}, "
        f"until {permit.expires_at} ({way})\n"
    )
    return 0


def _show(arguments: argparse.Namespace, out: TextIO) -> int:
    file = read_permit_file(Path(arguments.permit))
    permit = file.permit
    rows = {
        "operation": permit.operation,
        "audience": "no permit store" if permit.audience == NO_STORE else permit.audience,
        "subjects": f"{permit.subjects_root.size}, {permit.subjects_root.root}",
        "paths": permit.paths_digest,
        "decision": permit.decision_digest,
        "docket": permit.docket_digest,
        "profile": f"{permit.profile.name} ({permit.profile.digest})",
        "configuration": permit.configuration_digest,
        "policy pack": permit.policy_pack_digest,
        "engines": permit.engines_digest,
        "checkpoint": _head(permit.checkpoint),
        "nonce": permit.nonce,
        "evaluated at": permit.evaluated_at,
        "issued at": permit.issued_at,
        "expires at": permit.expires_at,
        "signature": "none" if file.envelope is None else f"by the key {file.envelope.key_id}",
    }
    if permit.scope is not None:
        rows["part"] = f"{permit.scope.part_name} of the run of {permit.scope.parent}"
    for subject in permit.subjects:
        out.write(f"{'subject':13} {visible(subject.id)} ({subject.digest})\n")
    for subject in permit.scope.subjects if permit.scope else ():
        out.write(f"{'in this part':13} {visible(subject.id)} ({subject.digest})\n")
    for waiver in permit.waivers:
        out.write(f"{'waiver':13} {visible(waiver.id)} ({waiver.digest})\n")
    for name, value in rows.items():
        out.write(f"{name:13} {visible(value)}\n")
    out.write("not verified: `kfm-gates permit verify` says whether it holds\n")
    return 0


def _head(head: TreeHead | None) -> str:
    return "none" if head is None else f"{head.size} entries, {head.root}"
