"""What a rule gives out: a reason in `deny` is a text or an object with `msg`, and is there when it is needed."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.engines import rego_ast
from kfm_gates.engines.rego_ast import COMPREHENSIONS, Node, Problem
from kfm_gates.engines.rego_builtins import ALLOWED_BUILTINS
from kfm_gates.model.finding import Json

KEYS = ("at", "expected", "found", "hint", "msg")
_TEXTS = (
    "base64.decode base64.encode concat format_int hex.encode json.marshal lower regex.replace replace sprintf "
    "strings.replace_n strings.reverse substring time.format trim trim_left trim_prefix trim_right trim_space "
    "trim_suffix type_name upper"
)
TEXTS = frozenset(_TEXTS.split())
"""The builtins whose result is a text."""


def problems(tree: Json) -> Iterator[Problem]:
    """Reasons that are none, and heads that the engine can't evaluate."""
    for rule in tree["rules"]:
        ((kind, body),) = rule.items()
        if kind == "Spec":
            yield from _comprehensions(body)
            ((form, head),) = body["head"].items()
            if form == "Set" and rego_ast.path(rego_ast.node(head["refr"])) == ("deny",):
                yield from _reason(rego_ast.node(head["key"]), _assigned(body))


def _comprehensions(body: Json) -> Iterator[Problem]:
    """regorus can't evaluate a comprehension in a head whose rule has conditions."""
    ((_, head),) = body["head"].items()
    values = [(head.get("key"), body["bodies"]), ((head.get("assign") or {}).get("value"), body["bodies"])]
    values += [((each.get("assign") or {}).get("value"), True) for each in body["bodies"][1:]]
    for value, conditions in values:
        if value is None or not conditions:
            continue
        for part in rego_ast.within(rego_ast.node(value)):
            if part.kind in COMPREHENSIONS:
                yield (
                    part.spot,
                    (
                        "a comprehension in the head of a rule with conditions can't be evaluated; name it in the body"
                    ),
                )


def _assigned(body: Json) -> dict[str, Node]:
    """What the body's `:=` gives to single names."""
    found = {}
    for statement in body["bodies"][0]["query"]["stmts"] if body["bodies"] else []:
        expression = statement["literal"].get("Expr", {}).get("expr", {}).get("AssignExpr")
        if expression is not None and "Var" in expression["lhs"]:
            found[str(expression["lhs"]["Var"]["value"])] = rego_ast.node(expression["rhs"])
    return found


def _reason(value: Node, assigned: dict[str, Node]) -> Iterator[Problem]:
    if value.kind == "Var":
        name = str(value.body["value"])
        if name in assigned:
            yield from _reason(assigned[name], {other: a for other, a in assigned.items() if other != name})
        return
    if value.kind != "Object":
        yield from _text(value, assigned, "a reason in `deny`")
        return
    fields = {}
    for _, key, field in value.body["fields"]:
        name_node = rego_ast.node(key)
        if name_node.kind not in ("String", "RawString") or name_node.body["value"] not in KEYS:
            yield name_node.spot, f"a reason in `deny` has the keys {', '.join(KEYS)} and no other"
            return
        fields[str(name_node.body["value"])] = rego_ast.node(field)
    if "msg" not in fields:
        yield value.spot, "a reason in `deny` that is an object needs a `msg`"
    for name in ("msg", "hint"):
        if name in fields:
            yield from _text(fields[name], assigned, f"`{name}` of a reason in `deny`")


def _text(value: Node, assigned: dict[str, Node], what: str) -> Iterator[Problem]:
    if value.kind == "Var" and str(value.body["value"]) in assigned:
        name = str(value.body["value"])
        rest = {other: each for other, each in assigned.items() if other != name}
        yield from _text(assigned[name], rest, what)
    elif value.kind in ("String", "RawString"):
        if not value.body["value"]:
            yield value.spot, f"{what} is empty; it must say what is wrong"
    elif value.kind == "Call":
        name = ".".join(rego_ast.path(rego_ast.node(value.body["fcn"])) or ("?",))
        if name in ALLOWED_BUILTINS and name not in TEXTS:
            yield value.spot, f"{what} must be a text; `{name}` gives none"
    elif value.kind not in ("Var", "RefDot", "RefBrack"):
        yield value.spot, f"{what} must be a text"
