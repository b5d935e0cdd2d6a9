"""`sensitivity.transform_record`: PROV says how each redaction and generalisation was done, to what, with what result."""

from __future__ import annotations

import json
from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.facts.spec_obligations import SpecObligation
from kfm_gates.facts.statements import Statement
from kfm_gates.facts.transform_records import TransformRecord
from kfm_gates.model.finding import OK, Finding, Json, Place, Verdict, deny, finding, verdict

TRANSFORMS = frozenset({"generalize_geometry", "redact_fields", "min_count_threshold", "quantize_time"})
"""Obligations that change the data; the others say how it is shown, and no run does that."""


@check("sensitivity.transform_record", serves=["R-121", "R-140", "R-273"])
def transform_record(obligation: SpecObligation, records: tuple[TransformRecord, ...]) -> Verdict:
    """Deny a version if PROV does not record how an obligation was applied: method, parameters, input and output.

    Whoever gets the data, or has to explain it years later, reads in PROV what was done to it. So each obligation
    that changes data (generalised geometry, redacted fields, small groups, coarser times) needs a node of class
    `kfm:AppliedObligation` to which the run that did it points by `kfm:applied`, with the obligation as
    `kfm:method`, its parameters as JSON text in `kfm:parameters`, in `kfm:input` what the run used, and in
    `kfm:output` what it generated: artifacts of this version, or what they derive from, since several runs may have
    a part in it. The specification says which records there
    must be, which no shape over PROV can know, so this is judged in Python over the graph. What runs,
    entities and agents need otherwise is judged by `catalog.prov`. Let the run that applies the obligation
    write the record, and attach PROV to the ticket as it stands.
    """
    if obligation.type not in TRANSFORMS:
        return OK
    named = [each for each in records if any(row.value == obligation.type for row in each.methods)]
    if not named:
        return deny(
            obligation.place,
            f"no kfm:AppliedObligation in PROV records {obligation.type}",
            found=", ".join(sorted({row.value for each in records for row in each.methods})) or None,
            expected=f"a record with the kfm:method {obligation.type}, which a run points to by kfm:applied",
            hint="let the run that applies the obligation write its record into prov.jsonld",
        )
    flaws = [list(_flaws(each, obligation)) for each in named]
    closest = min(flaws, key=len)  # the one to mend
    return verdict(closest)


def _flaws(record: TransformRecord, obligation: SpecObligation) -> Iterator[Finding]:
    if len(record.methods) != 1:
        yield _finding(
            record.place, "the record has several methods", record.methods, "exactly one kfm:method"
        )
    yield from _parameters(record, obligation)
    if len(record.runs) != 1:
        runs = ", ".join(run.iri for run in record.runs)
        wanted = "exactly one prov:Activity that points to it by kfm:applied"
        yield finding(
            record.place, "the record belongs to no one run", found=runs or None, expected=wanted, hint=_HINT
        )
        return
    (run,) = record.runs
    yield from _part_of(record.inputs, "input", record.place, run.used, "what the run used (prov:used)")
    made = "what the run generated (prov:wasGeneratedBy)"
    yield from _part_of(record.outputs, "output", record.place, run.made, made)
    if record.outputs and not record.reaches:
        message = "no artifact of this version is the output of the record, or derives from it"
        wanted = "an artifact, or what one derives from (prov:wasDerivedFrom)"
        yield _finding(record.outputs[0].place, message, record.outputs, wanted)


def _parameters(record: TransformRecord, obligation: SpecObligation) -> Iterator[Finding]:
    wanted = json.dumps(obligation.parameters, ensure_ascii=False)
    if len(record.parameters) != 1:
        message = (
            "the record has no parameters" if not record.parameters else "the record has parameters twice"
        )
        yield _finding(record.place, message, record.parameters, f"kfm:parameters with {wanted}")
        return
    (row,) = record.parameters
    if not _same(_value(row), obligation.parameters):
        message = "the record has other parameters than the specification"
        yield _finding(row.place, message, record.parameters, wanted)


def _value(row: Statement) -> Json:
    try:
        return parse_json(row.value.encode("utf-8", "surrogatepass"))
    except Malformed:
        return None


def _same(one: Json, other: Json) -> bool:
    """Equal as JSON: in Python true is 1, in JSON it is not."""
    return json.dumps(_plain(one), sort_keys=True) == json.dumps(_plain(other), sort_keys=True)


def _plain(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole else value


def _part_of(
    rows: tuple[Statement, ...], name: str, place: Place, whole: frozenset[str], meaning: str
) -> Iterator[Finding]:
    if not rows:
        yield _finding(place, f"the record has no {name}", rows, f"kfm:{name} with {meaning}")
    for row in rows:
        if not row.is_iri or row.value not in whole:
            yield _finding(row.place, f"the {name} of the record is none of its run", (row,), meaning)


_HINT = "let the run that applies the obligation write its record into prov.jsonld"


def _finding(place: Place, message: str, rows: tuple[Statement, ...], expected: str) -> Finding:
    found = ", ".join(row.value for row in rows) or None
    return finding(place, message, found=found, expected=expected, hint=_HINT)
