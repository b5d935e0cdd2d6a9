"""A small GitHub runner: it runs the steps of jobs and composite actions for real, in bash, on this machine.

Modelled on the source of actions/runner (CompositeActionHandler, ScriptHandler, ActionRunner,
FileCommandManager): conditions and status functions, `outcome` and `conclusion`, the order in which
environments are merged, GITHUB_PATH before everything, commands on the output, cancelling. An action written
in JavaScript is given as a function. What is not modelled is refused, never passed over.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.action.commands import Said, read_file, read_log
from tests.action.expressions import Functions, condition, evaluate, fill, to_json, truth

_STEP_KEYS = {"name", "id", "if", "uses", "with", "run", "shell", "env", "continue-on-error"}
_SHELLS = {"bash": "bash --noprofile --norc -e -o pipefail {0}", "sh": "sh -e {0}"}
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")

Uses = Callable[["Machine", Mapping[str, str]], Mapping[str, str]]
"""An action in JavaScript: gets the machine and its inputs, gives outputs, raises ActionFailed."""


class ActionFailed(Exception):
    """An action ended its step as failed."""


@dataclass(frozen=True)
class Step:
    """How a step ended."""

    id: str
    outcome: str
    conclusion: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    log: str = ""
    annotations: Sequence[tuple[str, Mapping[str, str], str]] = ()

    @property
    def context(self) -> dict[str, Any]:
        return {"outcome": self.outcome, "conclusion": self.conclusion, "outputs": self.outputs}


@dataclass(frozen=True)
class Ended:
    """How a job or a composite action ended."""

    result: str
    steps: Mapping[str, Step]
    outputs: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()

    @property
    def green(self) -> bool:
        return self.result == "success"

    @property
    def log(self) -> str:
        """Everything that was said, for a test's message."""
        return "\n".join(f"== {step.id}: {step.outcome}\n{step.log}" for step in self.steps.values())

    @property
    def errors(self) -> list[str]:
        """The text of all error annotations."""
        return [text for step in self.steps.values() for kind, _, text in step.annotations if kind == "error"]


