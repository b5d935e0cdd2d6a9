"""What DCAT and PROV state, statement by statement, whatever prefixes and nesting they are written with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from kfm_gates.engines.jsonld import RDF_TYPE
from kfm_gates.engines.jsonld_context import Context, read_context
from kfm_gates.evidence.pointers import escape
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.linked import LinkedDcat, LinkedDocument, LinkedProv
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.jsonld import Dcat, JsonLdDocument, Prov

DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
KFM = "https://w3id.org/kfm/ns#"


@dataclass(frozen=True)
class Statement:
    """One triple: the object as text, and where it stands in the document."""

    subject: str
    predicate: str
    value: str
    is_iri: bool
    place: Place
    node: Place
    """Where the subject's node stands."""


@dataclass(frozen=True)
class Statements:
    """All statements of one document, in its order."""

    rows: tuple[Statement, ...]

    def of_type(self, iri: str) -> tuple[Statement, ...]:
        """The statements that make something an instance of this class."""
        return tuple(self._by_type.get(iri, ()))

    def values(self, subject: str, predicate: str) -> tuple[Statement, ...]:
        """What the document says of one thing under one predicate."""
        return tuple(self._by_subject.get((subject, predicate), ()))

    @cached_property
    def subjects(self) -> Mapping[str, Place]:
        """Everything that the document describes, and where it does first."""
        found: dict[str, Place] = {}
        for row in self.rows:
            found.setdefault(row.subject, row.node)
        return found

    @cached_property
    def _by_type(self) -> Mapping[str, list[Statement]]:
        found = defaultdict(list)
        for row in self.rows:
            if row.predicate == RDF_TYPE:
                found[row.value].append(row)
        return found

    @cached_property
    def _by_subject(self) -> Mapping[tuple[str, str], list[Statement]]:
        found = defaultdict(list)
        for row in self.rows:
            found[row.subject, row.predicate].append(row)
        return found


class DcatStatements(Statements):
    """All statements of the DCAT document."""


class ProvStatements(Statements):
    """All statements of the PROV document."""


@provides
def dcat_statements(dcat: Dcat, linked: LinkedDcat) -> DcatStatements:
    """Read the DCAT document; what can't be read as JSON-LD is said by `catalog.jsonld`."""
    return DcatStatements(_read(dcat, linked))


@provides
def prov_statements(prov: Prov, linked: LinkedProv) -> ProvStatements:
    """Read the PROV document; what can't be read as JSON-LD is said by `catalog.jsonld`."""
    return ProvStatements(_read(prov, linked))


def _read(document: JsonLdDocument, linked: LinkedDocument) -> tuple[Statement, ...]:
    if linked.problems:
        raise Unmet("catalog.jsonld")
    context, _ = read_context(document.raw["@context"])
    reader = _Reader(context, document.path)
    nodes = enumerate(document.raw["@graph"])
    return tuple(row for index, node in nodes for row in reader.node(node, f"/@graph/{index}"))


@dataclass(frozen=True)
class _Reader:
    context: Context
    path: str

    def node(self, node: dict[str, Json], pointer: str) -> Iterator[Statement]:
        subject, here = self.context.expand_iri(node["@id"]) or "", Place(self.path, pointer)
        types = node.get("@type", [])
        for name in types if isinstance(types, list) else [types]:
            term = self.context.expand(name)
            if term is not None:
                yield Statement(subject, RDF_TYPE, term.iri, True, here, here)
        for key, value in node.items():
            term = None if key.startswith("@") else self.context.expand(key)
            if term is None:
                continue
            values = value if isinstance(value, list) else [value]
            for index, item in enumerate(values):
                at = f"{pointer}/{escape(key)}" + (f"/{index}" if isinstance(value, list) else "")
                value, is_iri = self._object(item, term.coercion == "@id")
                yield Statement(subject, term.iri, value, is_iri, Place(self.path, at), here)
                if isinstance(item, dict) and "@id" in item and len(item) > 1:
                    yield from self.node(item, at)

    def _object(self, item: Json, is_iri: bool) -> tuple[str, bool]:
        value = item
        if isinstance(item, dict):
            is_iri = "@value" not in item
            value = item["@id"] if is_iri else item["@value"]
        text = value if isinstance(value, str) else str(value)
        return (self.context.expand_iri(text) or text, True) if is_iri else (text, False)
