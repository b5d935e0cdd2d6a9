"""DCAT and PROV of a version as statements, on the ground of its files and receipts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.container import provides
from kfm_gates.facts.link import Ground
from kfm_gates.facts.statements import DCAT, DcatStatements, ProvStatements
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.stac import StacCollection

PROV = "http://www.w3.org/ns/prov#"
VERSION_IRI = "kfm://dataset_version/"


@dataclass(frozen=True)
class Triplet:
    """What the IRIs of a version may lead to."""

    ground: Ground
    dcat: DcatStatements
    prov: ProvStatements
    collection: str
    """The path of the STAC collection."""
    receipts: tuple[Receipt, ...]
    artifacts: str
    """What the paths of the version's artifacts begin with."""

    @cached_property
    def datasets(self) -> frozenset[str]:
        """The IRIs of the datasets in DCAT."""
        return frozenset(row.subject for row in self.dcat.of_type(DCAT + "Dataset"))

    @cached_property
    def activities(self) -> frozenset[str]:
        """The IRIs of the activities in PROV."""
        return frozenset(row.subject for row in self.prov.of_type(PROV + "Activity"))


@provides
def triplet(
    ground: Ground,
    layout: Layout,
    dcat: DcatStatements,
    prov: ProvStatements,
    collection: StacCollection,
    receipts: tuple[Receipt, ...],
) -> Triplet:
    """Put the parts together."""
    subject = ground.subject
    template = layout.templates["artifact"].partition("*")[0]
    artifacts = template.format(slug=subject.slug, version=subject.version)
    return Triplet(ground, dcat, prov, collection.path, receipts, artifacts)
