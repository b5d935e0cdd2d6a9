"""Paths into the input, checked against its schema: a misspelt one is undefined, and denies nothing.

What a variable stands for is followed through `some … in`, `every`, `:=`, comprehensions, object.get and
helper rules with one definition. Of what can't be followed nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from kfm_gates.engines import rego_ast
from kfm_gates.engines.rego_ast import Node, Problem
from kfm_gates.engines.rego_forms import (
    TEXT,
    complete_rule,
    constant_path,
    form_of_nothing,
    names_in,
    paths_demanded,
)
from kfm_gates.engines.schema_shape import Shape
from kfm_gates.model.finding import Json

Known = Mapping[str, Shape]


def problems(text: str, tree: Json, schema: Json) -> Iterator[Problem]:
    """Members that no input has, values that a field never has, and reasons that may lack what they show."""
    lint = _Types(text, tree, schema)
    for rule in tree["rules"]:
        ((kind, body),) = rule.items()
        if kind == "Spec":
            lint.rule(body)
    seen = dict.fromkeys(lint.found)
    yield from seen


class _Types:
    def __init__(self, text: str, tree: Json, schema: Json) -> None:
        self.lines = text.splitlines()
        self.found: list[Problem] = []
        self.root = schema
        self.globals: dict[str, Shape] = {"input": Shape.of(schema, schema)}
        self._helpers(tree["rules"])

    def _helpers(self, rules: list[Json]) -> None:
        """Learn what helper rules stand for that have one definition and no conditions."""
        heads = [head for rule in rules for head in [complete_rule(rule)] if head is not None]
        names = [name for name, _ in heads]
        for name, value in heads:
            if value is not None and names.count(name) == 1:
                shape = self._expression(rego_ast.node(value), self.globals)
                if shape is not None:
                    self.globals[name] = shape
        self.found.clear()  # each rule is walked again, with all that is known then

    def rule(self, body: Json) -> None:
        """Walk one rule."""
        ((_, head),) = body["head"].items()
        bodies = body["bodies"]
        known: Known = dict(self.globals)
        for argument in head.get("args", []):
            known = {name: shape for name, shape in known.items() if name not in names_in(argument)}
        first = self._query(bodies[0]["query"], known) if bodies else known
        outputs = [head.get("key"), (head.get("assign") or {}).get("value")]
        for output in outputs:
            if output is not None:
                self._expression(rego_ast.node(output), first)
        if rego_ast.path(rego_ast.node(head["refr"])) == ("deny",) and head.get("key") and bodies:
            self._shown(rego_ast.node(head["key"]), first, paths_demanded(bodies[0]["query"]))
        for other in bodies[1:]:
            then = self._query(other["query"], known)
            if other.get("assign"):
                self._expression(rego_ast.node(other["assign"]["value"]), then)

    def _shown(self, reason: Node, known: Known, mentioned: frozenset[tuple[str, ...]]) -> None:
        """A reason that shows what may be absent is itself undefined then, and nothing is denied."""
        for part in rego_ast.within(reason):
            if part.kind != "RefDot":
                continue
            before = self._silent(rego_ast.node(part.body["refr"]), known)
            path = rego_ast.path(part)
            name = str(part.body["field"][1])
            if before is None or before.is_anything or before.requires(name) or path in mentioned:
                continue
            if before.member(name) is not None:
                said = f"`{'.'.join(path or (name,))}` may be absent, and then this reason is not given; "
                self.found.append((part.spot, said + "use object.get, or demand it in the body"))

    def _silent(self, expression: Node, known: Known) -> Shape | None:
        before = len(self.found)
        shape = self._expression(expression, known)
        del self.found[before:]
        return shape

    def _query(self, query: Json, known: Known) -> Known:
        """What the statements make known; a second walk sees what later statements bind."""
        now = dict(known)
        for walk in (1, 2):
            before = len(self.found)
            for statement in query["stmts"]:
                ((kind, body),) = statement["literal"].items()
                self._literal(kind, body, now)
            if walk == 1:
                del self.found[before:]
        return now

    def _literal(self, kind: str, body: Json, now: dict[str, Shape]) -> None:
        if kind in ("SomeIn", "Every"):
            collection = rego_ast.node(body["collection" if kind == "SomeIn" else "domain"])
            shape = self._expression(collection, now)
            item = None if shape is None else shape.each()
            if kind == "SomeIn":
                _bind(now, body["value"], item)
            else:
                inner = dict(now)
                name = self._name_at(body["value"])
                inner.pop(name, None)
                if item is not None:
                    inner[name] = item
                self._query(body["query"], inner)
        elif kind in ("Expr", "NotExpr"):
            expression = rego_ast.node(body["expr"])
            if expression.kind == "AssignExpr":
                _bind(
                    now, expression.body["lhs"], self._expression(rego_ast.node(expression.body["rhs"]), now)
                )
            else:
                self._expression(expression, now)

    def _name_at(self, span: Json) -> str:
        found = re.match(r"\w+", self.lines[span["line"] - 1][span["col"] - 1 :])
        return found.group() if found else "_"

    def _expression(self, expression: Node, known: Known) -> Shape | None:
        """What an expression is, as far as that is known; what is wrong in it is noted."""
        if expression.kind == "Var":
            return known.get(str(expression.body["value"]))
        if expression.kind in ("RefDot", "RefBrack"):
            return self._reference(expression, known)
        if expression.kind == "Call":
            return self._call(expression, known)
        if expression.kind in rego_ast.COMPREHENSIONS:
            terms, query = rego_ast.comprehension_parts(expression)
            inner = self._query(query, known)
            shapes = [self._expression(term, inner) for term in terms]
            return None if shapes[-1] is None else self._collection(expression.kind, shapes[-1])
        for child in rego_ast.children(expression):
            self._expression(child, known)
        if expression.kind == "BoolExpr" and expression.body["op"] == "Eq":
            self._compared(expression, known)
        return None

    def _collection(self, kind: str, item: Shape) -> Shape:
        inner = {"anyOf": list(item.forms)}
        form = {"type": "object", "additionalProperties": inner} if kind == "ObjectCompr" else None
        return Shape.of(self.root, form or {"type": "array", "items": inner})

    def _reference(self, part: Node, known: Known) -> Shape | None:
        before = self._expression(rego_ast.node(part.body["refr"]), known)
        if part.kind == "RefDot":
            return self._member(before, str(part.body["field"][1]), part)
        index = rego_ast.node(part.body["index"])
        if index.kind in TEXT:
            return self._member(before, str(index.body["value"]), part)
        self._expression(index, known)
        return None if before is None else before.each()

    def _member(self, before: Shape | None, name: str, part: Node) -> Shape | None:
        if before is None or before.is_anything:
            return None
        found = before.member(name)
        if found is None:
            known = before.names()
            close = get_close_matches(name, known, n=1)
            hint = f" (did you mean `{close[0]}`?)" if close else f"; known: {', '.join(known) or 'nothing'}"
            self.found.append((part.spot, f"no input has `{name}` here{hint}"))
        return found

    def _call(self, call: Node, known: Known) -> Shape | None:
        parameters = [rego_ast.node(each) for each in call.body["params"]]
        shapes = [self._expression(each, known) for each in parameters]
        name = ".".join(rego_ast.path(rego_ast.node(call.body["fcn"])) or ("?",))
        if name != "object.get" or len(parameters) != 3 or shapes[0] is None:
            return None
        steps = constant_path(parameters[1])
        if steps is None:
            return None
        shape: Shape | None = shapes[0]
        is_there = True
        for step in steps:
            is_there = is_there and shape is not None and shape.requires(step)
            shape = self._member(shape, step, call)
        default = form_of_nothing(parameters[2])
        if shape is None or is_there:
            return shape
        return None if default is None else shape.or_else(Shape.of(self.root, default))

    def _compared(self, expression: Node, known: Known) -> None:
        sides = [rego_ast.node(expression.body[side]) for side in ("lhs", "rhs")]
        for constant, other in (sides, sides[::-1]):
            shape = self._silent(other, known) if constant.kind in TEXT else None
            values = None if shape is None else shape.values()
            if values is not None and constant.body["value"] not in values:
                said = f"this is never {constant.body['value']!r}; it is one of {', '.join(sorted(values)) or 'no text'}"
                self.found.append((expression.spot, said))


def _bind(now: dict[str, Shape], target: Json, shape: Shape | None) -> None:
    """Give a single name what is known; names in a pattern become unknown."""
    for name in names_in(target):
        now.pop(name, None)
    if "Var" in target and shape is not None:
        now[str(target["Var"]["value"])] = shape
