"""The service `trial` of the worker process: a policy on trial by the tests that stand beside it.

Request: {"policy": [path, text], "tests": [path, text], "data": …, "mutate": bool} -> what came of each test,
whether each deny rule fired for an input of the tests and for another did not, which kinds of input the tests
lack, and which mutants no test can tell from the policy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import regorus
from regorus.regorus import Program

from kfm_gates.engines import rego_ast, rego_mutants
from kfm_gates.engines.policy_file import DATA_ROOT, PolicyFile
from kfm_gates.engines.regorus_core import explain
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

_TELL = "kfm_gates_input:"
_RENAMED = "kfm_gates_deny_"

Given = tuple[str, str]
"""An input and the data beside it, as JSON text; no data means the policy's own."""


def serve(request: Json) -> Json:
    """Try one policy."""
    trial = _Trial(PolicyFile(*request["policy"]), tuple(request["tests"]), request["data"])
    return trial.report(request["mutate"])


@dataclass(frozen=True)
class _Test:
    name: str
    line: int


class _Trial:
    def __init__(self, policy: PolicyFile, tests: tuple[str, str], data: Json) -> None:
        self.policy, self.tests = policy, tests
        self.mounted = json.dumps({DATA_ROOT: data}, allow_nan=False)
        self.tree = _tree(policy.path, policy.text)
        tree = _tree(*tests)
        steps = rego_ast.path(rego_ast.node(tree["package"]["refr"])) or ()
        self.test_package = ".".join(steps)
        if self.test_package != f"{policy.package}_test":
            raise EngineError(f"{tests[0]}:1: the package must be {policy.package}_test.")
        self.named = tuple(_test_rules(tree))

    def report(self, mutate: bool) -> Json:
        results = [self._result(test) for test in self.named]
        inputs = self._inputs()
        report: dict[str, Json] = {
            "tests": results,
            "rules": self._witnesses(inputs),
            "lacks": self._lacking(inputs),
            "mutants": 0,
            "survivors": [],
        }
        if mutate and all(each["passed"] for each in results):
            report |= self._mutation()
        return report

    def _result(self, test: _Test) -> Json:
        said = self._said(self._engine(self.policy.text), test)
        return {"name": test.name, "line": test.line, "passed": said == "true", "said": said}

    def _engine(self, text: str) -> Any:
        engine = regorus.Engine()
        engine.add_policy(self.policy.path, text)
        engine.add_policy(*self.tests)
        engine.add_data_json(self.mounted)
        return engine

    def _said(self, engine: Any, test: _Test) -> str:
        try:
            return str(engine.eval_rule_as_json(f"data.{self.test_package}.{test.name}"))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return explain(error)

    def _inputs(self) -> list[Given]:
        """Every input that the tests gave to the policy, and the data if some test swaps it, as JSON text."""
        swaps = "with data" in self.tests[1]
        data = f"json.marshal(data.{DATA_ROOT})" if swaps else '""'
        tell = (
            f'{{\n\tprint("{_TELL}", json.marshal([json.marshal(input), {data}]))\n\tinput == "never"\n}}\n'
        )
        engine = self._engine(f'{self.policy.text}\nallow if {tell}\ndeny contains "never" if {tell}')
        engine.set_gather_prints(True)
        for test in self.named:
            self._said(engine, test)
        told = {line.partition(_TELL)[2].strip() for line in engine.take_prints() if _TELL in line}
        return sorted({(given[0], given[1]) for given in map(json.loads, told)})

    def _denies(self) -> list[Json]:
        return [rule for rule in self.tree["rules"] if _head_of(rule) == "deny"]

    def _witnesses(self, inputs: Sequence[Given]) -> list[Json]:
        """For each deny rule: did it fire for one input, and not fire for another?"""
        rules = self._denies()
        raw = self.policy.text.encode("utf-8")
        for index, rule in reversed(list(enumerate(rules))):
            span = next(iter(rule["Spec"]["head"].values()))["refr"]["Var"]["span"]
            raw = raw[: span["start"]] + f"{_RENAMED}{index}".encode() + raw[span["end"] :]
        whole = [f"deny contains each if some each in {_RENAMED}{index}" for index in range(len(rules))]
        bench = _Bench(self._engine(raw.decode("utf-8") + "\n" + "\n".join(whole) + "\n"))
        found = []
        for index, rule in enumerate(rules):
            entry = f"data.{self.policy.package}.{_RENAMED}{index}"
            fired = [bench.count(entry, given) for given in inputs]
            line = rego_ast.spot(rule["Spec"])[0]
            found.append({"line": line, "fires": any(fired), "rests": 0 in fired})
        return found

    def _lacking(self, inputs: Sequence[Given]) -> list[str]:
        """The kinds of input that tests of a policy must have and these do not."""
        bench = _Bench(self._engine(self.policy.text))
        denied = [bench.count(f"data.{self.policy.package}.deny", given) for given in inputs]
        opened = [bench.value(f"data.{self.policy.package}.allow", given) for given in inputs]
        passed = any(allow is True and deny == 0 for allow, deny in zip(opened, denied, strict=True))
        kinds = {
            "an input that passes": passed,
            "an input that is denied": any(denied),
            "the empty input": any(text == "{}" for text, _ in inputs),
        }
        return [kind for kind, there in kinds.items() if not there]

    def _mutation(self) -> dict[str, Json]:
        tests = list(self.named)
        number, survivors = 0, []
        for mutant in rego_mutants.mutants(self.policy.text, self.tree):
            if mutant.text == self.policy.text or not self._compiles(mutant.text):
                continue
            number += 1
            killer = self._killer(mutant.text, tests)
            if killer is None:
                survivors.append(mutant._asdict() | {"text": None})
            else:
                tests.remove(killer)
                tests.insert(0, killer)  # who killed one kills its neighbours
        return {"mutants": number, "survivors": survivors}

    def _compiles(self, text: str) -> bool:
        entries = [f"data.{self.policy.package}.{name}" for name in ("allow", "deny")]
        try:
            Program.compile_from_modules(self.mounted, [(self.policy.path, text)], entries)
        except KeyboardInterrupt:
            raise
        except BaseException:
            return False
        return True

    def _killer(self, text: str, tests: Sequence[_Test]) -> _Test | None:
        try:
            engine = self._engine(text)
        except RuntimeError:
            return tests[0]
        return next((test for test in tests if self._said(engine, test) != "true"), None)


