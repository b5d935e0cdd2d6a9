"""Where the data is, when, and how much of it: one answer in all catalogs, the QA report and the files."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import kfm_gates.facts.extents  # noqa: F401  (provides Extent)
from kfm_gates.checks.api import check
from kfm_gates.checks.settings import Stricter
from kfm_gates.facts.boxes import Box
from kfm_gates.facts.extent_claims import BoxClaim, CountClaim, Extent, PeriodClaim
from kfm_gates.facts.footers import Footer
from kfm_gates.model.finding import OK, Place, Verdict, deny
from kfm_gates.model.spec import Spec

_WEB_MERCATOR = 85.051129
"""Degrees of latitude beyond which there are no tiles."""
_WORDS = {
    "same": ("is not that of", ""),
    "within": ("reaches beyond that of", "within "),
    "around": ("is not the one that tiles were made of, by", "a box that these tiles fit: "),
}
"""For each relation what is wrong, and how what is expected begins."""
_HINT = "build the catalogs again from the artifacts, or run QA again when it is the report that is wrong"


@check("catalog.extent", needs="catalog.cross_links", serves=["R-125", "R-207"])
def extent(
    extent: Extent,
    spec: Spec,
    *,
    degrees: Annotated[float, Stricter.LOWER] = 0.0001,
    seconds: Annotated[float, Stricter.LOWER] = 1.0,
    coarse_labels: Annotated[tuple[str, ...], Stricter.FEWER] = ("restricted_sensitive_location",),
) -> Verdict:
    """Deny catalogs whose bounding box, period or count is not that of the artifacts.

    People find data by where and when it is. The box of the STAC collection, of DCAT and of the QA report must
    be that of the footers of the GeoParquet or GeoJSON artifacts together (where a format has none: that of
    the QA report); the box and the geometry of an item those of its artifact. Edges may differ by `degrees`,
    as rounding makes them; tiles may be wider than their item by one tile of their deepest zoom, and the
    catalogs of `coarse_labels` wider than the data as far as they like. A box may cross the antimeridian, and
    heights are left out. DCAT and STAC name one period, within `window` of the specification and around every
    item, give or take `seconds`, since some write the last second and some the first one after. QA counts as
    many features as the files have. Build the catalogs and the report again from the artifacts.
    """
    claim = extent.claim
    if isinstance(claim, BoxClaim):
        coarse = claim.in_catalog and spec.policy.policy_label in coarse_labels
        return _box(claim, degrees, coarse)
    if isinstance(claim, PeriodClaim):
        return _period(claim, timedelta(seconds=seconds))
    return _count(claim) if isinstance(claim, CountClaim) else _footer(claim)


def _box(claim: BoxClaim, tolerance: float, coarse: bool) -> Verdict:
    if claim.stated is not None and _fits(claim, claim.stated, tolerance, coarse):
        return OK
    message, expected = _WORDS[claim.relation]
    return deny(
        claim.place,
        f"the bounding box of {claim.what} {message} {claim.of}",
        found=claim.text,
        expected=f"{expected}{claim.true}",
        hint=_HINT,
    )


def _fits(claim: BoxClaim, stated: Box, tolerance: float, coarse: bool) -> bool:
    if claim.relation == "around":
        south, north = max(stated.south, -_WEB_MERCATOR), min(stated.north, _WEB_MERCATOR)
        tiled = Box(stated.west, south, stated.east, north)
        wide = tiled.grown(claim.slack).covers(claim.true, tolerance)
        return coarse or (wide and claim.true.covers(tiled, tolerance))
    if coarse:  # a part of the data may be shown by a box that is wider than all of it
        return claim.relation == "within" or stated.covers(claim.true, tolerance)
    if claim.relation == "within":
        return claim.true.covers(stated, tolerance)
    return stated.same(claim.true, tolerance)


def _period(claim: PeriodClaim, tolerance: timedelta) -> Verdict:
    if claim.stated is not None:
        same = claim.relation == "same" and claim.stated.same(claim.true, tolerance)
        if same or (claim.relation == "within" and claim.true.covers(claim.stated, tolerance)):
            return OK
    message, expected = _WORDS[claim.relation]
    return deny(
        claim.place,
        f"the period of {claim.what} {message} {claim.of}",
        found=claim.text,
        expected=f"{expected}{claim.true}",
        hint="write the period that the data speaks of into all catalogs; it lies within the window",
    )


def _count(claim: CountClaim) -> Verdict:
    if claim.stated in claim.true:
        return OK
    return deny(
        claim.place,
        f"{claim.what} counts other features than {claim.of} have",
        found=claim.stated,
        expected=" or ".join(map(str, claim.true)),
        hint=_HINT,
    )


def _footer(footer: Footer) -> Verdict:
    return deny(
        Place(footer.path),
        f"{footer.path} can't be compared with the catalogs: {footer.problem}",
        found=footer.problem,
        expected="a file that says where its data is and how much there is",
        hint="run the step that wrote the file again",
    )
