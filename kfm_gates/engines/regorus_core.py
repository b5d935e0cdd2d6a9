"""regorus, hardened: what runs inside the worker process.

Measured defects of the wheel (0.9.1) that this module is built around: `set_input(dict)` turns False into a
number, so JSON text only; data overrides rules, so data has its own root; a failed setter keeps the old input
and `clone()` copies it, so each document gets a clone of a pristine engine and must be seen by it (echo); an
undefined rule and a missing rule look alike in `eval_query`, so the rule's existence is asked separately, at
load; checking is lazy, so each rule is compiled at load as well.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from typing import Any

import regorus
from regorus.regorus import Program

from kfm_gates.engines import rego_lint
from kfm_gates.engines.interface import RegoAnswer
from kfm_gates.engines.lint_problem import LintProblem, refuse
from kfm_gates.engines.policy_file import DATA_ROOT, PACKAGE_ROOT, PolicyFile, packages
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

NONCE_KEY = "kfm_gates_nonce"
_PLACE = re.compile(r"--> (.+):(\d+):(\d+)")


class RegorusCore:
    """Policies that are linted, compiled and loaded; one engine each, so that none can disturb another."""

    def __init__(self, policies: Sequence[PolicyFile], data: Json = None) -> None:
        packages(policies)
        self.data = {} if data is None else data
        problems = [problem for policy in policies for problem in rego_lint.lint_text(policy)]
        refuse(problems)
        self._engines = {policy.package: _Package(policy, self.data) for policy in policies}
        refuse([problem for engine in self._engines.values() for problem in engine.problems])

    def judge(self, package: str, input: Json) -> RegoAnswer:
        """See `RegoEngine.judge`."""
        self.demand(package)
        return self._engines[package].judge(input)

    def demand(self, package: str) -> None:
        """Raise EngineError when no such package is loaded."""
        if package not in self._engines:
            raise EngineError(
                f"There is no policy package {package}; loaded are {', '.join(sorted(self._engines))}."
            )


def lint(policy: PolicyFile, data: Json) -> list[LintProblem]:
    """Why one policy is refused, as far as that can be listed. Raises EngineError for one that can't be compiled."""
    return [*rego_lint.lint_text(policy), *_Package(policy, data).problems]


def lint_all(policies: Sequence[PolicyFile], data: Json = None) -> list[LintProblem]:
    """Every reason why `RegorusCore` would refuse these policies; what can't be compiled is one of them."""
    problems = []
    for policy in policies:
        try:
            problems += lint(policy, {} if data is None else data)
        except EngineError as error:
            problems.append(_as_problem(policy.path, str(error)))
    try:
        packages(policies)
    except EngineError as error:
        problems.append(_as_problem(policies[0].path, str(error)))
    return sorted(set(problems))


def parse(policy: PolicyFile) -> None:
    """Read a file that is no policy, such as the tests of one. Raises EngineError with the place."""
    _call(policy.path, regorus.Engine().add_policy, policy.path, policy.text)


