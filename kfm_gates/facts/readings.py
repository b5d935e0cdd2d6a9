"""The documents of a version as they were read: parsed by a strict parser, or refused and why."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.reading import KEPT
from kfm_gates.evidence.snapshot import Snapshot
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.files import DOCUMENTS, PinnedFile
from kfm_gates.facts.ledger import Ledger
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.presence import stand_in
from kfm_gates.model.finding import Json


@dataclass(frozen=True)
class Reading:
    """One document: its value, or why a strict parser refuses it. `stands_in` names the kind of a pointer."""

    path: str
    value: Json
    refused: tuple[Malformed, ...]
    stands_in: str | None = None


@provides
def readings(
    facts: Facts, files: tuple[PinnedFile, ...], parsed: Parsed, snapshot: Snapshot
) -> tuple[Reading, ...]:
    """Every document of the version that could be read, and the ledger; sorted by path.

    The value of the ledger is None: its lines are read by `Ledger`. What can't be read at all is left to
    `evidence.present`.
    """
    found = []
    for file in files:
        if file.problem is not None or file.template not in DOCUMENTS or file.size > KEPT:
            continue
        try:
            error = parsed.error(file.path)
        except Unmet:  # it changed since it was hashed for another version: `evidence.stable` says so
            continue
        if error is None:
            found.append(Reading(file.path, parsed.value(file.path), ()))
        else:
            found.append(Reading(file.path, None, (error,), stand_in(snapshot, file)))
    with contextlib.suppress(Unmet):
        ledger = facts.get(Ledger)
        found.append(Reading(ledger.path, None, ledger.refused))
    if not found:
        raise Unmet("evidence.present")
    return tuple(sorted(found, key=lambda reading: reading.path))
