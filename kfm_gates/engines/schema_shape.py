"""What a JSON Schema says of a value, as far as a lint needs it: its members, its items, its few values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

_ANYTHING: dict[str, Json] = {}


@dataclass(frozen=True)
class Shape:
    """A value that is of one of `forms`: schemas without `$ref` and alternatives at their top."""

    root: Json
    forms: tuple[dict[str, Json], ...]

    @classmethod
    def of(cls, root: Json, schema: Json) -> Shape:
        """The shape that `schema`, a part of the schema `root`, gives."""
        return cls(root, tuple(_forms(root, schema, 0)))

    @property
    def is_anything(self) -> bool:
        """Whether nothing is known of the value."""
        return any("type" not in form and "enum" not in form and "const" not in form for form in self.forms)

    def member(self, name: str) -> Shape | None:
        """The member of this name; None when no such value can have one."""
        found: list[dict[str, Json]] = []
        for form in self.forms:
            if form.get("type", "object") != "object":
                continue
            properties = form.get("properties", {})
            other = form.get("additionalProperties", _ANYTHING)
            if name in properties:
                found += _forms(self.root, properties[name], 0)
            elif other is not False and not _is_plain(form):
                found += _forms(self.root, _ANYTHING if other is True else other, 0)
        return Shape(self.root, tuple(found)) if found else None

    def requires(self, name: str) -> bool:
        """Whether every such value is an object that must have this member."""
        return all(
            form.get("type") == "object" and name in form.get("required", ()) for form in self.forms
        ) and bool(self.forms)

    def names(self) -> tuple[str, ...]:
        """The members that are known by name."""
        return tuple(sorted({name for form in self.forms for name in form.get("properties", {})}))

    def each(self) -> Shape:
        """What is in it: the items of a list, the values of an object."""
        found: list[dict[str, Json]] = []
        for form in self.forms:
            if _is_plain(form):
                continue
            if form.get("type") == "array":
                found += _forms(self.root, form.get("items", _ANYTHING), 0)
            elif form.get("type") == "object":
                for value in form.get("properties", {}).values():
                    found += _forms(self.root, value, 0)
                other = form.get("additionalProperties", True)
                if other is not False:
                    found += _forms(self.root, _ANYTHING if other is True else other, 0)
            else:
                found.append(_ANYTHING)
        return Shape(self.root, tuple(found) or (_ANYTHING,))

    def values(self) -> frozenset[str] | None:
        """The texts that it can be, when it is one of a few; None when it may be any other."""
        found: set[str] = set()
        for form in self.forms:
            if "const" in form:
                found |= {str(form["const"])} if isinstance(form["const"], str) else set()
            elif "enum" in form:
                found |= {each for each in form["enum"] if isinstance(each, str)}
            elif form.get("type") not in ("null", "boolean", "integer", "number", "object", "array"):
                return None
        return frozenset(found)

    def or_else(self, other: Shape) -> Shape:
        """A value that is of this shape or of the other."""
        return Shape(self.root, (*self.forms, *other.forms))


def _is_plain(form: dict[str, Json]) -> bool:
    """Whether it is a text, a number or the like, which has no members."""
    return form.get("type") in ("string", "null", "boolean", "integer", "number") or "const" in form


def _forms(root: Json, schema: Any, depth: int) -> Iterator[dict[str, Json]]:
    if depth > 20 or not isinstance(schema, dict):
        yield _ANYTHING
        return
    if "$ref" in schema:
        yield from _forms(root, _target(root, str(schema["$ref"])), depth + 1)
        return
    for word in ("anyOf", "oneOf"):
        if word in schema:
            for each in schema[word]:
                yield from _forms(root, each, depth + 1)
            return
    if isinstance(schema.get("type"), list):
        for kind in schema["type"]:
            yield schema | {"type": kind}
        return
    yield schema


def _target(root: Json, reference: str) -> Json:
    value = root
    for step in reference.removeprefix("#/").split("/"):
        if not isinstance(value, dict) or step not in value:
            raise EngineError(f"The input schema refers to {reference}, which it does not have.")
        value = value[step]
    return value
