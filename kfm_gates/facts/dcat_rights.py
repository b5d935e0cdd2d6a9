"""What DCAT says of the rights in the dataset and in each distribution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.hrefs import BadHref, file_of_iri
from kfm_gates.facts.container import provides
from kfm_gates.facts.licence_table import LicenceTable, normal
from kfm_gates.facts.rights_claim import Outputs, RightsClaim, Source
from kfm_gates.facts.statements import DCAT, DCT, FOAF, DcatStatements, Statement
from kfm_gates.model.finding import Place

EXPRESSION = "https://spdx.org/rdf/3.0.1/terms/SimpleLicensing/licenseExpression"
"""SPDX 3.0.1: what a licence that is an expression says of itself."""
_LICENCES = (
    DCT + "license",
    "http://creativecommons.org/ns#license",
    "http://schema.org/license",
    "https://schema.org/license",
)


@dataclass(frozen=True)
class DcatRights:
    """The statements, those of the dataset first."""

    claims: tuple[RightsClaim, ...]


@provides
def dcat_rights(dcat: DcatStatements, table: LicenceTable, outputs: Outputs) -> DcatRights:
    """Read them. A dataset or distribution without `dct:rights` says nothing of whom to name."""
    reader = _Reader(dcat, table)
    claims = [
        claim for node in dcat.of_type(DCAT + "Dataset") for claim in reader.of(node, "dcat_dataset", "")
    ]
    for node in dcat.of_type(DCAT + "Distribution"):
        claims += reader.of(node, "dcat_distribution", _output(dcat, node.subject, outputs))
    return DcatRights(tuple(claims))


@dataclass(frozen=True)
class _Reader:
    dcat: DcatStatements
    table: LicenceTable

    def of(self, node: Statement, source: Source, output: str) -> Iterator[RightsClaim]:
        for predicate in _LICENCES:
            for row in self.dcat.values(node.subject, predicate):
                for place, value, means in self._licence(row):
                    yield RightsClaim(place, source, "license", value, means, output)
        texts = self.dcat.values(node.subject, DCT + "rights")
        for row in texts:
            yield RightsClaim(row.place, source, "attribution", row.value, output=output)
        if not texts:
            yield RightsClaim(node.place, source, "attribution", None, output=output)
        for row in self.dcat.values(node.subject, DCT + "rightsHolder"):
            names = self.dcat.values(row.value, FOAF + "name") if row.is_iri else (row,)
            for name in names:
                yield RightsClaim(name.place, source, "rights_holder", name.value, output=output)

    def _licence(self, row: Statement) -> Iterator[tuple[Place, str, str]]:
        """A licence is an address, or a node of the document that states an expression, or both."""
        expressions = self.dcat.values(row.value, EXPRESSION) if row.is_iri else ()
        for each in expressions:
            yield each.place, each.value, normal(each.value)
        means = self.table.of_address(row.value) if row.is_iri else ""
        if means or not expressions:
            yield row.place, row.value, means


def _output(dcat: DcatStatements, distribution: str, outputs: Outputs) -> str:
    """The output that a distribution offers; where it leads nowhere is for `catalog.links` to say."""
    for row in dcat.values(distribution, DCAT + "downloadURL"):
        try:
            return outputs.of(file_of_iri(row.value))
        except BadHref:
            continue
    return ""
