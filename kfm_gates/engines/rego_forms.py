"""Forms of Rego that a lint recognises: helpers with one value, constant paths, defaults that say nothing."""

from __future__ import annotations

from kfm_gates.engines import rego_ast
from kfm_gates.engines.rego_ast import Node
from kfm_gates.model.finding import Json

TEXT = ("String", "RawString")


def complete_rule(rule: Json) -> tuple[str, Json] | None:
    """The name of a helper, and its value if that is given without conditions; None for functions."""
    ((kind, body),) = rule.items()
    head = body["head"].get("Compr") if kind == "Spec" else body
    if head is None:
        head = next(iter(body["head"].values()))
    steps = rego_ast.path(rego_ast.node(head["refr"])) or ("",)
    plain = kind == "Spec" and "Compr" in body["head"] and not body["bodies"] and head.get("assign")
    return steps[0], head["assign"]["value"] if plain else None


def names_in(target: Json) -> set[str]:
    """The variables in a pattern."""
    return {str(each.body["value"]) for each in rego_ast.variables(rego_ast.node(target))}


def constant_path(path: Node) -> tuple[str, ...] | None:
    """The steps of a path for object.get that is written out; None for any other."""
    if path.kind in TEXT:
        return (str(path.body["value"]),)
    if path.kind == "Array":
        steps = [rego_ast.node(each) for each in path.body["items"]]
        if all(step.kind in TEXT for step in steps):
            return tuple(str(step.body["value"]) for step in steps)
    return None


def form_of_nothing(default: Node) -> Json:
    """The schema of a default that is null, an empty collection or an empty text; None for any other."""
    if default.kind in ("Array", "Set"):
        return None if default.body["items"] else {"type": "array"}
    if default.kind == "Object":
        return None if default.body["fields"] else {"type": "object"}
    if default.kind == "Null":
        return {"type": "null"}
    return {"const": ""} if default.kind in TEXT and not default.body["value"] else None


def paths_demanded(query: Json) -> frozenset[tuple[str, ...]]:
    """The paths whose being defined is a condition of the body."""
    found: set[tuple[str, ...]] = set()
    for statement in query["stmts"]:
        ((kind, body),) = statement["literal"].items()
        key = {"Expr": "expr", "SomeIn": "collection"}.get(kind)
        if key is not None:
            for part in rego_ast.within(rego_ast.node(body[key])):
                if (path := rego_ast.path(part)) is not None:
                    found.add(path)
                if (path := _key_demanded(part)) is not None:
                    found.add(path)
    return frozenset(found)


def _key_demanded(part: Node) -> tuple[str, ...] | None:
    """The path that `"name" in object.keys(path)` demands."""
    if part.kind != "Membership":
        return None
    value, keys = rego_ast.node(part.body["value"]), rego_ast.node(part.body["collection"])
    if value.kind not in TEXT or keys.kind != "Call":
        return None
    if rego_ast.path(rego_ast.node(keys.body["fcn"])) != ("object", "keys"):
        return None
    path = rego_ast.path(rego_ast.node(keys.body["params"][0]))
    return None if path is None else (*path, str(value.body["value"]))
