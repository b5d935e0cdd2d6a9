"""What each run of a version ran in, and what stands in the files that its environment names by digest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.pointers import walk
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.given import Tables
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.receipt import Receipt


@dataclass(frozen=True)
class Parameter:
    """One parameter that is about chance, by the words of the table `randomness`; `value` is any JSON value."""

    place: Place
    name: str
    role: str
    """`seed`, or `random` for what makes use of chance."""
    value: Json


@dataclass(frozen=True)
class RunEnvironment:
    """One run's environment; None where the form has no such field, or the file says no `kind`."""

    place: Place
    operation: str
    container_digest: str
    container_kind: str | None
    git_commit: str | None
    params_digest: str | None
    params_kind: str | None
    chance: tuple[Parameter, ...]


@provides
def run_environments(
    receipts: tuple[Receipt, ...], index: Index, parsed: Parsed, tables: Tables
) -> tuple[RunEnvironment, ...]:
    """One per receipt. A file that is not there, or can't be read, is denied elsewhere."""
    words = tables.table("randomness")
    return tuple(_environment(each, index, parsed, words) for each in receipts)


def _environment(receipt: Receipt, index: Index, parsed: Parsed, words: Json) -> RunEnvironment:
    environment = receipt.environment
    _, container = _file(environment.container_digest, index, parsed)
    path, parameters = _file(environment.params_digest, index, parsed)
    place, kind = Place(path), _kind(parameters)
    if environment.params is not None:  # the index backfill's form holds them itself
        place, parameters = receipt.at("/environment/params"), environment.params
    return RunEnvironment(
        receipt.at("/environment"),
        receipt.operation,
        environment.container_digest,
        _kind(container),
        environment.git_commit,
        environment.params_digest,
        kind,
        tuple(_chance(place, parameters, words)),
    )


def _file(digest: str | None, index: Index, parsed: Parsed) -> tuple[str, Json]:
    path = index.environment(digest) if digest is not None else None
    if path is None:
        return "", None
    try:
        return path, parsed.value(path)
    except Unmet:
        return path, None


def _kind(document: Json) -> str | None:
    kind = document.get("kind") if isinstance(document, dict) else None
    return kind if isinstance(kind, str) else None


def _chance(place: Place, parameters: Json, words: Json) -> Iterator[Parameter]:
    for pointer, value in walk(parameters):
        name = pointer.rpartition("/")[2]
        spelt = re.sub(r"(?<=[a-z])(?=[A-Z])|-", "_", name).lower()
        for role in ("seed", "random"):
            if spelt in words[role]:
                yield Parameter(Place(place.file, place.pointer + pointer), name, role, value)


name_fact("run_environments", RunEnvironment, many=True)
