"""What PROV says of how obligations were applied: the nodes of class `kfm:AppliedObligation`."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import provides
from kfm_gates.facts.statements import KFM, ProvStatements, Statement
from kfm_gates.model.finding import Place

APPLIED = KFM + "AppliedObligation"
PROV = "http://www.w3.org/ns/prov#"
_FILE = "kfm://file/"


@dataclass(frozen=True)
class Run:
    """An activity that says that it applied an obligation: what it used, and what it made."""

    iri: str
    used: frozenset[str]
    made: frozenset[str]


@dataclass(frozen=True)
class TransformRecord:
    """One record; each tuple holds all statements of that kind, in the order of the document."""

    place: Place
    runs: tuple[Run, ...]
    methods: tuple[Statement, ...]
    parameters: tuple[Statement, ...]
    """JSON as text."""
    inputs: tuple[Statement, ...]
    outputs: tuple[Statement, ...]
    reaches: bool
    """Whether an output is an artifact of this version, or one that such an artifact derives from."""


@provides
def transform_records(prov: ProvStatements, index: Index, subject: Subject) -> tuple[TransformRecord, ...]:
    """All of the PROV document; a node that no activity of PROV points to by `kfm:applied` has no run."""
    made: dict[str, set[str]] = {}
    for row in prov.rows:
        if row.predicate == PROV + "wasGeneratedBy":
            made.setdefault(row.value, set()).add(row.subject)
    runs: dict[str, list[Run]] = {}
    for activity in prov.of_type(PROV + "Activity"):
        used = frozenset(row.value for row in prov.values(activity.subject, PROV + "used"))
        run = Run(activity.subject, used, frozenset(made.get(activity.subject, ())))
        for row in prov.values(activity.subject, KFM + "applied"):
            runs.setdefault(row.value, []).append(run)
    origins = _origins(prov, index.of_version("artifact", subject.slug, subject.version))
    return tuple(_record(prov, row, runs.get(row.subject, []), origins) for row in prov.of_type(APPLIED))


def _record(prov: ProvStatements, row: Statement, runs: list[Run], origins: set[str]) -> TransformRecord:
    method, parameters, inputs, outputs = (
        prov.values(row.subject, KFM + name) for name in ("method", "parameters", "input", "output")
    )
    reaches = any(each.value in origins for each in outputs)
    return TransformRecord(row.node, tuple(runs), method, parameters, inputs, outputs, reaches)


def _origins(prov: ProvStatements, artifacts: tuple[str, ...]) -> set[str]:
    """The artifacts, and all that they derive from by `prov:wasDerivedFrom`."""
    pending = [_FILE + path for path in artifacts]
    found: set[str] = set()
    while pending:
        entity = pending.pop()
        if entity not in found:
            found.add(entity)
            pending += [row.value for row in prov.values(entity, PROV + "wasDerivedFrom")]
    return found
