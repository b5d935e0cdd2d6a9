"""Conditions that can never hold: a rule with one of them never fires, and nobody would notice."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

from kfm_gates.engines import rego_ast
from kfm_gates.engines.rego_ast import Node, Problem
from kfm_gates.model.finding import Json

_CONSTANTS = ("String", "RawString", "Number", "Bool", "Null")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "Eq": operator.eq,
    "Ne": operator.ne,
    "Lt": operator.lt,
    "Le": operator.le,
    "Gt": operator.gt,
    "Ge": operator.ge,
}
_NEVER_OF_ITSELF = ("Ne", "Lt", "Gt")


def problems(tree: Json) -> Iterator[Problem]:
    """Each statement that can never hold, in any body, `every` or comprehension of the file."""
    yield from _within(tree["rules"])


def _within(part: Json) -> Iterator[Problem]:
    if isinstance(part, list):
        for item in part:
            yield from _within(item)
    elif isinstance(part, dict):
        if isinstance(part.get("stmts"), list):
            yield from _query(part["stmts"])
        for name, value in part.items():
            if isinstance(value, dict | list) and name != "span":
                yield from _within(value)


def _query(statements: list[Json]) -> Iterator[Problem]:
    demanded: dict[tuple[str, ...], Json] = {}
    for statement in statements:
        ((kind, body),) = statement["literal"].items()
        if kind == "SomeIn" and _is_empty(rego_ast.node(body["collection"])):
            yield rego_ast.spot(body), "there is nothing in an empty collection, so this never holds"
        if kind not in ("Expr", "NotExpr"):
            continue
        expression = rego_ast.node(body["expr"])
        known = _known(expression)
        if known is (kind == "NotExpr"):
            yield expression.spot, "this can never hold, so the rule never fires"
        if kind == "Expr" and (equal := _equal(expression)) is not None:
            path, value = equal
            if path in demanded and _differ(demanded[path], value):
                name = ".".join(path)
                yield (
                    expression.spot,
                    f"`{name}` is compared with two different values, so the rule never fires",
                )
            demanded.setdefault(path, value)


def _known(expression: Node) -> bool | None:
    """Whether a condition holds, where that needs no input; None when it does."""
    if expression.kind in _CONSTANTS:
        return _value(expression) is not False
    if expression.kind == "Membership" and _is_empty(rego_ast.node(expression.body["collection"])):
        return False
    if expression.kind != "BoolExpr":
        return None
    left, right = rego_ast.node(expression.body["lhs"]), rego_ast.node(expression.body["rhs"])
    name = str(expression.body["op"])
    if left.kind in _CONSTANTS and right.kind in _CONSTANTS:
        return _compared(name, _value(left), _value(right))
    path = rego_ast.path(left)
    if name in _NEVER_OF_ITSELF and path is not None and _is_whole(left) and _is_whole(right):
        return False if path == rego_ast.path(right) else None
    if name == "Lt" and left.kind == "Call" and rego_ast.path(rego_ast.node(left.body["fcn"])) == ("count",):
        return False if right.kind == "Number" and right.body["value"] == 0 else None
    return None


def _compared(name: str, left: Json, right: Json) -> bool | None:
    if type(left) is not type(right):
        return {"Eq": False, "Ne": True}.get(name)
    try:
        return _COMPARE[name](left, right) if name in _COMPARE else None
    except TypeError:
        return None


def _equal(expression: Node) -> tuple[tuple[str, ...], Json] | None:
    """The path and the constant of `path == constant`."""
    if expression.kind != "BoolExpr" or expression.body["op"] != "Eq":
        return None
    left, right = rego_ast.node(expression.body["lhs"]), rego_ast.node(expression.body["rhs"])
    if left.kind in _CONSTANTS:
        left, right = right, left
    path = rego_ast.path(left)
    if right.kind not in _CONSTANTS or path is None or not _is_whole(left):
        return None
    return path, _value(right)


def _differ(one: Json, other: Json) -> bool:
    return type(one) is not type(other) or one != other


def _is_whole(reference: Node) -> bool:
    """Whether `rego_ast.path` says all of a reference: no index in it is a variable."""
    if reference.kind == "Var":
        return True
    if reference.kind == "RefDot":
        return _is_whole(rego_ast.node(reference.body["refr"]))
    if reference.kind == "RefBrack":
        index = rego_ast.node(reference.body["index"])
        return index.kind in ("String", "RawString") and _is_whole(rego_ast.node(reference.body["refr"]))
    return False


def _is_empty(collection: Node) -> bool:
    if collection.kind in ("Array", "Set"):
        return not collection.body["items"]
    if collection.kind == "Object":
        return not collection.body["fields"]
    if collection.kind == "Call":
        return rego_ast.path(rego_ast.node(collection.body["fcn"])) == ("set",)
    return False


def _value(constant: Node) -> Json:
    return None if constant.kind == "Null" else constant.body["value"]