def _tree(path: str, text: str) -> Json:
    engine = regorus.Engine()
    try:
        engine.add_policy(path, text)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise EngineError(explain(error)) from None
    return json.loads(engine.get_ast_as_json())[0]["ast"]


def _test_rules(tree: Json) -> Iterator[_Test]:
    seen = set()
    for rule in tree["rules"]:
        name = _head_of(rule)
        if name.startswith("test_"):
            if name in seen:
                raise EngineError(f"Two tests have the name {name}; only one of them would be noticed.")
            seen.add(name)
            yield _Test(name, rego_ast.spot(next(iter(rule.values())))[0])


def _head_of(rule: Json) -> str:
    ((kind, body),) = rule.items()
    head = body if kind == "Default" else next(iter(body["head"].values()))
    return (rego_ast.path(rego_ast.node(head["refr"])) or ("",))[0]


class _Bench:
    """Asks a policy about inputs, each with the data that it was given with."""

    def __init__(self, pristine: Any) -> None:
        self._engines = {"": pristine}

    def value(self, entry: str, given: Given) -> Json:
        """What a rule is for an input; None when it is undefined or raises."""
        text, data = given
        if data not in self._engines:
            made = self._engines[""].clone()
            made.clear_data()
            made.add_data_json(f'{{"{DATA_ROOT}": {data}}}')
            self._engines[data] = made
        engine = self._engines[data].clone()
        try:
            engine.set_input_json(text)
            found = json.loads(engine.eval_query_as_json(f"[value | value := {entry}]"))
            return next(iter(found["result"][0]["expressions"][0]["value"]), None)
        except RuntimeError:
            return None

    def count(self, entry: str, given: Given) -> int | None:
        """How many reasons a set has for an input; None when it can't be said."""
        value = self.value(entry, given)
        return len(value) if isinstance(value, list) else None
