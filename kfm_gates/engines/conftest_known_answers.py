"""The known-answer tests of conftest: one wrong answer ends the whole run.

Those of every Rego engine, through the same code as real policies, and what only conftest could do wrong: read
another `deny` than the policy has, leave a failed builtin out, let a policy call what no policy may call.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor

from kfm_gates.engines.conftest_bench import Answer, ConftestBench
from kfm_gates.engines.conftest_binary import Conftest, way_out
from kfm_gates.engines.conftest_bridge import asked
from kfm_gates.engines.interface import RegoAnswer
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.engines.rego_questions import ANSWERS, HEAD, NEVER, NO_PASS, PACKAGE, PATH, Question
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

OTHERWISE = ("absent from a list fires",)
"""What OPA answers otherwise, in every version tried: `not f(x)` is undefined where `x` is. Rules that both engines
judge bind first what may be missing (docs/conftest.md); judged by both, one that does not is an error."""

TOGETHER: tuple[Question, ...] = (
    *(question for question in ANSWERS if question.name not in OTHERWISE),
    Question(
        "a number among the reasons is told",
        NO_PASS + "deny contains 1 if input.a\n",
        {"a": 1},
        RegoAnswer(False, (1,)),
    ),
    Question(
        "an empty reason is told",
        NO_PASS + 'deny contains "" if input.a\n',
        {"a": 1},
        RegoAnswer(False, ("",)),
    ),
    Question(
        "a large number stays what it is",
        'allow if input.n == 9007199254740993\ndeny contains sprintf("%d", [input.n]) if input.n\n',
        {"n": 9007199254740993},
        RegoAnswer(True, ("9007199254740993",)),
    ),
)
"""Asked in one process. By itself, conftest reads no denial in the first two of its own."""

ALONE: tuple[Question, ...] = (
    Question(
        "a reason is read",
        NO_PASS + 'deny contains "x" if input.a\ndeny contains "y" if input.a\n',
        {"a": 1},
        RegoAnswer(False, ("x", "y")),
    ),
    Question(
        "a failed builtin raises",
        NO_PASS + NEVER + 'deny contains "x" if to_number(input.s) > 1\n',
        {"s": "x"},
        "to_number",
    ),
    Question(
        "a call to the network is refused",
        NO_PASS + 'deny contains "x" if {\n  input.never\n  http.send({"url": "http://localhost"}).body\n}\n',
        {},
        "undefined function http.send",
    ),
    Question(
        "not over an anonymous variable is refused",
        NO_PASS + 'deny contains "x" if not input.list[_].ok\n',
        {},
        "unsafe",
    ),
)
"""Each asked as policies are: in a process of its own, in which conftest reads `deny` as well."""


def prove(conftest: Conftest, limits: Limits) -> None:
    """Ask everything, and raise EngineError that names a wrong answer."""
    with ThreadPoolExecutor(2) as pool:
        begin(conftest, limits, pool)()


def begin(conftest: Conftest, limits: Limits, pool: Executor) -> Callable[[], None]:
    """Begin to ask everything; what is returned waits, and raises EngineError that names a wrong answer."""
    begun = [pool.submit(_together, conftest, limits)]
    begun += [pool.submit(_alone, conftest, limits, question) for question in ALONE]

    def wait() -> None:
        for each in begun:
            wrong = _outcome(each)
            if wrong:
                for other in begun:  # one wrong answer is enough: others may hang as long again
                    other.cancel()
                raise EngineError(
                    f"conftest at {conftest.path} failed its known-answer tests, so it judges nothing "
                    f"({'; '.join(wrong)}); {way_out()}."
                )

    return wait


def _outcome(asked: Future[list[str]]) -> list[str]:
    try:
        return asked.result()
    except EngineError as error:
        return [str(error).rstrip(".")]


def _together(conftest: Conftest, limits: Limits) -> list[str]:
    policies, inputs, tables = [], [], {}
    for number, question in enumerate(TOGETHER):
        own = f"{PACKAGE}{number}"
        text = (HEAD + question.rules).replace(f"package {PACKAGE}\n", f"package {own}\n")
        policies.append(PolicyFile(PATH.replace(".rego", f"{number}.rego"), text))
        inputs.append(asked(own, question.input))
        # Each has data of its own; the names do not meet.
        name = PACKAGE.rpartition(".")[2]
        tables.update(json.loads(json.dumps(question.data or {}).replace(f'"{name}"', f'"{name}{number}"')))
    with ConftestBench(conftest, tables, limits) as bench:
        answers = bench.write(policies).ask(inputs)
    return [q.name for q, answer in zip(TOGETHER, answers, strict=True) if not _right(q, answer)]


def _alone(conftest: Conftest, limits: Limits, question: Question) -> list[str]:
    with ConftestBench(conftest, {}, limits) as bench:
        answer: Answer
        try:
            written = bench.write([PolicyFile(PATH, HEAD + question.rules)])
            (answer,) = written.ask([asked(PACKAGE, question.input)])
        except EngineError as error:
            answer = error
    if isinstance(answer, EngineError) and not isinstance(question.expected, str):
        return [f"{question.name} ({answer})"]
    return [] if _right(question, answer) else [question.name]


def _right(question: Question, answer: Answer) -> bool:
    if isinstance(answer, EngineError):
        return isinstance(question.expected, str) and question.expected in str(answer)
    return answer == question.expected and _same_kinds(answer.deny, question.expected.deny)


def _same_kinds(found: Sequence[Json], expected: Sequence[Json]) -> bool:
    """Whether no boolean became a number: to Python, true and 1 are equal."""
    return json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)
