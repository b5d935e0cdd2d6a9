"""Questions with known answers that the Rego engine must get right before it judges anything.

Each is a way in which an engine was once seen to say "pass" when it should not.
"""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.engines.interface import RegoAnswer
from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.model.finding import Json

PATH = "rego/known/answer.rego"
HEAD = "# METADATA\n# title: known answer\npackage kfm.known.answer\n\ndefault allow := false\n\n"
PACKAGE = "kfm.known.answer"
NEVER = 'deny contains "never" if input.never\n'
NO_PASS = "allow if input.never\n"


@dataclass(frozen=True)
class Question:
    """One policy and one input; `expected` is the answer, or the words that the refusal must hold."""

    name: str
    rules: str
    input: Json
    expected: RegoAnswer | str
    data: Json = None
    package: str = PACKAGE

    def ask(self) -> RegoAnswer:
        """What the engine says. Raises EngineError when it refuses."""
        from kfm_gates.engines.regorus_core import RegorusCore  # only its worker has it

        core = RegorusCore([PolicyFile(PATH, HEAD + self.rules)], self.data)
        return core.judge(self.package, self.input)


def _deny(*reasons: Json) -> RegoAnswer:
    return RegoAnswer(False, reasons)


_ALLOWED = RegoAnswer(True, ())
_CLOSED = RegoAnswer(False, ())

ANSWERS: tuple[Question, ...] = (
    Question("false stays boolean", "allow if input.approved\n" + NEVER, {"approved": False}, _CLOSED),
    Question("true stays boolean", "allow if input.approved == true\n" + NEVER, {"approved": True}, _ALLOWED),
    Question(
        "not false fires", NO_PASS + 'deny contains "x" if not input.public\n', {"public": False}, _deny("x")
    ),
    Question(
        "an absent key under not fires", NO_PASS + 'deny contains "x" if not input.public\n', {}, _deny("x")
    ),
    Question("an undefined comparison does not pass", "allow if input.a.b < 5\n" + NEVER, {}, _CLOSED),
    Question("a null is not a number", "allow if input.n > -1\n" + NEVER, {"n": None}, _CLOSED),
    Question(
        "every over a failing list is false",
        "allow if every n in input.list { n > 1 }\n" + NEVER,
        {"list": [0, 0]},
        _CLOSED,
    ),
    Question(
        "every over a good list is true",
        "allow if every n in input.list { n > 1 }\n" + NEVER,
        {"list": [2, 3]},
        _ALLOWED,
    ),
    Question(
        "versions compare as numbers",
        'allow if semver.compare("1.10.0", "1.9.0") > 0\n' + NEVER,
        {},
        _ALLOWED,
    ),
    Question(
        "sprintf fills in",
        NO_PASS + 'deny contains sprintf("%s %d %v", [input.s, 7, [1]]) if input.s\n',
        {"s": "a"},
        _deny("a 7 [1]"),
    ),
    Question("an empty set is an empty list", "allow if input.a == 1\n" + NEVER, {"a": 1}, _ALLOWED),
    Question(
        "a set of objects comes whole",
        NO_PASS + 'deny contains {"at": p, "msg": "m"} if some p in input.ps\n',
        {"ps": ["/b", "/a", "/a"]},
        _deny({"at": "/a", "msg": "m"}, {"at": "/b", "msg": "m"}),
    ),
    Question(
        "given data is read",
        "allow if input.v in data.kfm_data.labels\n" + NEVER,
        {"v": "public"},
        _ALLOWED,
        data={"labels": ["public"]},
    ),
    Question(
        "data does not override a rule",
        "allow if input.v == data.kfm_data.allow\n" + NEVER,
        {"v": 1},
        _CLOSED,
        data={"allow": True, "kfm": {"known": {"answer": {"allow": True, "deny": []}}}},
    ),
    Question(
        "a false in a list stays boolean",
        "allow if every b in input.list { b == false }\n" + NEVER,
        {"list": [False, False]},
        _ALLOWED,
    ),
    Question("zero is not false", "allow if not input.n\n" + NEVER, {"n": 0}, _CLOSED),
    Question("false is not zero", "allow if input.b == 0\n" + NEVER, {"b": False}, _CLOSED),
    Question("a null is not false", "allow if input.a == false\n" + NEVER, {"a": None}, _CLOSED),
    Question("a text is not a number", "allow if input.a == 1\n" + NEVER, {"a": "1"}, _CLOSED),
    Question("capitals differ", 'allow if input.a == "Public"\n' + NEVER, {"a": "public"}, _CLOSED),
    Question(
        "unequal to what is absent is undefined",
        NO_PASS + 'deny contains "x" if input.a != 1\n',
        {},
        _CLOSED,
    ),
    Question(
        "absent from a list fires", NO_PASS + 'deny contains "x" if not input.a in ["b"]\n', {}, _deny("x")
    ),
    Question(
        "an absent list has no every", "allow if every n in input.list { n > 1 }\n" + NEVER, {}, _CLOSED
    ),
    Question(
        "an empty list has every",
        "allow if every n in input.list { n > 1 }\n" + NEVER,
        {"list": []},
        _ALLOWED,
    ),
    Question(
        "some in an empty list is undefined",
        "allow if some n in input.list\n" + NEVER,
        {"list": []},
        _CLOSED,
    ),
    Question(
        "every with a failing last item is false",
        "allow if every n in input.list { n > 1 }\n" + NEVER,
        {"list": [2, 3, 0]},
        _CLOSED,
    ),
    Question(
        "a default of object.get stands in",
        'allow if object.get(input, ["a", "b"], "none") == "none"\n' + NEVER,
        {"a": {}},
        _ALLOWED,
    ),
    Question(
        "a null is no reason for a default",
        'allow if object.get(input, ["a", "b"], "none") == "none"\n' + NEVER,
        {"a": {"b": None}},
        _CLOSED,
    ),
    Question(
        "older versions are older",
        'allow if semver.compare("1.4.0", "1.3.2") == 1\n' + NEVER,
        {},
        _ALLOWED,
    ),
    Question(
        "a release is newer than its candidate",
        'allow if semver.compare("1.0.0-rc.1", "1.0.0") == -1\n' + NEVER,
        {},
        _ALLOWED,
    ),
    Question(
        "times compare across zones",
        'allow if time.parse_rfc3339_ns(input.a) == time.parse_rfc3339_ns("2026-01-01T00:00:00Z")\n' + NEVER,
        {"a": "2026-01-01T01:00:00+01:00"},
        _ALLOWED,
    ),
    Question(
        "an else is tried last",
        "allow if f(input.n) == 2\nf(n) := 1 if { n > 5 } else := 2\n" + NEVER,
        {"n": 3},
        _ALLOWED,
    ),
    Question(
        "reasons of all rules come together",
        NO_PASS + 'deny contains "a" if input.a\ndeny contains "b" if input.a\n',
        {"a": True},
        _deny("a", "b"),
    ),
    Question(
        "an anchored pattern is anchored",
        'allow if regex.match("^[a-z]+$", input.a)\n' + NEVER,
        {"a": "abc1"},
        _CLOSED,
    ),
    Question(
        "data under a rule's own name is no rule",
        "allow if data.kfm_data.deny == []\n" + NEVER,
        {},
        _ALLOWED,
        data={"deny": []},
    ),
)
