"""`survey.extent`: what is published lies in the state."""

from typing import Annotated

from kfm_gates.checks.api import check
from kfm_gates.checks.settings import Stricter
from kfm_gates.model.finding import OK, Verdict, deny
from kfm_gates.model.stac import StacItem

KANSAS = (-102.06, 36.99, -94.58, 40.01)
"""West, south, east, north in degrees (WGS 84)."""


@check("survey.extent", needs="catalog.stac", serves="R-125")
def extent(item: StacItem, *, margin_degrees: Annotated[float, Stricter.LOWER] = 2.0) -> Verdict:
    """Deny a STAC item whose bounding box leaves the state by more than a margin.

    Features far outside the state come from swapped axes or from another coordinate reference system. The
    margin, in degrees, is for rivers and roads that cross the border. Look at the coordinates of the artifact,
    and build the catalog anew from it.
    """
    west, south, east, north = item.raw["bbox"][:2] + item.raw["bbox"][-2:]
    beyond = max(KANSAS[0] - west, KANSAS[1] - south, east - KANSAS[2], north - KANSAS[3])
    if beyond <= margin_degrees:
        return OK
    return deny(
        item.at("/bbox"),
        "the item leaves the state",
        found=f"{beyond:.2f} degrees beyond the border",
        expected=f"at most {margin_degrees:g}",
        hint="look for swapped axes, or another coordinate reference system",
    )
