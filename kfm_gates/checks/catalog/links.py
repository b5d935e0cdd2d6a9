"""The links between STAC, DCAT, PROV, receipts and artifacts."""

from __future__ import annotations

from typing import Annotated

import kfm_gates.facts.links  # noqa: F401  (provides Link)
from kfm_gates.checks.api import check
from kfm_gates.checks.settings import Stricter
from kfm_gates.facts.link import Link
from kfm_gates.model.finding import OK, Verdict, deny


@check(
    "catalog.links",
    needs=("catalog.stac", "catalog.dcat", "catalog.prov"),
    serves=["R-009", "R-148", "R-155", "R-255"],
)
def links(
    link: Link,
    *,
    web_rels: Annotated[tuple[str, ...], Stricter.FEWER] = (
        "about",
        "cite-as",
        "license",
        "terms-of-service",
    ),
) -> Verdict:
    """Deny a link of the catalogs that leads nowhere, out of the evidence, one way only, or is there twice.

    A catalog represents evidence only as far as one can walk it. Every href and every `kfm:` IRI must lead to
    exactly one file of the evidence or one node of DCAT or PROV; the collection lists every item once, and
    every item leads back. Hrefs are relative to the file that holds them, without backslash, query, hidden
    dots or a way out of the root. Web addresses are allowed only for relations that are no evidence
    (`web_rels`). Correct the link that the finding names, or add what it should lead to. Every run with a
    record folder writes all links, with what each leads to, into `links.json` there. (Whether STAC, DCAT,
    PROV, receipts and artifacts lead to one another is judged by `catalog.cross_links`.)
    """
    if link.web and link.rel not in web_rels:
        return deny(
            link.place,
            f"The link `{link.rel}` leads to the web, where nothing can be verified",
            found=link.href,
            expected="a path relative to this file",
            hint=f"Link a file of the evidence; web addresses are for {', '.join(web_rels)}.",
        )
    if link.problem is None or link.misses:
        return OK
    return deny(
        link.place, link.problem, found=link.href or "nothing", expected=link.expected, hint=link.hint
    )
