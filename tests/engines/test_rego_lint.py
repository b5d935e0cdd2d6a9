"""Each refusal of the lint, with its line; and what must not be refused."""

from __future__ import annotations

import pytest

from kfm_gates.engines.policy_file import PolicyFile
from kfm_gates.engines.regorus_core import RegorusCore
from kfm_gates.errors import EngineError

from .rego_samples import BODY, DATA, HEAD, PATH

LINE = HEAD.count("\n") + 1
"""The line of the first line of a body."""

GOOD = 'default allow := false\n\nallow if count(deny) == 0\n\ndeny contains "x" if not input.a\n\n'
NEXT = LINE + GOOD.count("\n")


def lint(body: str, head: str = HEAD, data: object = DATA) -> None:
    RegorusCore([PolicyFile(PATH, head + body)], data)


REFUSED = {
    "no metadata": (1, "METADATA", GOOD, "package kfm.rights.license\n"),
    "another package": (1, "its place demands", GOOD, "# METADATA\npackage kfm.rights.licence\n"),
    "no default": (1, "exactly once; found 0", GOOD.replace("default allow := false", ""), HEAD),
    "default true": (LINE, "must be false", GOOD.replace("false", "true"), HEAD),
    "default null": (LINE, "must be false", GOOD.replace("false", "null"), HEAD),
    "two defaults": (1, "found 2", "default allow := false\n" + GOOD, HEAD),
    "no allow": (1, "nothing could ever pass", GOOD.replace("allow if", "fine if"), HEAD),
    "no deny": (1, "nobody would learn", "default allow := false\nallow if input.a\n", HEAD),
    "allow always": (NEXT, "allows everything", GOOD + "allow := true\n", HEAD),
    "allow false": (NEXT, "only be given the value true", GOOD + "allow := false if input.b\n", HEAD),
    "allow else": (NEXT, "no `else`", GOOD + "allow if { input.b } else := true if { input.c }\n", HEAD),
    "allow set": (NEXT, "complete rule", GOOD + "allow contains 1 if input.b\n", HEAD),
    "deny complete": (NEXT, "partial set", GOOD + 'deny := "x" if input.b\n', HEAD),
    "deny default": (NEXT, "no default", GOOD + "default deny := false\n", HEAD),
    "deny reference": (NEXT, "plain name", GOOD + "deny.x contains 1 if input.b\n", HEAD),
    "deny bracket": (NEXT, "plain name", GOOD + 'deny["x"] if input.b\n', HEAD),
    "deny upper case": (NEXT, "neither", GOOD + 'Deny contains "x" if input.b\n', HEAD),
    "deny suffix": (NEXT, "neither", GOOD + 'deny_b contains "x" if input.b\n', HEAD),
    "denied": (NEXT, "neither", GOOD + 'denied contains "x" if input.b\n', HEAD),
    "unused": (NEXT, "nothing uses", GOOD + 'dany contains "x" if input.b\n', HEAD),
    "http": (
        NEXT,
        "not allowed",
        GOOD + 'deny contains "x" if http.send({"url": "x"}).status_code != 200\n',
        HEAD,
    ),
    "runtime": (NEXT, "not allowed", GOOD + 'deny contains "x" if opa.runtime().env.X\n', HEAD),
    "clock": (NEXT, "not allowed", GOOD + 'deny contains "x" if time.now_ns() > 5\n', HEAD),
    "random": (NEXT, "not allowed", GOOD + 'deny contains "x" if rand.intn("a", 5) > 5\n', HEAD),
    "lookup": (NEXT, "not allowed", GOOD + 'deny contains "x" if net.lookup_ip_addr("a")\n', HEAD),
    "trace": (NEXT, "not allowed", GOOD + 'deny contains "x" if trace("a")\n', HEAD),
    "call in helper": (NEXT + 1, "not allowed", GOOD + 'deny contains "x" if h\nh if trace("a")\n', HEAD),
    "call in head": (NEXT, "not allowed", GOOD + 'deny contains trace("a") if input.b\n', HEAD),
    "call in every": (
        NEXT,
        "not allowed",
        GOOD + 'deny contains "x" if every a in input.b { trace(a) }\n',
        HEAD,
    ),
    "call under not": (NEXT, "not allowed", GOOD + 'deny contains "x" if not trace("a")\n', HEAD),
    "call in comprehension": (
        NEXT,
        "not allowed",
        GOOD + 'deny contains "x" if count({a | some a in input.b; trace(a)}) > 0\n',
        HEAD,
    ),
    "with": (NEXT, "`with`", GOOD + 'deny contains "x" if input.b with input as {}\n', HEAD),
    "import": (NEXT - 6, "import", "import data.kfm.other\n" + GOOD, HEAD),
    "other package": (NEXT, "may be read as", GOOD + 'deny contains "x" if data.kfm.other.allow\n', HEAD),
    "all data": (NEXT, "may be read as", GOOD + 'deny contains "x" if data[input.a]\n', HEAD),
    "absent data": (
        NEXT,
        "not in the data",
        GOOD + 'deny contains "x" if not input.b in data.kfm_data.gone\n',
        HEAD,
    ),
    "not wildcard": (NEXT, "`_`", GOOD + 'deny contains "x" if not input.b[_].ok\n', HEAD),
    "not unbound": (NEXT, "`k`", GOOD + 'deny contains "x" if not input.b[k].ok\n', HEAD),
    "not some only": (NEXT + 2, "`k`", GOOD + 'deny contains "x" if {\nsome k\nnot input.b[k].ok\n}\n', HEAD),
    "not mentioned only": (
        NEXT + 2,
        "`k`",
        GOOD + 'deny contains "x" if {\nk > 1\nnot input.b[k].ok\n}\n',
        HEAD,
    ),
    "not in comprehension": (
        NEXT,
        "`k`",
        GOOD + 'deny contains "x" if count([1 | not input.b[k]]) > 0\n',
        HEAD,
    ),
    "not in every": (NEXT, "`k`", GOOD + 'deny contains "x" if every a in input.b { not a[k] }\n', HEAD),
    "not in helper": (NEXT + 1, "`_`", GOOD + 'deny contains "x" if h\nh if not input.b[_]\n', HEAD),
    "bound in comprehension only": (
        NEXT,
        "`k`",
        GOOD + 'deny contains "x" if { count([k | some k in input.b]) > 0; not input.c[k] }\n',
        HEAD,
    ),
    "never by itself": (NEXT, "never hold", GOOD + 'deny contains "x" if { false; input.b }\n', HEAD),
    "never by constants": (NEXT, "never hold", GOOD + 'deny contains "x" if { "a" == "b"; input.b }\n', HEAD),
    "never not": (NEXT, "never hold", GOOD + 'deny contains "x" if { not true; input.b }\n', HEAD),
    "never itself": (NEXT, "never hold", GOOD + 'deny contains "x" if input.b != input.b\n', HEAD),
    "never in nothing": (NEXT, "never hold", GOOD + 'deny contains "x" if input.b in []\n', HEAD),
    "never some of nothing": (
        NEXT,
        "empty collection",
        GOOD + 'deny contains "x" if some b in set()\n',
        HEAD,
    ),
    "never two values": (
        NEXT,
        "two different values",
        GOOD + 'deny contains "x" if { input.b == 1; input.b == 2 }\n',
        HEAD,
    ),
    "never fewer than none": (NEXT, "never hold", GOOD + 'deny contains "x" if count(input.b) < 0\n', HEAD),
    "never in a helper": (NEXT + 1, "never hold", GOOD + 'deny contains "x" if h\nh if { 1 > 2 }\n', HEAD),
    "reason number": (NEXT, "must be a text", GOOD + "deny contains 5 if input.b\n", HEAD),
    "reason count": (NEXT, "`count` gives none", GOOD + "deny contains count(input.b) if input.b\n", HEAD),
    "reason empty": (NEXT, "is empty", GOOD + 'deny contains "" if input.b\n', HEAD),
    "reason null": (NEXT, "must be a text", GOOD + "deny contains null if input.b\n", HEAD),
    "reason list": (NEXT, "must be a text", GOOD + 'deny contains ["x"] if input.b\n', HEAD),
    "reason set by name": (
        NEXT,
        "must be a text",
        GOOD + "deny contains m if { m := {k | some k in input.b}; count(m) > 0 }\n",
        HEAD,
    ),
    "reason without msg": (NEXT, "needs a `msg`", GOOD + 'deny contains {"hint": "x"} if input.b\n', HEAD),
    "reason with a strange key": (
        NEXT,
        "and no other",
        GOOD + 'deny contains {"msg": "x", "message": "x"} if input.b\n',
        HEAD,
    ),
    "reason msg number": (NEXT, "must be a text", GOOD + 'deny contains {"msg": 1} if input.b\n', HEAD),
    "reason hint set": (
        NEXT,
        "must be a text",
        GOOD + 'deny contains {"msg": "x", "hint": {"a"}} if input.b\n',
        HEAD,
    ),
    "comprehension in a head": (
        NEXT,
        "can't be evaluated",
        GOOD + 'deny contains {"msg": "x", "found": [b | some b in input.b]} if input.b\n',
        HEAD,
    ),
    "comprehension in an else": (
        NEXT + 1,
        "can't be evaluated",
        GOOD + 'deny contains "x" if h(input.b) == []\nh(l) := 1 if { l == 2 } else := [b | some b in l]\n',
        HEAD,
    ),
    "long line": (NEXT, "columns", GOOD + "# " + "x" * 1000 + "\n", HEAD),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    line, words, body, head = REFUSED[name]
    with pytest.raises(EngineError) as caught:
        lint(body, head)
    reasons = [reason for reason in str(caught.value).split("; rego/") if words in reason]
    assert reasons, str(caught.value)
    if line > 1:
        assert any(f"license.rego:{line}:" in reason for reason in reasons), str(caught.value)


ALLOWED = {
    "the sample": BODY,
    "the smallest": GOOD,
    "import rego.v1": "import rego.v1\n" + GOOD,
    "not in a list": GOOD + 'deny contains "x" if not input.b in ["a"]\n',
    "bound by some": GOOD + 'deny contains "x" if { some i, b in input.b; not b.ok; not input.c[i] }\n',
    "bound by index": GOOD + 'deny contains "x" if { input.b[k]; not input.c[k] }\n',
    "bound by assignment": GOOD + 'deny contains "x" if { [k, _] := input.b; not input.c[k] }\n',
    "bound by argument": GOOD + 'deny contains "x" if h(input.b)\nh(b) if not b.ok\n',
    "bound by every": GOOD + 'deny contains "x" if every i, b in input.b { not b.ok; not input.c[i] }\n',
    "wildcard in a comprehension": GOOD + 'deny contains "x" if not count([1 | input.b[_]]) > 0\n',
    "a set comprehension": GOOD
    + 'deny contains "x" if { m := {k | some k, v in input.b; not v.ok}; count(m) > 0 }\n',
    "a reason by name": GOOD + 'deny contains r if { r := {"msg": "x", "found": input.b}; input.b }\n',
    "a reason from a function": GOOD + 'deny contains h(input.b) if input.b\nh(b) := "x" if b\n',
    "a reason from a helper": GOOD + 'deny contains h if input.b\nh := "x"\n',
    "one of two values": GOOD + 'deny contains "x" if { input.b.c == 1; input.b.d == 2 }\n',
    "different types differ": GOOD + 'deny contains "x" if { some b in input.b; b != 1; b != "1" }\n',
    "not false": GOOD + 'deny contains "x" if { not false; input.b }\n',
    "a count below two": GOOD + 'deny contains "x" if count(input.b) < 2\n',
    "every in a set": GOOD + 'deny contains "x" if { some b in {1, 2}; b == input.b }\n',
    "a comprehension without conditions": GOOD
    + 'deny contains "x" if 5 in h\nh := [b | some b in input.b]\n',
    "helper with default": GOOD + "default h := 5\n\nh := input.b\n\ndeny contains h if h > 5\n",
    "function with else": GOOD + 'deny contains "x" if h(1) == 2\nh(a) := 1 if { a > 5 } else := 2\n',
    "data by variable": GOOD + "deny contains l if { some l in data.kfm_data.licenses; not l in input.b }\n",
    "windows lines": GOOD.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed(name: str) -> None:
    lint(ALLOWED[name])
