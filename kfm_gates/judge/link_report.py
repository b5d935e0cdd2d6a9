"""The link report of a run: every link of the catalogs of every version, and where each one leads (R-155).

It lies beside the decision as `links.json` and decides nothing: `catalog.links` and `catalog.cross_links`
judge the same links.
"""

from __future__ import annotations

import kfm_gates.facts.links  # noqa: F401  (provides Link)
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.facts.link import Link
from kfm_gates.model.finding import Json

NAME = "links.json"
JUDGED_BY = "catalog.links"


def link_report(facts: Facts) -> Json:
    """The links of one version, in the order of their places; null, and because of which check, if unknown.

    `status` is `resolved`, `broken` (then `problem` is a sentence) or `web`: an address that nobody followed.
    `href` is empty and `target` what should have been linked where a link is absent.
    """
    subject = facts.get(Subject).id
    try:
        links: tuple[Link, ...] = facts.resolve(tuple[Link, ...])  # type: ignore[assignment]
    except Unmet as unmet:
        return {"id": subject, "links": None, "because": unmet.because}
    return {"id": subject, "links": [_link(link) for link in links], "because": None}


def _link(link: Link) -> Json:
    status = "broken" if link.problem is not None else "web" if link.web else "resolved"
    return {
        "file": link.place.file,
        "pointer": link.place.pointer,
        "rel": link.rel,
        "href": link.href,
        "target": link.target,
        "status": status,
        "problem": link.problem,
    }
