"""What is wrong with the rules of packs before they judge: metadata, then all that the engine's lint knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import kfm_gates.facts.all_named  # noqa: F401  (registers the facts that rules ask for by name)
from kfm_gates.checks.rego_check import read_rego_check
from kfm_gates.engines.lint_problem import LintProblem
from kfm_gates.engines.worker import Worker
from kfm_gates.errors import UsageError
from kfm_gates.model.finding import Json


def rule_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The rules at these paths: a file, or all below a folder; without tests. Refuses a path without any."""
    found: dict[Path, None] = {}
    for path in paths:
        files = [path] if path.is_file() else sorted(path.rglob("*.rego"))
        rules = [file for file in files if not file.name.endswith("_test.rego") and file.suffix == ".rego"]
        if not rules:
            raise UsageError(f"{path}: there is no rule in Rego (*.rego)")
        found |= dict.fromkeys(rules)
    return tuple(found)


def tests_beside(rule: Path) -> Path:
    """Where the tests of a rule stand."""
    return rule.with_name(f"{rule.stem}_test.rego")


def check_id(rule: Path) -> str:
    """The ID of the check that a file would be."""
    return f"{rule.absolute().parent.name}.{rule.stem}"


def shown(path: Path) -> str:
    """A path as people know it: below the working folder if it lies there."""
    absolute, here = path.absolute(), Path.cwd()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else absolute.as_posix()


def lint_rules(rules: Sequence[Path], data: Json) -> list[LintProblem]:
    """Everything that is wrong with these rules, sorted by place. The engine's part is done in a worker."""
    problems: list[LintProblem] = []
    policies = []
    for path in rules:
        name, schema = shown(path), None
        try:
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(LintProblem(name, 1, f"the rule can't be read ({error})"))
            continue
        try:
            schema = read_rego_check(check_id(path), path).form.schema
        except UsageError as error:
            problems.append(_metadata_problem(name, str(path), str(error)))
        policies.append([name, text, schema])
    if policies:
        with Worker("rego") as worker:
            reply = worker.request({"op": "lint", "policies": policies, "data": data})
        problems += [LintProblem(*each) for each in reply["problems"]]
    return sorted(set(problems))


def lint_all(rules: Sequence[Path], data: Json) -> list[LintProblem]:
    """The same for rules of several packs, where two files may not be the same check."""
    seen: dict[str, Path] = {}
    twice = []
    for path in rules:
        other = seen.setdefault(check_id(path).casefold(), path)
        if other is not path:
            twice.append(
                LintProblem(shown(path), 1, f"{check_id(path)} is the check of {shown(other)} already")
            )
    return sorted({*twice, *lint_rules(rules, data)})


def _metadata_problem(name: str, path: str, said: str) -> LintProblem:
    place = re.match(rf"{re.escape(path)}:(\d+):\s*", said)
    return LintProblem(name, int(place[1]) if place else 1, said[place.end() :] if place else said, 1)
