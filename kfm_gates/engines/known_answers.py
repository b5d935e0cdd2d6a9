"""Questions with known answers that the Rego engine must get right before it judges anything.

Each is a way in which an engine was once seen to say "pass" when it should not. They run through the same
code as real policies (`RegorusCore`), in the worker, at each start. One wrong answer ends the whole run.
"""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.engines.interface import RegoAnswer
from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.engines.rego_builtins import ALLOWED_BUILTINS
from kfm_gates.engines.regorus_core import RegorusCore
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

_PATH = "rego/known/answer.rego"
_HEAD = "# METADATA\n# title: known answer\npackage kfm.known.answer\n\ndefault allow := false\n\n"
_PACKAGE = "kfm.known.answer"
_NEVER = 'deny contains "never" if input.never\n'
_NO_PASS = "allow if input.never\n"


@dataclass(frozen=True)
class Question:
    """One policy and one input; `expected` is the answer, or the words that the refusal must hold."""

    name: str
    rules: str
    input: Json
    expected: RegoAnswer | str
    data: Json = None
    package: str = _PACKAGE

    def ask(self) -> RegoAnswer:
        """What the engine says. Raises EngineError when it refuses."""
        core = RegorusCore([PolicyFile(_PATH, _HEAD + self.rules)], self.data)
        return core.judge(self.package, self.input)


def _deny(*reasons: Json) -> RegoAnswer:
    return RegoAnswer(False, reasons)


_ALLOWED = RegoAnswer(True, ())
_CLOSED = RegoAnswer(False, ())

QUESTIONS: tuple[Question, ...] = (
    Question("false stays boolean", "allow if input.approved\n" + _NEVER, {"approved": False}, _CLOSED),
    Question(
        "true stays boolean", "allow if input.approved == true\n" + _NEVER, {"approved": True}, _ALLOWED
    ),
    Question(
        "not false fires", _NO_PASS + 'deny contains "x" if not input.public\n', {"public": False}, _deny("x")
    ),
    Question(
        "an absent key under not fires", _NO_PASS + 'deny contains "x" if not input.public\n', {}, _deny("x")
    ),
    Question("an undefined comparison does not pass", "allow if input.a.b < 5\n" + _NEVER, {}, _CLOSED),
    Question("a null is not a number", "allow if input.n > -1\n" + _NEVER, {"n": None}, _CLOSED),
    Question(
        "every over a failing list is false",
        "allow if every n in input.list { n > 1 }\n" + _NEVER,
        {"list": [0, 0]},
        _CLOSED,
    ),
    Question(
        "every over a good list is true",
        "allow if every n in input.list { n > 1 }\n" + _NEVER,
        {"list": [2, 3]},
        _ALLOWED,
    ),
    Question(
        "versions compare as numbers",
        'allow if semver.compare("1.10.0", "1.9.0") > 0\n' + _NEVER,
        {},
        _ALLOWED,
    ),
    Question(
        "sprintf fills in",
        _NO_PASS + 'deny contains sprintf("%s %d %v", [input.s, 7, [1]]) if input.s\n',
        {"s": "a"},
        _deny("a 7 [1]"),
    ),
    Question("an empty set is an empty list", "allow if input.a == 1\n" + _NEVER, {"a": 1}, _ALLOWED),
    Question(
        "a set of objects comes whole",
        _NO_PASS + 'deny contains {"at": p, "msg": "m"} if some p in input.ps\n',
        {"ps": ["/b", "/a", "/a"]},
        _deny({"at": "/a", "msg": "m"}, {"at": "/b", "msg": "m"}),
    ),
    Question(
        "given data is read",
        "allow if input.v in data.kfm_data.labels\n" + _NEVER,
        {"v": "public"},
        _ALLOWED,
        data={"labels": ["public"]},
    ),
    Question(
        "data does not override a rule",
        "allow if input.v == data.kfm_data.allow\n" + _NEVER,
        {"v": 1},
        _CLOSED,
        data={"allow": True, "kfm": {"known": {"answer": {"allow": True, "deny": []}}}},
    ),
    Question(
        "a misspelt package is refused",
        "allow if true\n" + _NEVER,
        {},
        "no policy package",
        package="kfm.known.anwser",
    ),
    Question(
        "not over an anonymous variable is refused",
        _NO_PASS + 'deny contains "x" if not input.list[_].ok\n',
        {},
        "nothing outside of the `not` binds",
    ),
    Question(
        "not over an unbound variable is refused",
        _NO_PASS + 'deny contains "x" if {\n  some k\n  not input.list[k].ok\n}\n',
        {},
        "nothing outside of the `not` binds",
    ),
    Question(
        "http.send is refused",
        _NO_PASS
        + 'deny contains "x" if http.send({"method": "get", "url": "http://localhost"}).status_code != 200\n',
        {},
        "`http.send` is not allowed",
    ),
    Question(
        "the clock is refused",
        _NO_PASS + 'deny contains "x" if time.now_ns() > 0\n',
        {},
        "`time.now_ns` is not allowed",
    ),
    Question(
        "an unknown function is refused",
        _NO_PASS + 'deny contains "x" if nosuch(input)\n',
        {},
        "`nosuch` is not allowed",
    ),
    Question("an unsafe variable is refused", _NO_PASS + 'deny contains "x" if free > 1\n', {}, "unsafe"),
    Question(
        "a builtin error raises",
        _NO_PASS + 'deny contains "x" if to_number(input.s) > 1\n',
        {"s": "x"},
        f"{_PATH}:8",
    ),
    Question(
        "iterating a number raises",
        _NO_PASS + 'deny contains "x" if some n in input.n\n',
        {"n": 5},
        "expects array/set/object",
    ),
    Question(
        "absent data is refused",
        _NO_PASS + 'deny contains "x" if data.kfm_data.gone\n',
        {},
        "not in the data",
    ),
)


def prove(questions: tuple[Question, ...] = QUESTIONS) -> None:
    """Ask everything. Raises EngineError that names each question with a wrong answer."""
    wrong = [question.name for question in questions if not _right(question)]
    if "http.send" in ALLOWED_BUILTINS or "time.now_ns" in ALLOWED_BUILTINS:
        wrong.append("the list of allowed builtins is closed")
    if wrong:
        raise EngineError(f"The Rego engine failed its known-answer tests: {'; '.join(wrong)}.")


def _right(question: Question) -> bool:
    try:
        answer = question.ask()
    except EngineError as error:
        return isinstance(question.expected, str) and question.expected in str(error)
    return answer == question.expected and type(answer.allow) is bool
