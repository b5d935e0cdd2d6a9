"""The IRIs in DCAT and PROV that stand as values: to files, to one another, to runs and their receipts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kfm_gates.engines.jsonld import RDF_TYPE
from kfm_gates.evidence.hrefs import FILE_IRI
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.link import Link, of_file
from kfm_gates.facts.parsed import Parsed
from kfm_gates.facts.statements import DCAT, DCT, KFM, Statement, Statements
from kfm_gates.facts.triplet import PROV, VERSION_IRI, Triplet

DECISION_IRI = "kfm://policy_decision/"
_PREFIXES = {DCAT: "dcat:", PROV: "prov:", KFM: "kfm:", DCT: "dct:"}


@dataclass(frozen=True)
class IriLinks:
    """From statements of DCAT and PROV to what their values name."""

    links: tuple[Link, ...]


@provides
def iri_links(triplet: Triplet, parsed: Parsed) -> IriLinks:
    """Follow every IRI of the `kfm:` scheme, and those of DCAT that must lead somewhere whatever they are."""
    reader = _Reader(triplet, parsed)
    return IriLinks(tuple([*reader.statements(triplet.dcat), *reader.statements(triplet.prov)]))


@dataclass(frozen=True)
class _Reader:
    triplet: Triplet
    parsed: Parsed

    def statements(self, document: Statements) -> Iterator[Link]:
        for row in document.rows:
            if not row.is_iri or row.predicate == RDF_TYPE:
                continue
            rule = self._rules.get(row.predicate)
            if row.value.startswith("kfm://") or (rule and document is self.triplet.dcat):
                link = self._followed(row)
                yield rule(link, row) if rule and link.problem is None else link

    @cached_property
    def _rules(self) -> dict[str, Callable[[Link, Statement], Link]]:
        return {
            DCAT + "downloadURL": self._download,
            KFM + "stac": self._stac,
            KFM + "receipt": self._receipt,
            PROV + "wasGeneratedBy": self._run,
        }

    def _followed(self, row: Statement) -> Link:
        """Where an IRI leads: to a file, a node, another version's catalog, or a policy decision."""
        rel, iri, index = _compact(row.predicate), row.value, self.triplet.ground.index
        if iri.startswith(FILE_IRI):
            return self.triplet.ground.follow_iri(row.place, rel, iri)
        if iri in self.triplet.dcat.subjects or iri in self.triplet.prov.subjects:
            return Link(row.place, rel, iri, iri)
        if iri.startswith(VERSION_IRI):
            slug, _, version = iri.removeprefix(VERSION_IRI).partition("/")
            for path in index.of_version("dcat", slug, version):
                return Link(row.place, rel, iri, path)
        if iri.startswith(DECISION_IRI):
            for path in index.named("policy_decision"):
                if index.variables[path][1].get("decision") == iri.removeprefix(DECISION_IRI):
                    return Link(row.place, rel, iri, path)
        problem = "The IRI names nothing: no node of DCAT or PROV and no file of the evidence has it"
        hint = "Correct the IRI, or add the node that it names."
        return Link(row.place, rel, iri, None, problem, "the IRI of one node or file", hint)

    def _download(self, link: Link, row: Statement) -> Link:
        if self.triplet.ground.is_own(link.target or "", "artifact"):
            return link
        problem = "The distribution offers a file that is no artifact of this version"
        hint = "Offer the artifacts of this version only."
        return link.wrong(problem, f"a file below {self.triplet.artifacts}", hint)

    def _stac(self, link: Link, row: Statement) -> Link:
        if link.target == self.triplet.collection:
            return link
        wanted = of_file(self.triplet.collection)
        problem = "`kfm:stac` does not lead to this version's STAC collection"
        return link.wrong(problem, wanted, f"Write {wanted}.")

    def _receipt(self, link: Link, row: Statement) -> Link:
        path = link.target or ""
        if self.triplet.ground.index.name_of(path) != "receipt":
            problem = "`kfm:receipt` does not lead to a run receipt"
            return link.wrong(problem, "a receipt", "Name the receipt of this run.")
        try:
            receipt = self.parsed.value(path)
        except Unmet:
            problem = "`kfm:receipt` leads to a file that can't be read"
            return link.wrong(problem, "a receipt", "Correct the receipt first.")
        stated = receipt.get("run_id") if isinstance(receipt, dict) else None
        if stated == row.subject:
            return link
        problem = "The receipt that `kfm:receipt` leads to is of another run"
        hint = "An activity and its receipt have one name: the run_id."
        return link.wrong(problem, f"run_id {row.subject}, not {stated}", hint)

    def _run(self, link: Link, row: Statement) -> Link:
        """A generating run must be an activity; the dataset's own must be one of this version's runs."""
        if row.value not in self.triplet.activities:
            problem = "The run that is said to have generated this is no activity in PROV"
            hint = "Describe the run in prov.jsonld, or correct the IRI."
            return link.wrong(problem, "the IRI of an activity", hint)
        runs = {receipt.run_id for receipt in self.triplet.receipts}
        if row.subject in self.triplet.datasets and row.value not in runs:
            problem = "The run that generated the dataset has no receipt in this version"
            hint = "Name the run whose receipt lists the artifacts as outputs."
            return link.wrong(problem, "the run_id of a receipt", hint)
        return link


def _compact(iri: str) -> str:
    for base, prefix in _PREFIXES.items():
        if iri.startswith(base):
            return prefix + iri.removeprefix(base)
    return iri
