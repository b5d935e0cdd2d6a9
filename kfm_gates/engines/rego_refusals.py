"""Policies and inputs that must be refused before they are judged, or raise: no engine may stay silent there."""

from __future__ import annotations

from kfm_gates.engines.rego_questions import NEVER, NO_PASS, PATH, Question

REFUSALS: tuple[Question, ...] = (
    Question(
        "a misspelt package is refused",
        "allow if true\n" + NEVER,
        {},
        "no policy package",
        package="kfm.known.anwser",
    ),
    Question(
        "not over an anonymous variable is refused",
        NO_PASS + 'deny contains "x" if not input.list[_].ok\n',
        {},
        "nothing outside of the `not` binds",
    ),
    Question(
        "not over an unbound variable is refused",
        NO_PASS + 'deny contains "x" if {\n  some k\n  not input.list[k].ok\n}\n',
        {},
        "nothing outside of the `not` binds",
    ),
    Question(
        "http.send is refused",
        NO_PASS
        + 'deny contains "x" if http.send({"method": "get", "url": "http://localhost"}).status_code != 200\n',
        {},
        "`http.send` is not allowed",
    ),
    Question(
        "the clock is refused",
        NO_PASS + 'deny contains "x" if time.now_ns() > 0\n',
        {},
        "`time.now_ns` is not allowed",
    ),
    Question(
        "an unknown function is refused",
        NO_PASS + 'deny contains "x" if nosuch(input)\n',
        {},
        "`nosuch` is not allowed",
    ),
    Question("an unsafe variable is refused", NO_PASS + 'deny contains "x" if free > 1\n', {}, "unsafe"),
    Question(
        "a builtin error raises",
        NO_PASS + 'deny contains "x" if to_number(input.s) > 1\n',
        {"s": "x"},
        f"{PATH}:8",
    ),
    Question(
        "iterating a number raises",
        NO_PASS + 'deny contains "x" if some n in input.n\n',
        {"n": 5},
        "expects array/set/object",
    ),
    Question(
        "what is no time raises",
        "allow if time.parse_rfc3339_ns(input.a) > 0\n" + NEVER,
        {"a": "yesterday"},
        "Failed to parse datetime",
    ),
    Question(
        "two answers of one rule raise",
        "allow if h == 1\nh := 1 if input.a\nh := 2 if input.b\n" + NEVER,
        {"a": True, "b": True},
        "rule conflicts",
    ),
    Question(
        "rules of 0.x are refused", "allow { input.a }\n" + NEVER, {"a": True}, "`if` keyword is required"
    ),
    Question(
        "a complete deny is refused",
        NO_PASS + 'deny := "x" if input.a\n',
        {"a": True},
        "must be a partial set",
    ),
    Question("a default that allows is refused", "default allow := true\n" + NEVER, {}, "must be false"),
    Question(
        "a mistyped deny is refused",
        NO_PASS + NEVER + 'denny contains "x" if input.a\n',
        {"a": True},
        "nothing uses the rule",
    ),
    Question(
        "a reason that is empty is refused",
        NO_PASS + 'deny contains "" if input.a\n',
        {"a": True},
        "is empty",
    ),
    Question(
        "a rule that can't fire is refused", NO_PASS + 'deny contains "x" if 1 == 2\n', {}, "never hold"
    ),
    Question(
        "absent data is refused",
        NO_PASS + 'deny contains "x" if data.kfm_data.gone\n',
        {},
        "not in the data",
    ),
)
