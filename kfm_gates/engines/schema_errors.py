"""From a validator's errors to the problems that a person can act on.

A failed `oneOf` is reported by engines as "the whole item is not valid under any of the given schemas". What
counts is the branch that was meant: the one whose `type` fits, and otherwise the one that came furthest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from kfm_gates.engines.interface import SchemaProblem
from kfm_gates.evidence.pointers import join
from kfm_gates.model.finding import Json

LIMIT = 160


def problems_of(errors: Sequence[Any]) -> tuple[SchemaProblem, ...]:
    """Leaf problems of jsonschema-rs' ValidationErrors, without repetition, in a stable order."""
    return tuple(sorted({_problem(leaf) for error in errors for leaf in _leaves(error)}))


def _leaves(error: Any) -> Iterator[Any]:
    """The errors of the branch that was meant, down to those that have no branches."""
    branches = list(getattr(error.kind, "context", []) or [])
    if error.kind.name not in ("oneOf", "anyOf") or not any(branches):
        yield error
        return
    if not all(branches):
        yield error  # more than one branch of a oneOf fits: the choice itself is what is wrong
        return
    for inner in min(branches, key=_misfit):
        yield from _leaves(inner)


def _misfit(branch: Sequence[Any]) -> tuple[int, int, int]:
    """How far a branch is from what was meant; smaller is nearer."""
    leaves = [leaf for error in branch for leaf in _leaves(error)]
    discriminated = sum(1 for leaf in leaves if _is_discriminator(leaf))
    deepest = max((len(leaf.instance_path) for leaf in leaves), default=0)
    return discriminated, -deepest, len(leaves)


def _is_discriminator(leaf: Any) -> bool:
    at = leaf.instance_path
    return leaf.kind.name in ("const", "enum", "type") and (not at or at[-1] in ("type", "rel"))


def _problem(error: Any) -> SchemaProblem:
    kind = error.kind
    pointer = join(*error.instance_path)
    name = kind.name
    if name == "required":
        message = f"The key `{kind.property}` is missing."
        return SchemaProblem(pointer, message, "nothing", f"a value for `{kind.property}`")
    found = short(error.instance)
    expected = _EXPECTED.get(name, lambda _: f"what `{name}` demands")(kind)
    what = f"`{error.instance_path[-1]}`" if error.instance_path else "The document"
    return SchemaProblem(pointer, f"{what} is not {expected}.", found, expected)


_EXPECTED: dict[str, Any] = {
    "type": lambda kind: "of type " + " or ".join(sorted(kind.types)),
    "const": lambda kind: short(kind.expected_value),
    "enum": lambda kind: "one of " + short(kind.options),
    "pattern": lambda kind: f"of the form {short(kind.pattern)}",
    "format": lambda kind: f"a valid {kind.format}",
    "minimum": lambda kind: f"at least {kind.limit}",
    "maximum": lambda kind: f"at most {kind.limit}",
    "exclusiveMinimum": lambda kind: f"more than {kind.limit}",
    "exclusiveMaximum": lambda kind: f"less than {kind.limit}",
    "minLength": lambda kind: f"a text of at least {kind.limit} characters",
    "maxLength": lambda kind: f"a text of at most {kind.limit} characters",
    "minItems": lambda kind: f"a list of at least {kind.limit}",
    "maxItems": lambda kind: f"a list of at most {kind.limit}",
    "minProperties": lambda kind: f"an object with at least {kind.limit} keys",
    "maxProperties": lambda kind: f"an object with at most {kind.limit} keys",
    "uniqueItems": lambda kind: "a list without repetition",
    "contains": lambda kind: "a list with the entry that the schema demands",
    "additionalProperties": lambda kind: "free of the keys " + ", ".join(sorted(kind.unexpected)),
    "unevaluatedProperties": lambda kind: "free of the keys " + ", ".join(sorted(kind.unexpected)),
    "propertyNames": lambda kind: "made of keys that the schema knows",
    "not": lambda kind: f"other than {short(kind.schema)}",
    "oneOf": lambda kind: "valid in exactly one of the allowed forms",
    "anyOf": lambda kind: "valid in any of the allowed forms",
}


def short(value: Json) -> str:
    """A value as a person reads it, cut to a line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LIMIT else text[: LIMIT - 1] + "…"
