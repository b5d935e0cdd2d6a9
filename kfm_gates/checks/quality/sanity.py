"""`quality.sanity`: where and when the data claims to be is possible."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.artifact_shapes import SpecifiedShape
from kfm_gates.facts.data_shape import DEGREES, Box
from kfm_gates.facts.given import Clock
from kfm_gates.facts.stac_said import StacSystems
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.spec import Spec
from kfm_gates.model.text import instant

OPEN_END = "9999-12-31"
"""The day that stands for "until further notice" in columns of times."""
_HINT = "look for a wrong reference system, swapped axes or a placeholder in the data, and run the transform again"


@check("quality.sanity", serves=["R-119", "R-125"])
def sanity(
    report: QaReport, shapes: tuple[SpecifiedShape, ...], spec: Spec, systems: StacSystems, clock: Clock
) -> Verdict:
    """Deny data whose extent, reference system, order of axes or time can't be what they are said to be.

    Latitudes beyond 90 degrees and longitudes beyond 180, a box upside down or without an area around polygons, a
    system that is unknown or another than STAC names, times in the future: each says that coordinates were read
    or written wrongly, and each would be shown to users as if it were a place. Looked at are the box of the QA
    report and the footers and headers of the artifacts; rasters must touch the box of the report. A box whose
    west is greater than its east crosses the antimeridian. Find where coordinates were swapped, projected or
    made up, and run the transform again. (That all documents and the data give the same box and period is
    judged by `catalog.extent`.)
    """
    here = report.at("/summary/bbox")
    west, south, east, north = (float(each) for each in report.summary.bbox)
    box = (west, south, east, north)
    found = [*_in_degrees(here, box, "the QA report")]
    possible = not found
    for given in shapes:
        found += _of_artifact(given)
        found += _system(given, systems)
        found += _future(given, spec, clock)
        if possible:
            found += _apart(given, box)
    return verdict(found)


def _of_artifact(given: SpecifiedShape) -> Iterator[Finding]:
    shape = given.shape
    if shape.placeless:
        yield _finding(
            given.place,
            "the data says that its reference system is unknown",
            "`crs` is null",
            "a reference system",
        )
    if shape.box is None:
        return
    if shape.geographic:
        yield from _in_degrees(given.place, shape.box, given.path)
    elif shape.box[0] > shape.box[2] or shape.box[1] > shape.box[3]:
        yield _upside_down(given.place, shape.box, given.path)
    if shape.areal and shape.rows and (shape.box[0] == shape.box[2] or shape.box[1] == shape.box[3]):
        message = "the data holds polygons, and the box around them has no area"
        yield _finding(given.place, message, _said(shape.box), "a box with an area")


def _in_degrees(place: Place, box: Box, whose: str) -> Iterator[Finding]:
    west, south, east, north = box
    if (
        not all(-180 <= each <= 180 for each in (west, east))
        or not -90 <= south <= 90
        or not -90 <= north <= 90
    ):
        swapped = all(-90 <= each <= 90 for each in (west, east))
        message = f"the box of {whose} lies outside the earth" + (
            "; the axes seem to be swapped" if swapped else ""
        )
        yield _finding(place, message, _said(box), "longitudes of -180 to 180 and latitudes of -90 to 90")
    elif south > north:
        yield _upside_down(place, box, whose)


def _upside_down(place: Place, box: Box, whose: str) -> Finding:
    return _finding(place, f"the box of {whose} is upside down", _said(box), "west, south, east, north")


def _apart(given: SpecifiedShape, box: Box) -> Iterator[Finding]:
    """A raster may show more than the data, but not something else."""
    other = given.shape.box
    if given.shape.kind != "raster" or other is None or given.shape.crs not in DEGREES:
        return
    beside = _crosses(box) or _crosses(other) or (box[0] <= other[2] and other[0] <= box[2])
    if not (beside and box[1] <= other[3] and other[1] <= box[3]):
        message = "the raster does not touch the box of the QA report"
        yield _finding(given.place, message, _said(other), _said(box))


def _system(given: SpecifiedShape, systems: StacSystems) -> Iterator[Finding]:
    """Tiles are always in Web Mercator, and are given in degrees all the same."""
    own = given.shape.crs
    if given.shape.kind == "tiles" or own is None:
        return
    for stated in systems.of(given.path):
        if stated.code.upper() != own.upper() and not {stated.code.upper(), own.upper()} <= DEGREES:
            message = f"STAC names another reference system for {given.path} than the file itself"
            yield _finding(stated.place, message, stated.code, own)


def _future(given: SpecifiedShape, spec: Spec, clock: Clock) -> Iterator[Finding]:
    """A forecast has the times of its window; other data has none that are still to come."""
    end = spec.window.end if spec.window is not None else clock.evaluated_at
    limit = max(instant(end), instant(clock.evaluated_at))
    for column, _, last in given.shape.times:
        if not last.startswith(OPEN_END) and instant(last) > limit:
            message = f"the column {column} holds a time that is still to come"
            yield _finding(given.place, message, last, f"at most {limit.isoformat().replace('+00:00', 'Z')}")


def _crosses(box: Box) -> bool:
    return box[0] > box[2]


def _said(box: Box) -> str:
    return ", ".join(f"{each:.4g}" for each in box)


def _finding(place: Place, message: str, found: str, expected: str) -> Finding:
    return finding(place, message, found=found, expected=expected, hint=_HINT)
