"""The raw files that the runs of a version read, with the acquisition that each belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.container import provides
from kfm_gates.facts.file_paths import file_path
from kfm_gates.model.finding import Place
from kfm_gates.model.receipt import Receipt


@dataclass(frozen=True)
class RawInput:
    """One raw file that a passed run of the version read; `time` is when its receipt was written."""

    place: Place
    path: str
    acquisition: str
    """The path of its record."""
    operation: str
    time: str | None


@provides
def raw_inputs(receipts: tuple[Receipt, ...], layout: Layout) -> tuple[RawInput, ...]:
    """Every raw input of every passed run."""
    found = []
    for receipt in receipts:
        for number, reference in enumerate(receipt.inputs if receipt.validation.status == "pass" else ()):
            path = file_path(reference.uri)
            match = layout.match(path) if path is not None else None
            if path is not None and match is not None and match.name == "raw_artifact":
                variables = {name: match.variables[name] for name in ("slug", "acquisition_id")}
                record = layout.path("acquisition", **variables)
                place = receipt.at(f"/inputs/{number}/uri")
                found.append(RawInput(place, path, record, receipt.operation, receipt.created_at))
    return tuple(found)
