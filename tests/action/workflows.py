"""Running a whole workflow: jobs in the order of their needs, each on a machine of its own, and artifacts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.action.expressions import condition
from tests.action.runner import ActionFailed, Ended, Machine, Uses, run_job

_WORKFLOW_KEYS = {"name", True, "permissions", "jobs", "concurrency"}  # YAML reads `on` as true
_JOB_KEYS = {"name", "needs", "if", "runs-on", "permissions", "timeout-minutes", "steps", "outputs", "env"}

NewMachine = Callable[[str], Machine]


def run_workflow(workflow: str, machine: NewMachine) -> dict[str, Ended]:
    """Run all jobs; `machine` gives a fresh machine for a job by its name."""
    document = yaml.safe_load(workflow)
    if unknown := set(document) - _WORKFLOW_KEYS:
        raise NotImplementedError(f"not modelled: {unknown}")
    done: dict[str, Ended] = {}
    waiting = dict(document["jobs"])
    while waiting:
        id = next(id for id, job in waiting.items() if set(_needs(job)) <= set(done))
        job = waiting.pop(id)
        if unknown := set(job) - _JOB_KEYS:
            raise NotImplementedError(f"not modelled: {unknown}")
        needs = {each: done[each] for each in _needs(job)}
        contexts = {"needs": {each: {"result": e.result, "outputs": e.outputs} for each, e in needs.items()}}
        if condition(job.get("if"), contexts, _functions(needs)):
            done[id] = run_job(machine(id), job, contexts["needs"])
        else:
            done[id] = Ended("skipped", {})
    return done


def required_check(ended: Ended) -> bool:
    """Whether branch protection lets a change pass that requires this job: a skipped job counts as passed."""
    return ended.result in ("success", "skipped")


def checkout(source: Path) -> Uses:
    """`actions/checkout`: the repository's files in the workspace."""

    def run(machine: Machine, inputs: Mapping[str, str]) -> Mapping[str, str]:
        if inputs.get("persist-credentials") != "false":
            raise ActionFailed("the credentials would stay in the workspace")
        shutil.copytree(source, machine.workspace, dirs_exist_ok=True, symlinks=True)
        return {}

    return run


def upload(store: Path) -> Uses:
    """`actions/upload-artifact`: keep a folder under a name that is still free."""

    def run(machine: Machine, inputs: Mapping[str, str]) -> Mapping[str, str]:
        source = Path(inputs["path"])
        if not source.is_dir() or not any(source.iterdir()):
            if inputs.get("if-no-files-found") == "error":
                raise ActionFailed(f"no files were found at {source}")
            return {}
        if (store / inputs["name"]).exists():
            raise ActionFailed(f"an artifact {inputs['name']} exists already")
        shutil.copytree(source, store / inputs["name"])
        return {}

    return run


def download(store: Path) -> Uses:
    """`actions/download-artifact`: the files of an artifact in a folder."""

    def run(machine: Machine, inputs: Mapping[str, str]) -> Mapping[str, str]:
        if not (store / inputs["name"]).is_dir():
            raise ActionFailed(f"there is no artifact {inputs['name']}")
        shutil.copytree(store / inputs["name"], Path(inputs["path"]), dirs_exist_ok=True)
        return {"download-path": inputs["path"]}

    return run


def _needs(job: Mapping[str, Any]) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else list(needs)


def _functions(needs: Mapping[str, Ended]) -> dict[str, Callable[..., Any]]:
    results = [each.result for each in needs.values()]
    return {
        "success": lambda: all(each == "success" for each in results),
        "failure": lambda: "failure" in results,
        "always": lambda: True,
        "cancelled": lambda: "cancelled" in results,
    }
