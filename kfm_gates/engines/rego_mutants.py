"""Small wrong versions of a policy. A test that can't tell one from the policy does not hold it in place.

Wrong in one way each: a condition that is always true, or its contrary; another comparison; another constant
in a comparison; a list or set of words that is empty; a deny rule that never fires; an `allow` that always does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kfm_gates.engines import rego_ast
from kfm_gates.engines.rego_ast import Node
from kfm_gates.model.finding import Json

_OTHER = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_SIGN = re.compile(rb"==|!=|<=|>=|<|>")


class Mutant(NamedTuple):
    """One wrong version: what was done at which line and column, in which rule (its name and first line)."""

    line: int
    column: int
    what: str
    rule: str
    rule_line: int
    text: str


def mutants(text: str, tree: Json) -> Iterator[Mutant]:
    """Every mutant of a policy; some of them are no policy any more, which the engine knows.

    What only `allow` uses is left as it is: `deny` must deny all that `allow` does not let through, so that no
    condition of `allow` decides alone.
    """
    rules = [_Rule(text.encode("utf-8"), *next(iter(rule.items()))) for rule in tree["rules"]]
    deciding = {"allow", "deny"}
    while found := {n for r in rules if r.name in deciding - {"allow"} for n in r.mentioned} - deciding:
        deciding |= found
    for rule in rules:
        if rule.name in deciding:
            yield from rule.mutants()


class _Rule:
    def __init__(self, raw: bytes, kind: str, body: Json) -> None:
        self.raw, self.kind, self.body = raw, kind, body
        head = body if kind == "Default" else next(iter(body["head"].values()))
        self.head: Json = head
        self.name = (rego_ast.path(rego_ast.node(head["refr"])) or ("?",))[0]
        self.line = rego_ast.spot(body)[0]
        self.mentioned = frozenset(_names(body))

    def mutants(self) -> Iterator[Mutant]:
        if self.kind == "Default":
            if self.name == "allow":
                yield self._changed(self.body["value"]["Bool"]["span"], b"true", "the default is true")
            return
        statements = [each for body in self.body["bodies"] for each in body["query"]["stmts"]]
        if self.name == "allow":
            yield from self._always(statements)
            return
        if self.name == "deny":
            yield from self._never()
        yield from self._emptied()
        for statement in statements:
            yield from self._statement(statement)

    def _always(self, statements: list[Json]) -> Iterator[Mutant]:
        if statements:
            first, last = statements[0]["span"], statements[-1]["span"]
            yield self._changed({**first, "end": last["end"]}, b"true", "`allow` always holds")

    def _never(self) -> Iterator[Mutant]:
        statements = self.body["bodies"][0]["query"]["stmts"] if self.body["bodies"] else []
        if statements:
            span = {**statements[0]["span"], "end": statements[-1]["span"]["end"]}
            inside = self.raw[span["start"] : span["end"]]
            block = self.raw[: span["start"]].rstrip().endswith(b"{")
            never = b"false\n" + inside if block else b"{\nfalse\n" + inside + b"\n}"
            place = {**span, "line": self.line, "col": 1}
            yield self._changed(place, never, "the rule never fires")

    def _emptied(self) -> Iterator[Mutant]:
        """A list or set of constants that a helper stands for."""
        value = (self.head.get("assign") or {}).get("value")
        if value is None:
            return
        found = rego_ast.node(value)
        if found.kind in ("Array", "Set") and found.body["items"]:
            empty = b"[]" if found.kind == "Array" else b"set()"
            yield self._changed(found.body["span"], empty, "the collection is empty")

    def _statement(self, statement: Json) -> Iterator[Mutant]:
        ((kind, body),) = statement["literal"].items()
        span = statement["span"]
        inside = self.raw[span["start"] : span["end"]]
        if kind in ("Expr", "NotExpr", "Every"):
            yield self._changed(span, b"true", "a condition is left out")
        if kind == "NotExpr":
            yield self._changed(span, re.sub(rb"\Anot\s+", b"", inside), "a `not` is left out")
        elif kind == "Expr":
            expression = rego_ast.node(body["expr"])
            if expression.kind != "AssignExpr":
                yield self._changed(span, b"not " + inside, "a condition is negated")
        elif kind == "Every":
            for inner in body["query"]["stmts"]:
                yield from self._statement(inner)
        if kind in ("Expr", "NotExpr"):
            for part in rego_ast.within(rego_ast.node(body["expr"])):
                yield from self._comparison(part)

    def _comparison(self, part: Node) -> Iterator[Mutant]:
        if part.kind != "BoolExpr":
            return
        left, right = rego_ast.node(part.body["lhs"]), rego_ast.node(part.body["rhs"])
        begin, end = left.body["span"]["end"], right.body["span"]["start"]
        sign = _SIGN.search(self.raw[begin:end])
        if sign is not None:
            other = _OTHER[sign.group().decode()]
            place = {**part.body["span"], "start": begin + sign.start(), "end": begin + sign.end()}
            yield self._changed(place, other.encode(), f"`{sign.group().decode()}` is `{other}`")
        for constant in (left, right):
            changed = _other_constant(constant)
            if changed is not None:
                yield self._changed(constant.body["span"], changed, "a constant is another")

    def _changed(self, span: Json, new: bytes, what: str) -> Mutant:
        text = self.raw[: span["start"]] + new + self.raw[span["end"] :]
        return Mutant(span["line"], span["col"], what, self.name, self.line, text.decode("utf-8"))


def _other_constant(constant: Node) -> bytes | None:
    value: Json = constant.body.get("value")
    if constant.kind == "Bool":
        return b"false" if value else b"true"
    if constant.kind == "Number":
        return str(value + 1).encode()
    # The span of a text is what stands between its quotes.
    return b"kfm_gates_mutant" if constant.kind == "String" else None


def _names(part: Json) -> Iterator[str]:
    """Every name that a part of the tree mentions, functions included."""
    if isinstance(part, list):
        for item in part:
            yield from _names(item)
    elif isinstance(part, dict):
        for kind, body in part.items():
            if kind == "Var" and isinstance(body, dict):
                yield str(body["value"])
            elif isinstance(body, dict | list):
                yield from _names(body)