class _Package:
    """One policy in its own engine."""

    def __init__(self, policy: PolicyFile, data: Json) -> None:
        self.policy = policy
        self.pristine: Any = regorus.Engine()
        self.entries = {name: f"data.{policy.package}.{name}" for name in ("allow", "deny")}
        # Each part is a list: empty is undefined, which a bare query can't tell from a misspelt rule.
        self.question = (
            f'{{"seen": [value | value := input.{NONCE_KEY}], '
            f'"allow": [value | value := {self.entries["allow"]}], '
            f'"deny": [value | value := {self.entries["deny"]}]}}'
        )
        declared = _call(policy.path, self.pristine.add_policy, policy.path, policy.text)
        _keep_apart(declared, policy.path)
        tree = json.loads(self.pristine.get_ast_as_json())[0]["ast"]
        self.problems = rego_lint.lint_tree(policy, tree, data)
        if self.problems:
            return  # the caller refuses; compiling would only say the same in other words
        mounted = json.dumps({DATA_ROOT: data}, allow_nan=False)
        sources = [(policy.path, policy.text)]
        _call(policy.path, Program.compile_from_modules, mounted, sources, list(self.entries.values()))
        _call(policy.path, self.pristine.add_data_json, mounted)
        # Preparing happens at the first evaluation; done here, each clone has it.
        _call(policy.path, self.pristine.eval_query_as_json, "true")
        self._exist()

    def judge(self, input: Json) -> RegoAnswer:
        if not isinstance(input, dict) or NONCE_KEY in input:
            raise EngineError(
                f"{self.policy.path}: a Rego input must be a JSON object without the key {NONCE_KEY}."
            )
        nonce = secrets.token_hex(8)
        engine = self.pristine.clone()
        _call(
            self.policy.path, engine.set_input_json, json.dumps({**input, NONCE_KEY: nonce}, allow_nan=False)
        )
        answer = self._only_value(_call(self.policy.path, engine.eval_query_as_json, self.question))
        if answer.get("seen") != [nonce]:
            raise EngineError(f"{self.policy.path}: the engine did not see the input that it was given.")
        return RegoAnswer(self._allow(answer["allow"]), self._deny(answer["deny"]))

    def _allow(self, values: list[Json]) -> bool | None:
        if not values:
            return None
        if len(values) == 1 and isinstance(values[0], bool):
            return bool(values[0])
        raise EngineError(
            f"{self.policy.path}: `allow` must be true or false; the engine gave {_brief(values)}."
        )

    def _deny(self, values: list[Json]) -> tuple[Json, ...]:
        if len(values) != 1 or not isinstance(values[0], list):
            raise EngineError(f"{self.policy.path}: `deny` must be a set; the engine gave {_brief(values)}.")
        return tuple(values[0])

    def _only_value(self, text: str) -> dict[str, Json]:
        results = json.loads(text).get("result", [])
        if len(results) == 1 and len(results[0]["expressions"]) == 1:
            value = results[0]["expressions"][0]["value"]
            if isinstance(value, dict):
                return value
        raise EngineError(f"{self.policy.path}: the engine gave no answer to a question that always has one.")

    def _exist(self) -> None:
        """Ask for each rule by name: only this way of asking raises when there is no such rule."""
        for entry in self.entries.values():
            engine = self.pristine.clone()
            _call(self.policy.path, engine.set_input_json, "{}")
            try:
                engine.eval_rule_as_json(entry)
            except RuntimeError as error:
                if "not a valid rule path" in str(error):
                    raise EngineError(f"{self.policy.path}: there is no rule {entry}.") from None
                # Any other error is the rule's own word on an empty input; it has no meaning here.


def explain(error: BaseException) -> str:
    """A regorus error as one sentence: place and reason, without source excerpt and Rust backtrace."""
    text = str(error).split("Stack backtrace")[0]
    place = _PLACE.search(text)
    reasons = [line.split("error:", 1)[1].strip() for line in text.splitlines() if "error:" in line]
    reason = next((reason for reason in reversed(reasons) if reason and not reason.endswith(":")), None)
    reason = reason or " ".join(text.split()) or type(error).__name__
    where = f"{place[1]}:{place[2]}:{place[3]}: " if place else ""
    return f"{where}{reason}"[:400]


def _call(path: str, function: Any, *arguments: Any) -> Any:
    """Call into regorus; whatever it raises, panics (BaseException) included, becomes a sentence."""
    try:
        return function(*arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        said = explain(error)
        raise EngineError(said if said.startswith(path) else f"{path}: {said}") from None


def _keep_apart(declared: str, path: str) -> None:
    """Refuse a package that data could override, or that could pose as data."""
    steps = declared.split(".")
    if steps[:2] == ["data", DATA_ROOT] or steps == ["data"] or steps[:2] != ["data", PACKAGE_ROOT]:
        raise EngineError(f"{path}: the package `{'.'.join(steps[1:])}` must lie under `{PACKAGE_ROOT}.`")


def _as_problem(path: str, said: str) -> LintProblem:
    """An engine's error as a problem, at its place if it names one."""
    place = re.match(rf"{re.escape(path)}:(?:(\d+):(?:(\d+):)?)?\s*", said)
    message = said[place.end() :] if place else said
    line, column = (int(number or 0) for number in place.groups()) if place else (0, 0)
    return LintProblem(path, line or 1, message, column)


def _brief(value: Json) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else text[:79] + "…"
