"""The documents that speak for a version: its own, and those shared ones that it names."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.readings import Reading
from kfm_gates.model.finding import Json


@dataclass(frozen=True)
class OwnDocument:
    """One document and its value."""

    path: str
    value: Json


@provides
def own_documents(readings: tuple[Reading, ...], index: Index, subject: Subject) -> tuple[OwnDocument, ...]:
    """Every document that could be parsed, but for the ledger and what belongs to other versions."""
    found = []
    for reading in readings:
        template, variables = index.variables[reading.path]
        others = "version" in variables and variables["version"] != subject.version
        others = others or (template == "spec" and variables["spec8"] not in subject.version.split(".")[1:2])
        if not reading.refused and template != "ledger" and not others:
            found.append(OwnDocument(reading.path, reading.value))
    if not found:
        raise Unmet("evidence.wellformed" if readings else "evidence.present")
    return tuple(found)
