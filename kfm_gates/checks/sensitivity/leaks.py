"""`sensitivity.leaks`: what the data no longer shows, no catalog shows either."""

from __future__ import annotations

from typing import Annotated

from kfm_gates.checks.api import check
from kfm_gates.checks.settings import Stricter
from kfm_gates.facts.place_names import PlaceNames
from kfm_gates.facts.shown_places import ShownPlace, ShownPlaces
from kfm_gates.facts.spec_obligations import SpecObligation
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.spec import Spec

ON_GRID = 1e-6
"""In degrees, about a decimetre: how far a number may be off the grid, since catalogs round to six decimals."""


@check("sensitivity.leaks", serves=["R-142"])
def leaks(
    shown: ShownPlaces,
    obligations: tuple[SpecObligation, ...],
    spec: Spec,
    names: PlaceNames,
    *,
    finest_degrees: Annotated[float, Stricter.HIGHER] = 0.1,
) -> Verdict:
    """Deny a version whose catalogs or QA report show a place more precisely than its obligations or label allow.

    Generalised data with a precise bounding box beside it is not generalised: the corner of the box is a place.
    Where the specification has the obligation `generalize_geometry`, each coordinate in STAC, DCAT, PROV and
    the figures of the QA report must lie on its grid. Under a label that hides places (table `places`), such as
    `restricted_sensitive_location`, it must lie on a grid of `finest_degrees`, or on that of the obligation,
    if it is coarser. Coordinates are boxes, geometries and origins of rasters, numbers under names such as
    `lat`, `decimalLongitude` or `centroid`, and places in texts: well-known text, pairs of at least three
    decimals near the data, degrees with minutes. What nobody can read as degrees is denied. Make the catalogs from
    the generalised data, and round boxes outwards to the grid. The report never repeats the coordinate.
    """
    steps = sorted(_steps(obligations, spec, names, finest_degrees))
    return verdict(_finding(each, step) for each in shown.places for step in steps if not _fits(each, step))


def _steps(
    obligations: tuple[SpecObligation, ...], spec: Spec, names: PlaceNames, finest: float
) -> set[float]:
    """The grids, in degrees, that every coordinate must lie on."""
    steps = {float(each.typed.grid_degrees) for each in obligations if each.type == "generalize_geometry"}
    label = spec.policy.policy_label
    if isinstance(label, str) and label in names.labels and max(steps, default=0.0) < finest:
        return {finest}
    return steps


def _fits(shown: ShownPlace, step: float) -> bool:
    return shown.degrees is not None and all(_is_on(each, step) for each in shown.degrees)


def _is_on(value: float, step: float) -> bool:
    """On the grid, or at an edge of the world; what is beyond that is not in degrees (nor is NaN or infinity)."""
    if not abs(value) <= 180:
        return False
    edge, every = abs(value) in (90, 180), step <= ON_GRID
    return edge or every or abs(value - round(value / step) * step) <= ON_GRID


def _finding(shown: ShownPlace, step: float) -> Finding:
    readable = shown.degrees is not None and all(abs(each) <= 180 for each in shown.degrees)
    if readable:
        message = f"{shown.what} shows a place more precisely than the obligations and the label allow"
    else:
        message = f"{shown.what} can't be read as degrees, so nobody can tell how precise it is"
    return finding(
        shown.place,
        message,
        found=f"a coordinate off the grid of {step:g} degrees" if readable else "no longitudes and latitudes",
        expected=f"multiples of {step:g} degrees",
        hint="make the catalogs from the generalised data, and round boxes outwards to the grid",
    )
