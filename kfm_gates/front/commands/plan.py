"""`kfm-gates plan`: make an index backfill plan from a draft, or say whether one may be acted upon now."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TextIO

from kfm_gates.errors import UsageError
from kfm_gates.front.progress import Progress
from kfm_gates.judge.launch import judge_in_process
from kfm_gates.judge.record import write
from kfm_gates.judge.request import Request
from kfm_gates.model.index_plan import IndexPlan
from kfm_gates.permit.plan_apply import verify_plan
from kfm_gates.permit.plan_ground import Ground
from kfm_gates.permit.plan_make import make_plan
from kfm_gates.planning.refusals import PlanRefused
from kfm_gates.reports.harmless import visible


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Make or verify."""
    verifies = arguments.words[0] == "verify"
    try:
        return _verify(arguments, out) if verifies else _make(arguments, out)
    except PlanRefused as refused:
        out.write(f"{refused.what}:\n")
        out.writelines(f"  {visible(str(each), 2000)}\n" for each in refused.refusals)
        return refused.exit_code


def _make(arguments: argparse.Namespace, out: TextIO) -> int:
    if len(arguments.words) != 1:
        raise UsageError("name one evidence root: kfm-gates plan ROOT --draft DRAFT -o PLAN")
    if arguments.draft is None or arguments.output is None:
        missing = "--draft" if arguments.draft is None else "-o"
        raise UsageError(f"{missing} is missing: kfm-gates plan ROOT --draft DRAFT -o PLAN")
    if arguments.operation is not None:
        raise UsageError("--operation is for `kfm-gates plan verify`; a plan is made for all of them")
    request = _request(arguments, arguments.words[0])
    output = _output(arguments.output, Ground.of(request).root)
    with Progress(sys.stderr) as progress:
        judge = partial(judge_in_process, progress=progress, timeout=arguments.timeout)
        plan, data = make_plan(Path(arguments.draft), request, judge)
    if output.exists():
        raise UsageError(f"{arguments.output}: appeared while the plan was made; it is left alone")
    write(output.parent, output.name, data)
    out.writelines(f"{line}\n" for line in _summary(plan))
    return 0


def _verify(arguments: argparse.Namespace, out: TextIO) -> int:
    if len(arguments.words) != 3:
        raise UsageError("name a plan and its evidence root: kfm-gates plan verify PLAN ROOT")
    if arguments.draft is not None or arguments.output is not None:
        raise UsageError("a plan that is verified is not made: leave out --draft and -o")
    _, file, root = arguments.words
    with Progress(sys.stderr) as progress:
        judge = partial(judge_in_process, progress=progress, timeout=arguments.timeout)
        plan = verify_plan(Path(file), _request(arguments, root), arguments.operation or "build", judge)
    out.writelines(f"{line}\n" for line in (*_summary(plan), "the plan holds, and its owner approved it"))
    return 0


def _request(arguments: argparse.Namespace, root: str) -> Request:
    return Request(
        folder=os.getcwd(),
        targets=(root,),
        configuration=arguments.config,
        profile=arguments.profile,
        evaluated_at=arguments.evaluated_at,
        jobs=arguments.jobs,
        expect_pack=arguments.expect_pack,
        engine=arguments.engine,
    )


def _output(name: str, root: Path) -> Path:
    """Where the plan goes; refuses what is there already (it may be signed off), and the evidence."""
    path = Path(os.path.realpath(name))
    if path.is_relative_to(root.resolve()):
        raise UsageError(f"{name}: a plan can't lie inside the evidence root ({root}); write it elsewhere")
    if os.path.lexists(name):
        raise UsageError(f"{name}: is there already, and may be signed off; remove it or choose another name")
    if not path.parent.is_dir():
        raise UsageError(f"{name}: there is no folder {path.parent}; make it first")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{name}: the folder {path.parent} can't be written to")
    return path


def _summary(plan: IndexPlan) -> list[str]:
    lines = [f"version    {visible(each.id)}" for each in plan.dataset_versions]
    lines += [f"left out   {visible(each.id)}  {each.reason}" for each in plan.left_out]
    for target in plan.targets:
        lines.append(f"target     {visible(target.name)}  {plan.strategy}: {visible(target.output)}")
    lines.append(f"inputs     {len(plan.inputs)} files, in {len(plan.chunks)} parts")
    lines.append(f"plan       {plan.plan_digest}, as of {plan.created_at}")
    return lines
