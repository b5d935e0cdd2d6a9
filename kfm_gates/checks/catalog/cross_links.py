"""The links by which STAC, DCAT, PROV, receipts and artifacts lead to one another."""

from __future__ import annotations

import kfm_gates.facts.links  # noqa: F401  (provides Link)
from kfm_gates.checks.api import check
from kfm_gates.facts.link import Link
from kfm_gates.model.finding import OK, Verdict, deny


@check("catalog.cross_links", needs="catalog.links", serves=["R-148", "R-149", "R-150", "R-188"])
def cross_links(link: Link) -> Verdict:
    """Deny catalogs that miss one another: an item without PROV or receipt, a distribution without artifact.

    Whoever finds a dataset in one catalog must get to all that is known of it: from a STAC item to its
    artifact, to PROV and to the receipt of the run that wrote it; from the DCAT dataset to the STAC collection
    and to that run; from a distribution to the artifact; from an activity in PROV to its own receipt. And
    nothing may be left out: each artifact of the version is exactly one STAC asset, one DCAT distribution and
    one PROV entity with the run that made it. Add the link or node that is absent, or correct the one that
    leads to something else. (That a link leads somewhere at all is judged by `catalog.links`.)
    """
    if not link.misses or link.problem is None:
        return OK
    return deny(
        link.place, link.problem, found=link.href or "nothing", expected=link.expected, hint=link.hint
    )
