"""What stands in the receipts of a version and in its ledger entries, as far as it could give something away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.pointers import split, walk
from kfm_gates.facts.container import provides
from kfm_gates.facts.documents import Form
from kfm_gates.facts.ledger import LedgerAccount
from kfm_gates.facts.named import name_fact
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.receipt import Receipt

_CLOSED = re.compile(
    r"sha256:[0-9a-f]{64}|[0-9a-f]{40}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z|[a-z_]{1,20}"
)
"""Texts that can hold nothing but what they are: digests, commits, times and single words."""
_FORMAL = frozenset(
    {
        "digest", "container_digest", "git_commit", "params_digest", "report_digest", "image_digest", "spec_hash",
        "catalog_triplet_digests", "processed_artifact_digests", "tile_bundle_digests", "targets",
        "created_at", "start", "end", "operation", "role", "status", "policy_label", "type", "kind",
    }
)  # fmt: skip
"""Keys of the receipt forms under which such texts belong; elsewhere a word may be a password."""


@dataclass(frozen=True)
class Value:
    """A text or a number, and the nearest key above it."""

    pointer: str
    key: str
    value: Json


@dataclass(frozen=True)
class Numbers:
    """A list of numbers."""

    pointer: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Recorded:
    """One receipt or ledger entry."""

    place: Place
    values: tuple[Value, ...]
    numbers: tuple[Numbers, ...]


@provides
def recorded(forms: tuple[Form[Receipt], ...], account: LedgerAccount) -> tuple[Recorded, ...]:
    """Every receipt, whatever its form, and every entry of the version."""
    found = [_recorded(Place(form.path), form.raw) for form in forms]
    for entry in account.entries:
        place = Place(account.ledger.path, f"/{entry.number}")
        found.append(_recorded(place, {"receipt": {"path": entry.path}, "run_id": entry.run_id}))
    return tuple(found)


def _recorded(place: Place, document: Json) -> Recorded:
    return Recorded(place, tuple(_values(document)), tuple(_numbers(document)))


def _values(document: Json) -> Iterator[Value]:
    for pointer, node in walk(document):
        if isinstance(node, str | int | float) and not isinstance(node, bool):
            key = _key(pointer)
            formal = key in _FORMAL and isinstance(node, str) and _CLOSED.fullmatch(node)
            if not formal:
                yield Value(pointer, key, node)


def _key(pointer: str) -> str:
    """The nearest name above a value; positions in lists are no names."""
    names = [each for each in split(pointer) if not each.isdigit()]
    return names[-1] if names else ""


def _numbers(document: Json) -> Iterator[Numbers]:
    for pointer, node in walk(document):
        if isinstance(node, list) and len(node) > 1:
            numbers = [each for each in node if isinstance(each, int | float) and not isinstance(each, bool)]
            if len(numbers) == len(node):
                yield Numbers(pointer, tuple(numbers))


name_fact("recorded", Recorded, many=True)
