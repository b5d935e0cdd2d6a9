"""The licences that the spec states, for the whole version and for single outputs, read as SPDX expressions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.facts.container import provides
from kfm_gates.facts.licence_expressions import Alternative, NoExpression, read_expression
from kfm_gates.facts.named import name_fact
from kfm_gates.model.finding import Place
from kfm_gates.model.spec import Spec


@dataclass(frozen=True)
class SpecLicence:
    """One licence that is a text; `problem` says why SPDX doesn't know it, and is empty when it does.

    `output` is the path of the output that has a licence of its own, empty for the version's. Of what SPDX knows,
    `canonical` is its spelling, `normal` the same for all expressions that mean the same, and a user may
    choose one of `alternatives` and must keep to every licence in it.
    """

    place: Place
    pointer: str
    output: str
    stated: str
    problem: str
    canonical: str = ""
    normal: str = ""
    well_spelled: bool = False
    alternatives: tuple[Alternative, ...] = ()


@provides
def spec_licences(spec: Spec) -> tuple[SpecLicence, ...]:
    """The version's licence first; one that is no text is not here, `rights.license` says so."""
    return tuple(_read(spec, *each) for each in _stated(spec))


def _stated(spec: Spec) -> Iterator[tuple[str, str, str]]:
    rights = spec.raw.get("rights")
    if isinstance(rights, dict) and isinstance(rights.get("license"), str):
        yield "", "/rights/license", rights["license"]
    for index, output in enumerate(spec.outputs):
        if output.license is not None:
            yield output.path, f"/outputs/{index}/license", output.license


def _read(spec: Spec, output: str, pointer: str, stated: str) -> SpecLicence:
    place = spec.at(pointer)
    try:
        found = read_expression(stated)
    except NoExpression as error:
        return SpecLicence(place, pointer, output, stated, str(error))
    return SpecLicence(
        place,
        pointer,
        output,
        stated,
        "",
        found.canonical,
        found.normal,
        found.well_spelled,
        found.alternatives,
    )


name_fact("licences", SpecLicence, many=True)