@dataclass
class Machine:
    """One fresh machine: a workspace, a temporary folder, and what steps leave behind for later ones."""

    folder: Path
    uses: Mapping[str, Uses | Path] = field(default_factory=dict)
    """Actions by `owner/name`: a function, or the folder of a composite action."""
    before: Callable[[str], None] = lambda _: None
    """Called with the ID of each step before it is looked at: for whoever interferes."""
    instead: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Keys of steps of composite actions, by step ID, that replace what the file says."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Configuration variables of the repository: the context `vars`."""
    environment: dict[str, str] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    cancelled: bool = False

    def __post_init__(self) -> None:
        for name in ("workspace", "temp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    @property
    def summary(self) -> str:
        """The job's summary page."""
        return "".join(file.read_text("utf-8") for file in sorted(self.temp.glob("summary-*")))


def run_action(
    machine: Machine,
    folder: Path,
    inputs: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run a composite action as one step of a job."""
    action = yaml.safe_load((folder / "action.yml").read_text("utf-8"))
    if action["runs"]["using"] != "composite":
        raise NotImplementedError("only composite actions are modelled")
    declared = action.get("inputs") or {}
    values = {name: "" if value is None else _text(value) for name, value in (inputs or {}).items()}
    lower = {name.lower() for name in values}
    unexpected = sorted(lower - {name.lower() for name in declared})
    for name, about in declared.items():
        if name.lower() not in lower:  # `required` is not looked at, by GitHub neither
            values[name] = _text(about.get("default", ""))
    contexts = {"inputs": values, "github": {"action_path": str(folder)}, "steps": {}}
    steps = [step | dict(machine.instead.get(step.get("id", ""), {})) for step in action["runs"]["steps"]]
    result, done = _run_steps(machine, steps, contexts, environment or {}, folder)
    functions = _functions(machine, [result])
    outputs = {
        name: fill(about["value"], contexts, functions)
        for name, about in (action.get("outputs") or {}).items()
    }
    return Ended(result, done, outputs, [f"unexpected input {name!r}" for name in unexpected])


def run_job(machine: Machine, job: Mapping[str, Any], needs: Mapping[str, Any] | None = None) -> Ended:
    """Run the steps of a job."""
    github = {"workspace": str(machine.workspace), "event_name": "pull_request"}
    contexts = {
        "steps": {},
        "github": github,
        "needs": needs or {},
        "vars": machine.variables,
        "runner": {"temp": str(machine.temp), "os": "Linux"},
    }
    result, done = _run_steps(machine, job["steps"], contexts, job.get("env") or {}, None)
    if machine.cancelled:
        result = "cancelled"
    functions = _functions(machine, [result])
    outputs = {name: fill(value, contexts, functions) for name, value in (job.get("outputs") or {}).items()}
    return Ended(result, done, outputs)


def _run_steps(
    machine: Machine,
    steps: Sequence[Mapping[str, Any]],
    contexts: dict[str, Any],
    outer: Mapping[str, str],
    action: Path | None,
) -> tuple[str, dict[str, Step]]:
    """Run steps in order; the result of all and each by its ID."""
    status, done = ["success"], dict[str, Step]()
    for number, step in enumerate(steps):
        if unknown := set(step) - _STEP_KEYS:
            raise NotImplementedError(f"not modelled: {', '.join(sorted(unknown))}")
        id = step.get("id", f"__{number}")
        machine.before(id)
        functions = _functions(machine, status if action else [_job_status(machine, status[0])])
        environment = {**machine.environment, **outer}
        contexts["env"] = environment
        own = {name: fill(value, contexts, functions) for name, value in (step.get("env") or {}).items()}
        contexts["env"] = environment = environment | own
        if not condition(step.get("if"), contexts, functions):
            done[id] = Step(id, "skipped", "skipped")
        else:
            ended = _run_step(machine, id, step, contexts, functions, environment, action)
            excused = truth(_value(step.get("continue-on-error", False), contexts, functions))
            conclusion = "success" if excused else ended.outcome
            done[id] = Step(id, ended.outcome, conclusion, ended.outputs, ended.log, ended.annotations)
            if conclusion == "failure":
                status[0] = "failure"
        if not id.startswith("__"):
            contexts["steps"][id] = done[id].context
    return status[0], done


def _run_step(
    machine: Machine,
    id: str,
    step: Mapping[str, Any],
    contexts: Mapping[str, Any],
    functions: Functions,
    environment: Mapping[str, str],
    action: Path | None,
) -> Step:
    if "uses" not in step:
        script = fill(step["run"], contexts, functions)
        return _run_script(machine, id, script, step.get("shell"), environment, action)
    name = step["uses"].partition("@")[0]
    target = (
        machine.workspace / name if name.startswith("./") else machine.uses["/".join(name.split("/")[:3])]
    )
    inputs = {key: fill(value, contexts, functions) for key, value in (step.get("with") or {}).items()}
    if isinstance(target, Path):
        ended = run_action(machine, target, inputs, environment)
        annotations = [each for inner in ended.steps.values() for each in inner.annotations]
        return Step(id, ended.result, ended.result, ended.outputs, ended.log, annotations)
    try:
        return Step(id, "success", "success", target(machine, inputs))
    except ActionFailed as error:
        return Step(id, "failure", "failure", {}, str(error))


def _run_script(
    machine: Machine,
    id: str,
    script: str,
    shell: str | None,
    environment: Mapping[str, str],
    action: Path | None,
) -> Step:
    if shell is None and action is not None:
        raise ValueError(f"step {id}: a composite action must name the shell")
    unique = uuid.uuid4().hex
    file = machine.temp / f"{unique}.sh"
    file.write_text(script, "utf-8")
    files = {
        name: machine.temp / f"{name}-{len(list(machine.temp.iterdir())):04}-{unique}" for name in _FILES
    }
    for each in files.values():
        each.touch()
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    full = inherited | dict(environment)
    full["PATH"] = os.pathsep.join([*reversed(machine.path), full["PATH"]])
    # What the runner itself says comes last, so nobody can say otherwise.
    full |= {_FILES[name]: str(path) for name, path in files.items()}
    full |= {"GITHUB_WORKSPACE": str(machine.workspace), "RUNNER_TEMP": str(machine.temp)}
    full |= {"GITHUB_ACTIONS": "true", "RUNNER_OS": "Linux"}
    if action is not None:
        full["GITHUB_ACTION_PATH"] = str(action)
    words = (_SHELLS.get(shell or "bash") or shell or "").split()
    program = shutil.which(words[0], path=full["PATH"])
    if program is None or "{0}" not in words:
        return Step(id, "failure", "failure", {}, f"no shell {shell!r}")
    command = [program, *(str(file) if word == "{0}" else word for word in words[1:])]
    # A file takes the output, so that a process left in the background does not hold up the step.
    output = machine.temp / f"log-{unique}"
    with output.open("wb") as log:
        code = subprocess.run(
            command,
            cwd=machine.workspace,
            env=full,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            timeout=300,
        ).returncode
    text = output.read_bytes().decode("utf-8", "replace")
    said = read_log(text)
    problem = _read_files(machine, files, said)
    outcome = "failure" if code or said.failed or problem else "success"
    return Step(id, outcome, outcome, said.outputs, f"{text}{problem}", said.annotations)


_FILES = {
    "output": "GITHUB_OUTPUT",
    "env": "GITHUB_ENV",
    "path": "GITHUB_PATH",
    "summary": "GITHUB_STEP_SUMMARY",
}


def _read_files(machine: Machine, files: Mapping[str, Path], said: Said) -> str:
    """Take over what a step wrote; what was wrong with it."""
    try:
        said.outputs |= read_file(files["output"])
        added = read_file(files["env"])
        machine.environment |= {name: value for name, value in added.items() if name != "NODE_OPTIONS"}
        machine.path += [line for line in files["path"].read_text("utf-8").splitlines() if line]
    except (ValueError, OSError) as error:
        return f"unable to process a file command: {error}"
    return ""


def _job_status(machine: Machine, status: str) -> str:
    return "cancelled" if machine.cancelled else status


def _functions(machine: Machine, status: Sequence[str]) -> Functions:
    """In a composite action `success()` is about the action, `cancelled()` always about the job."""
    return {
        "success": lambda: status[0] == "success",
        "failure": lambda: status[0] == "failure",
        "always": lambda: True,
        "cancelled": lambda: machine.cancelled,
        "toJSON": to_json,
    }


def _value(value: Any, contexts: Mapping[str, Any], functions: Functions) -> Any:
    if isinstance(value, str) and value.strip().startswith("${{"):
        return evaluate(value.strip()[3:-2], contexts, functions)
    return value


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
