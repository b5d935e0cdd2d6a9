"""Every link of the catalog triplet: what `catalog.links` and `catalog.cross_links` judge, and the link report lists."""

from __future__ import annotations

from kfm_gates.facts.container import provides
from kfm_gates.facts.iri_links import IriLinks
from kfm_gates.facts.link import Link
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.node_links import NodeLinks
from kfm_gates.facts.stac_links import StacLinks


@provides
def links(stac: StacLinks, nodes: NodeLinks, iris: IriLinks) -> tuple[Link, ...]:
    """The links of STAC, DCAT and PROV, in the order of their places."""
    found = (*stac.links, *nodes.links, *iris.links)
    return tuple(sorted(found, key=lambda link: (link.place, link.rel, link.href)))


name_fact("links", Link, many=True)
