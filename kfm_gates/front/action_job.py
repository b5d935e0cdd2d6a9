"""What a step of the GitHub Action is given: its inputs and the files by which it answers.

Everything comes from the environment that `action.yml` hands over, and nothing in it is believed unseen:
GitHub neither enforces `required: true` nor refuses a misspelt input, it only warns.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.reports.harmless import visible

REQUIRED = ("root", "profile", "operation")
OPTIONAL = {
    "config": "nearest",
    "expect-pack": "any",
    "permit": "none",
    "jobs": "1",
    "artifact": "none",
    "run": "none",
}
"""Optional inputs and the word that stands for "not given".

An empty value is refused: what is empty is an expression that came to nothing, such as a misspelt `vars.PACK`,
and to go on without it would drop a demand unnoticed.
"""


@dataclass(frozen=True)
class Inputs:
    """The action's inputs, each of which says something."""

    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def given(self, name: str) -> str | None:
        """An optional input, or None when it is left at its default."""
        value = self.values[name]
        return None if value.casefold() == OPTIONAL[name] else value


@dataclass(frozen=True)
class Job:
    """One run of the action on one machine."""

    workspace: Path
    home: Path
    """The folder that this run of the action made for itself outside the workspace."""
    inputs: Inputs
    output: Path
    summary: Path
    outcomes: tuple[str, ...]
    """How the steps before this one ended; empty where nobody asks."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Job:
        """The job that an environment describes; raises UsageError for what is missing or wrong in it."""
        return cls(
            workspace=_path(environment, "GITHUB_WORKSPACE"),
            home=_path(environment, "KFM_GATES_HOME"),
            inputs=read_inputs(environment.get("KFM_GATES_INPUTS", "")),
            output=_path(environment, "GITHUB_OUTPUT"),
            summary=_path(environment, "GITHUB_STEP_SUMMARY"),
            outcomes=tuple(environment.get("KFM_GATES_OUTCOMES", "").split()),
        )

    @property
    def root(self) -> Path:
        """The evidence; an absolute path, which no command line takes for an option."""
        return self.workspace / self.inputs["root"]

    @property
    def record(self) -> Path:
        """Where this run's decision, permit and reports lie."""
        return self.home / "record"

    def say(self, outputs: Mapping[str, str]) -> None:
        """Write outputs of the step; a value with a line end, which could be another output, is refused."""
        for name, value in outputs.items():
            if not value.isprintable():
                raise UsageError(f"the output {name} would not be one line: {visible(value)}")
        with open(self.output, "a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in outputs.items())


def read_inputs(text: str) -> Inputs:
    """The inputs from `toJSON(inputs)`, which also holds what the caller misspelt. Raises UsageError."""
    given = _object(text)
    known = (*REQUIRED, *OPTIONAL)
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            meant = f" (did you mean {close[0]!r}?)" if close else ""
            raise UsageError(f"unknown input {name!r}{meant}; known: {', '.join(known)}")
    for name in known:
        value = given.get(name)
        if not isinstance(value, str) or not value.strip():
            raise UsageError(f"the input {name!r} is empty{_instead(name)}")
        if not value.isprintable() and (name != "run" or "\0" in value):
            raise UsageError(f"the input {name!r} must be one line of text, not {visible(value, 200)!r}")
    if not given["jobs"].isascii() or not given["jobs"].isdigit():
        raise UsageError(f"the input 'jobs' must be a whole number, not {given['jobs']!r}")
    return Inputs(given)


def _object(text: str) -> dict[str, Any]:
    """The JSON object of the inputs, names in lower case as GitHub compares them."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UsageError("KFM_GATES_INPUTS does not hold the inputs as JSON") from error
    if not isinstance(value, dict):
        raise UsageError("KFM_GATES_INPUTS does not hold the inputs as a JSON object")
    return {name.lower(): each for name, each in value.items()}


def _instead(name: str) -> str:
    if name in REQUIRED:
        return "; it is required, and GitHub does not enforce that"
    return f"; leave it out, or write {OPTIONAL[name]!r}, if you do not want to give it"


def _path(environment: Mapping[str, str], name: str) -> Path:
    value = environment.get(name, "")
    if not os.path.isabs(value):
        raise UsageError(f"{name} must hold an absolute path, not {visible(value)!r}; run by action.yml only")
    return Path(value)
