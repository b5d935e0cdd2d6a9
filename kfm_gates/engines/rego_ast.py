"""Reading regorus' syntax tree: spans, names, and which variables a part of a rule mentions.

The tree is JSON. An expression is {"<Kind>": {…, "span": {"line", "col"}}}; a query is {"stmts": [{"literal":
{"<Kind>": …}, "with_mods"?}]}. The kinds are regorus 0.9's; an unknown kind is an error, never skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

Spot = tuple[int, int]
Problem = tuple[Spot, str]
"""What is wrong, and the line and column where."""

COMPREHENSIONS = frozenset({"ArrayCompr", "SetCompr", "ObjectCompr"})
_CHILDREN: dict[str, tuple[str, ...]] = {
    "String": (),
    "RawString": (),
    "Number": (),
    "Bool": (),
    "Null": (),
    "Var": (),
    "Array": ("items",),
    "Set": ("items",),
    "Call": ("params",),
    "UnaryExpr": ("expr",),
    "RefDot": ("refr",),
    "RefBrack": ("refr", "index"),
    "BinExpr": ("lhs", "rhs"),
    "BoolExpr": ("lhs", "rhs"),
    "ArithExpr": ("lhs", "rhs"),
    "AssignExpr": ("lhs", "rhs"),
    "Membership": ("key", "value", "collection"),
}


class Node(NamedTuple):
    """One expression: its kind and its content."""

    kind: str
    body: dict[str, Json]

    @property
    def spot(self) -> Spot:
        """Line and column in the policy file."""
        return spot(self.body)


def node(expression: Json) -> Node:
    """The expression as kind and content. Raises EngineError for what is no expression of regorus 0.9."""
    if isinstance(expression, dict) and len(expression) == 1:
        ((kind, body),) = expression.items()
        if (kind in _CHILDREN or kind in COMPREHENSIONS or kind == "Object") and isinstance(body, dict):
            return Node(kind, body)
    raise EngineError(
        "The Rego syntax tree holds an expression that the lint does not know; it can't be judged."
    )


def spot(body: Json) -> Spot:
    """Line and column, counted from 1, of a node, rule or literal; an operator's own for what has one."""
    return int(body["span"]["line"]), int(body["span"]["col"])


def children(part: Node) -> Iterator[Node]:
    """The expressions directly inside; a comprehension is a scope of its own and gives none."""
    if part.kind in COMPREHENSIONS:
        return
    if part.kind == "Object":
        for _, key, value in part.body["fields"]:
            yield node(key)
            yield node(value)
        return
    for name in _CHILDREN[part.kind]:
        value = part.body.get(name)
        for expression in value if isinstance(value, list) else [value]:
            if expression is not None:
                yield node(expression)


def within(part: Node) -> Iterator[Node]:
    """The expression and all inside it, comprehensions themselves included but not what they hold."""
    yield part
    for child in children(part):
        yield from within(child)


def variables(part: Node) -> Iterator[Node]:
    """Every mention of a variable in this scope; function names are no variables."""
    return (inner for inner in within(part) if inner.kind == "Var")


def path(part: Node) -> tuple[str, ...] | None:
    """`a.b["c"]` as ("a", "b", "c"), up to the first part that is no constant; None when no name leads it."""
    if part.kind == "Var":
        return (str(part.body["value"]),)
    if part.kind == "RefDot":
        before = path(node(part.body["refr"]))
        return None if before is None else (*before, str(part.body["field"][1]))
    if part.kind == "RefBrack":
        index = node(part.body["index"])
        before = path(node(part.body["refr"]))
        if before is None or index.kind not in ("String", "RawString"):
            return before
        return (*before, str(index.body["value"]))
    return None


def comprehension_parts(part: Node) -> tuple[list[Node], Json]:
    """The output terms of a comprehension, and its query."""
    names = ("key", "value") if part.kind == "ObjectCompr" else ("term",)
    return [node(part.body[name]) for name in names], part.body["query"]
