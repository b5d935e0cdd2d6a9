"""`kfm-gates policy test --engine conftest` and `both`: what the tests of rules come to under conftest.

Which tests there are, what they hold in place and which mutants they kill is found out by regorus in any case: it
shows which rule fired. What each test comes to is what the engine says that was asked for; with both, what they say
must be the same.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kfm_gates.checks.pack_lint import shown, tests_beside
from kfm_gates.engines.conftest_bench import Answer, ConftestBench
from kfm_gates.engines.conftest_binary import Conftest, identify
from kfm_gates.engines.conftest_bridge import asked
from kfm_gates.engines.conftest_known_answers import prove
from kfm_gates.engines.limits import LIMITS
from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.errors import EngineError
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.model.finding import Json


def conftest_for(arguments: argparse.Namespace) -> Conftest | None:
    """The conftest that runs the tests, proven; None when it does not. Raises EngineError when it can't."""
    if arguments.engine == "regorus":
        return None
    file = Path(arguments.config) if arguments.config else None
    conftest = identify(load_configuration(file, Path.cwd(), None).rego.conftest)
    prove(conftest, LIMITS["conftest"])
    return conftest


def told_by_conftest(
    conftest: Conftest, tried: Sequence[dict[str, Any]], rules: Sequence[Path], data: Json, *, both: bool
) -> None:
    """Put what conftest says into what was tried."""
    with ConftestBench(conftest, data, LIMITS["conftest"]) as bench:
        for each, rule in zip(tried, rules, strict=True):
            if not each["error"] and each["tests"]:
                try:
                    said = _said(bench, rule, [test["name"] for test in each["tests"]])
                except EngineError as error:
                    each["error"] = str(error)
                    continue
                _put(each["tests"], said, both)


def _said(bench: ConftestBench, rule: Path, names: Sequence[str]) -> list[str]:
    """What each test is under conftest: `true`, `false`, `undefined`, or an error."""
    texts = [(shown(path), path.read_text("utf-8")) for path in (rule, tests_beside(rule))]
    written = bench.write_tests(PolicyFile(*texts[0]), texts[1], names)
    return [_words(answer) for answer in written.ask([asked(name, {}) for name in names])]


def _words(answer: Answer) -> str:
    if isinstance(answer, EngineError):
        return str(answer)
    return "undefined" if answer.allow is None else str(answer.allow).lower()


def _put(tests: Sequence[dict[str, Any]], said: Sequence[str], both: bool) -> None:
    for test, words in zip(tests, said, strict=True):
        passes = words == "true"
        if both and (test["passed"] or passes):
            test["said"] = (
                words
                if test["passed"] and passes
                else f"{test['said']} under regorus and {words} under conftest"
            )
            test["passed"] = test["passed"] and passes
        elif not both:
            test["said"], test["passed"] = words, passes
