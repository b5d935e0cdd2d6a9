"""`sensitivity.obligations_in_data`: what is said to have been done to the data has been done to its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from kfm_gates.checks.api import check
from kfm_gates.facts.artifact_content import ArtifactContent
from kfm_gates.facts.catalog_claims import AssetLink, CatalogClaims
from kfm_gates.facts.data_formats import CantVerify, DataReader, Flaw
from kfm_gates.facts.place_names import PlaceNames
from kfm_gates.facts.spec_obligations import SpecObligation
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict
from kfm_gates.model.spec import Spec

SHOWN = 3
"""Findings per artifact and obligation: enough to mend the cause."""
_TIMES = ("timestamp", "date", "time")


@check("sensitivity.obligations_in_data", serves=["R-121", "R-140", "R-142"])
def obligations_in_data(
    obligation: SpecObligation,
    contents: tuple[ArtifactContent, ...],
    catalog: CatalogClaims,
    spec: Spec,
    names: PlaceNames,
) -> Verdict:
    """Deny a version whose bytes still show what an obligation of its specification removes or coarsens.

    A receipt can say anything; people read the data. So each obligation is looked for in the artifacts: fields
    that are redacted are in no schema, no tile and no property; every coordinate of generalised geometry lies
    on the declared grid (a tile's vertices, which are whole units, within one unit of it), and so does each
    number under a name for coordinates (table `places`), such as `centroid_lon`; counts, times,
    attributions and links are as the obligation says. What can't be verified in a format, `block_export` in
    any, is denied: an obligation that nobody can verify is a promise only. Run the transform that applies the
    obligation and rebuild tiles and catalogs from its output, never from the precise data.
    """
    case = _Case(obligation, obligation.typed, contents, catalog, spec, names)
    return verdict(_VERIFIERS[obligation.type](case))


@dataclass(frozen=True)
class _Case:
    """One obligation, and where it can be seen."""

    obligation: SpecObligation
    parameters: Any
    contents: tuple[ArtifactContent, ...]
    catalog: CatalogClaims
    spec: Spec
    names: PlaceNames


def _redact_fields(case: _Case) -> Iterator[Finding]:
    redacted = {name.casefold(): name for name in case.parameters.fields}

    def look(reader: DataReader) -> Iterator[Flaw]:
        return (flaw for flaw in reader.fields() if flaw.found.casefold() in redacted)

    yield from _in_bytes(case, look, "the redacted field is still in the data", "no field of this name")
    columns = [(case.spec.at(f"/columns/{n}/name"), each.name) for n, each in enumerate(case.spec.columns)]
    for place, name in (*columns, *case.catalog.columns):
        if name.casefold() in redacted:
            yield _finding(place, "the redacted field is still listed as a column", name, "no such column")


def _generalize_geometry(case: _Case) -> Iterator[Finding]:
    step = float(case.parameters.grid_degrees)
    expected = f"multiples of {step:g} degrees"

    def look(reader: DataReader) -> Iterator[Flaw]:
        return chain(reader.off_grid(step), reader.numbers_off_grid(step, case.names.names_a_place))

    yield from _in_bytes(case, look, "a coordinate is finer than the grid", expected)


def _min_count_threshold(case: _Case) -> Iterator[Finding]:
    minimum, field = case.parameters.minimum, case.parameters.field
    if field is None:
        yield from _cant(case, "without `field` nobody knows which rows form a group")
        return

    def look(reader: DataReader) -> Iterator[Flaw]:
        return reader.fewer_than(field, minimum)

    yield from _in_bytes(case, look, "a group is smaller than is shown", f"at least {minimum}, or null")


def _quantize_time(case: _Case) -> Iterator[Finding]:
    unit = case.parameters.unit
    fields = [each.name for each in case.spec.columns if each.type.startswith(_TIMES)]

    def look(reader: DataReader) -> Iterator[Flaw]:
        return reader.finer_than(unit, fields)

    yield from _in_bytes(case, look, "a time is finer than the unit", f"times cut to a whole {unit}")


def _require_attribution(case: _Case) -> Iterator[Finding]:
    text = case.parameters.text
    yield from _show_notice(case)
    for content in case.contents:
        stated = content.reader.attribution() if content.reader is not None else None
        if stated is not None and text not in stated:
            yield _finding(Place(content.path), "the data carries another attribution", stated, text)


def _show_notice(case: _Case) -> Iterator[Finding]:
    text = case.parameters.text
    if not case.catalog.rights:
        yield from _cant(case, "DCAT describes neither a dataset nor a distribution")
    for place, said in case.catalog.rights:
        if not any(text in each for each in said):
            yield _finding(place, "the text that must be shown is not in DCAT", "; ".join(said) or None, text)


def _deny_asset_links(case: _Case) -> Iterator[Finding]:
    for link in case.catalog.links:
        if not link.internal:
            yield _link(link)


def _block_export(case: _Case) -> Iterator[Finding]:
    yield from _cant(case, "files can be copied by whoever holds them")


_VERIFIERS: dict[str, Callable[[_Case], Iterator[Finding]]] = {
    "redact_fields": _redact_fields,
    "generalize_geometry": _generalize_geometry,
    "min_count_threshold": _min_count_threshold,
    "quantize_time": _quantize_time,
    "require_attribution": _require_attribution,
    "show_notice": _show_notice,
    "deny_asset_links": _deny_asset_links,
    "block_export": _block_export,
}


def _in_bytes(
    case: _Case, look: Callable[[DataReader], Iterator[Flaw]], message: str, expected: str
) -> Iterator[Finding]:
    """The first flaws of each artifact, or why there is no telling."""
    for content in case.contents:
        if content.reader is None:
            yield _unverified(case, Place(content.path), content.format, content.problem or "")
            continue
        try:
            for flaw in islice(look(content.reader), SHOWN):
                yield _finding(Place(content.path), f"{message}: {flaw.where}", flaw.found, expected)
        except CantVerify as error:
            yield _unverified(case, Place(content.path), content.format, str(error))


def _cant(case: _Case, reason: str) -> Iterator[Finding]:
    """No artifact lets anyone tell."""
    for format in sorted({content.format for content in case.contents}):
        yield _unverified(case, case.obligation.place, format, reason)


def _unverified(case: _Case, place: Place, format: str, reason: str) -> Finding:
    return finding(
        place,
        f"the obligation {case.obligation.type} can't be verified in {format}: {reason}",
        found=format,
        expected="an artifact in which the obligation can be seen",
        hint="deliver a format that can be verified, or an obligation that can",
    )


def _finding(place: Place, message: str, found: str | None, expected: str) -> Finding:
    hint = "run the transform that applies the obligation, and rebuild tiles and catalogs from its output"
    return finding(place, message, found=found, expected=expected, hint=hint)


def _link(link: AssetLink) -> Finding:
    message = "the catalog links the data directly, though the obligation forbids it"
    return _finding(link.place, message, link.href, "a path within the evidence, or kfm://file/…")
