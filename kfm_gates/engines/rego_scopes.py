"""The part of the lint that walks bodies: calls, `with`, and what a `not` may mention.

regorus hoists an unbound variable out of a negation, so `not input.items[_].ok` is silent when `items` is
missing. OPA refuses it; so does this: whatever a `not` mentions must be bound outside of the `not`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kfm_gates.engines import rego_ast
from kfm_gates.engines.policy_file import DATA_ROOT
from kfm_gates.engines.rego_ast import Node, Problem
from kfm_gates.engines.rego_builtins import ALLOWED_BUILTINS
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json


class ScopeLint:
    """Walks the rules of one file; `mentioned` collects the rules and functions that something uses."""

    def __init__(self, text: str, rules: frozenset[str], functions: frozenset[str]) -> None:
        self.lines = text.splitlines()
        self.globals = rules | {"input", "data"}
        self.functions = functions
        self.mentioned: set[str] = set()

    def rule(self, kind: str, body: Json) -> Iterator[Problem]:
        """The problems inside one rule."""
        if kind == "Default":
            yield from self._expression(rego_ast.node(body["value"]), frozenset())
            return
        ((_, head),) = body["head"].items()
        arguments = [rego_ast.node(argument) for argument in head.get("args", [])]
        bound = frozenset(_names(arguments))
        outputs = [rego_ast.node(head["key"])] if head.get("key") else []
        outputs += [rego_ast.node(head["assign"]["value"])] if head.get("assign") else []
        first = body["bodies"][0]["query"] if body["bodies"] else {"stmts": []}
        yield from self._query(first, bound, outputs)
        for other in body["bodies"][1:]:
            value = [rego_ast.node(other["assign"]["value"])] if other.get("assign") else []
            yield from self._query(other["query"], bound, value)

    def _query(self, query: Json, outer: frozenset[str], outputs: list[Node]) -> Iterator[Problem]:
        """One scope: its statements, then what it gives out."""
        literals = [(next(iter(stmt["literal"].items())), stmt) for stmt in query["stmts"]]
        bound = outer
        for (kind, body), _ in literals:
            bound |= _binds(kind, body)
        for (kind, body), stmt in literals:
            if stmt.get("with_mods"):
                yield rego_ast.spot(stmt), "`with` swaps the evidence; it belongs in tests only"
            yield from self._literal(kind, body, bound)
        for output in outputs:
            yield from self._expression(output, bound)

    def _literal(self, kind: str, body: Json, bound: frozenset[str]) -> Iterator[Problem]:
        if kind == "SomeVars":
            return
        if kind == "SomeIn":
            yield from self._expression(rego_ast.node(body["collection"]), bound)
        elif kind == "Every":
            yield from self._expression(rego_ast.node(body["domain"]), bound)
            loop = {self._name_at(body[name]) for name in ("key", "value") if body.get(name)}
            yield from self._query(body["query"], bound | loop, [])
        elif kind == "Expr":
            yield from self._expression(rego_ast.node(body["expr"]), bound)
        elif kind == "NotExpr":
            expression = rego_ast.node(body["expr"])
            for variable in rego_ast.variables(expression):
                name = str(variable.body["value"])
                if name not in bound and name not in self.globals:
                    yield (
                        variable.spot,
                        (
                            f"`not` mentions `{name}`, which nothing outside of the `not` binds, so it would "
                            f"never fire; bind it with `some … in`, or use `every`"
                        ),
                    )
            yield from self._expression(expression, bound)
        else:
            raise EngineError(f"The Rego syntax tree holds a statement of the unknown kind {kind}.")

    def _expression(self, expression: Node, bound: frozenset[str]) -> Iterator[Problem]:
        for part in rego_ast.within(expression):
            if part.kind == "Call":
                yield from self._call(part)
            elif part.kind in rego_ast.COMPREHENSIONS:
                terms, query = rego_ast.comprehension_parts(part)
                yield from self._query(query, bound, terms)
            elif part.kind == "Var":
                self.mentioned.add(str(part.body["value"]))
        yield from _foreign_data(expression)

    def _call(self, call: Node) -> Iterator[Problem]:
        name = ".".join(rego_ast.path(rego_ast.node(call.body["fcn"])) or ("?",))
        self.mentioned.add(name)
        if name not in ALLOWED_BUILTINS and name not in self.functions:
            yield call.spot, f"the call of `{name}` is not allowed in a gate"

    def _name_at(self, span: Json) -> str:
        """The loop variable of an `every`: the tree gives its place only."""
        found = re.match(r"[A-Za-z_][A-Za-z0-9_]*", self.lines[span["line"] - 1][span["col"] - 1 :])
        return found.group() if found else "_"


def _foreign_data(expression: Node) -> Iterator[Problem]:
    """Mentions of `data` that are not `data.kfm_data`: other packages, or all documents at once."""
    mentions = [
        variable.spot for variable in rego_ast.variables(expression) if variable.body["value"] == "data"
    ]
    mounted = [
        part
        for part in rego_ast.within(expression)
        if part.kind in ("RefDot", "RefBrack")
        and rego_ast.path(part) == ("data", DATA_ROOT)
        and "Var" in part.body["refr"]
    ]
    if len(mentions) != len(mounted):
        yield mentions[0], f"data may be read as `data.{DATA_ROOT}.…` only"


def _binds(kind: str, body: Json) -> frozenset[str]:
    """The variables that a statement outside of a `not` binds in its scope.

    Bound are what `some … in` and `:=` and `=` name, and what stands as an index in a reference. A
    mere mention (`x > 1`) binds nothing.
    """
    if kind == "SomeIn":
        named = [rego_ast.node(body[name]) for name in ("key", "value") if body[name] is not None]
        return frozenset(_names(named)) | _indexes(rego_ast.node(body["collection"]))
    if kind == "Every":
        return _indexes(rego_ast.node(body["domain"]))
    if kind == "Expr":
        expression = rego_ast.node(body["expr"])
        named = []
        if expression.kind == "AssignExpr":
            sides = ("lhs",) if expression.body["op"] == "ColEq" else ("lhs", "rhs")
            named = [rego_ast.node(expression.body[side]) for side in sides]
        return frozenset(_names(named)) | _indexes(expression)
    return frozenset()


def _indexes(expression: Node) -> frozenset[str]:
    references = (part for part in rego_ast.within(expression) if part.kind == "RefBrack")
    return frozenset(_names(rego_ast.node(part.body["index"]) for part in references))


def _names(parts: Iterable[Node]) -> Iterator[str]:
    """The variable names in these expressions, without the anonymous one."""
    for part in parts:
        for variable in rego_ast.variables(part):
            if variable.body["value"] != "_":
                yield str(variable.body["value"])
