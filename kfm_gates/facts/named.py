"""The names by which rules in Rego and shapes ask for evidence: `custom.evidence: [manifest, spec]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.facts.container import Facts
from kfm_gates.facts.documents import KINDS
from kfm_gates.model.base import EvidenceModel
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.receipt import Receipt


@dataclass(frozen=True)
class Named:
    """One name: the type that it stands for, and whether it is a list."""

    name: str
    wanted: Any
    many: bool


_FACTS: dict[str, Named] = {}


def name_fact(name: str, item: Any, *, many: bool) -> None:
    """Let rules ask for a fact (a dataclass, or a tuple of them) by name."""
    if name in _FACTS or any(kind.name == name for kind in KINDS):
        raise UsageError(f"two kinds of evidence are named {name!r}")
    _FACTS[name] = Named(name, tuple[item, ...] if many else item, many)


def named(name: str) -> Named:
    """The evidence of this name; raises UsageError with what there is."""
    known = names()
    if name not in known:
        raise UsageError(f"no evidence is named {name!r}; known: {', '.join(sorted(known))}")
    return known[name]


def names() -> dict[str, Named]:
    """Everything that rules may ask for, by name."""
    found: dict[str, Named] = {}
    for kind in KINDS:
        model: Any = kind.model
        found[kind.name] = Named(kind.name, tuple[model, ...] if kind.many else model, kind.many)
    return found | _FACTS


@dataclass(frozen=True)
class Supplied:
    """Evidence as a rule sees it, and the way back from a rule's `at` to a place."""

    json: Json
    items: tuple[object, ...]

    def place(self, index: int, pointer: str) -> Place:
        """The place of a pointer in the item of this index."""
        item = self.items[index]
        if isinstance(item, EvidenceModel):
            return item.at(pointer)
        place = getattr(item, "place", None)
        return place if isinstance(place, Place) else Place("")


def supply(facts: Facts, evidence: Named) -> Supplied:
    """Fetch evidence for a rule; raises Unmet when it can't be had."""
    found: Any = facts.resolve(evidence.wanted)
    items = found if evidence.many else (found,)
    values = [_as_json(item) for item in items]
    return Supplied(values if evidence.many else values[0], items)


def _as_json(item: object) -> Json:
    if isinstance(item, Receipt):
        return item.model_dump(mode="json", by_alias=True)
    if isinstance(item, EvidenceModel):
        return item.raw
    return _plain(item)


def _plain(value: Any) -> Json:
    """A fact as JSON. (`dataclasses.asdict` copies every value as well, which costs more than the rule.)"""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    fields = getattr(type(value), "__dataclass_fields__", None)
    return value if fields is None else {name: _plain(getattr(value, name)) for name in fields}
