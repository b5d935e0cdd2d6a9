"""JSON-LD without a network and without loss: what a document states, what is wrong with it, and its graph.

JSON-LD processors fetch what a context names, drop keys that the context does not know, and resolve relative
IRIs against the current directory, all in silence. `problems` finds each of these with a JSON pointer, in
plain Python; `to_graph` refuses a document that has any, and counts the triples that rdflib made of it.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kfm_gates.engines.guarding import engine_errors
from kfm_gates.engines.interface import SchemaProblem
from kfm_gates.engines.jsonld_context import Context, Term, keyword_problems, read_context
from kfm_gates.errors import EngineError
from kfm_gates.evidence.pointers import escape
from kfm_gates.model.finding import Json

if TYPE_CHECKING:
    from rdflib import Graph

Triple = tuple[str, str, tuple[str, ...]]
"""Subject, predicate, and object: ("iri", …), ("literal", text, datatype, language) or ("native", …)."""

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
DEEPEST = 64
_NODE = frozenset({"@id", "@type"})
_VALUE = frozenset({"@value", "@type", "@language"})
_IRI_HINT = "Use an absolute IRI, such as kfm://file/<path>, or a prefix that the context declares."


def problems(document: Json) -> tuple[SchemaProblem, ...]:
    """Why `document` can't be read as JSON-LD without a network, a guess or a loss; empty when it can."""
    reading = _Reading(document)
    return tuple(sorted(set(reading.problems)))


def triples(document: Json) -> frozenset[Triple]:
    """What the document states. Raises EngineError when it has problems."""
    reading = _Reading(document)
    _refuse(reading.problems)
    return frozenset(reading.triples)


def to_graph(document: Json) -> Graph:
    """The document as an rdflib graph. Raises EngineError for a document with problems, or a lost triple."""
    expected = triples(document)
    with engine_errors("rdflib", "reading JSON-LD"):
        import rdflib

        # rdflib rewrites literals ("007" to "7") unless told not to; the flag is the process's.
        before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
        try:
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore", DeprecationWarning
                )  # rdflib's parser uses what rdflib deprecates
                graph = rdflib.Graph(bind_namespaces="none")
                # No IRI is relative any more; should one be, it lands under a base that no shape knows.
                graph.parse(data=json.dumps(document), format="json-ld", base="urn:kfm-gates:no-base:")
        finally:
            rdflib.NORMALIZE_LITERALS = before
        if len(graph) != len(expected):
            raise EngineError(
                f"rdflib made {len(graph)} triples of a JSON-LD document that states {len(expected)}; "
                f"what was lost or added can't be judged."
            )
    return graph


def _refuse(found: list[SchemaProblem]) -> None:
    if found:
        first = min(found)
        raise EngineError(f"The JSON-LD can't be read without loss: {first.pointer}: {first.message}")


class _Reading:
    """One walk over a document: the triples that it states, and the problems that it has."""

    def __init__(self, document: Json) -> None:
        self.problems: list[SchemaProblem] = []
        self.triples: set[Triple] = set()
        self.context = Context()
        if not isinstance(document, dict):
            self._problem("", "JSON-LD evidence must be one object with `@context`.", document, "an object")
            return
        self.context, found = read_context(document.get("@context"))
        self.problems += found
        if found:
            return  # every key would be a problem of its own; the context is the cause
        nodes = {key: value for key, value in document.items() if key != "@context"}
        if "@graph" not in nodes:
            self._node(nodes, "", 0)
            return
        for key in nodes.keys() - {"@graph"}:
            pointer = f"/{escape(key)}"
            self._problem(pointer, "Beside `@graph` only `@context` may stand.", key, "@context and @graph")
        graph = nodes["@graph"]
        if not isinstance(graph, list) or not graph:
            self._problem(
                "/@graph", "`@graph` must be a list with at least one node.", graph, "a list of nodes"
            )
            return
        for index, node in enumerate(graph):
            if isinstance(node, dict):
                self._node(node, f"/@graph/{index}", 0)
            else:
                self._problem(
                    f"/@graph/{index}", "A `@graph` holds nodes only.", node, "an object with `@id`"
                )

    def _node(self, node: dict[str, Json], pointer: str, depth: int) -> str | None:
        """Read one node object; its IRI, or None when it has none."""
        if depth > DEEPEST:
            self._problem(pointer, f"Nodes are nested deeper than {DEEPEST}.", "deeper", str(DEEPEST))
            return None
        self.problems += keyword_problems(node, _NODE, pointer)
        identifier = node.get("@id")
        subject = self.context.expand_iri(identifier) if isinstance(identifier, str) else None
        if subject is None:
            message = "A node needs an `@id` that is an absolute IRI; blank nodes are not allowed."
            self._problem(
                f"{pointer}/@id" if "@id" in node else pointer, message, identifier, "an absolute IRI"
            )
        for name, at in self._types(node, pointer):
            term = self.context.expand(name)
            if term is None:
                self._problem(
                    at, f"The type `{name}` does not expand through the context.", name, "a known type"
                )
            elif subject is not None:
                self.triples.add((subject, RDF_TYPE, ("iri", term.iri)))
        for key, value in node.items():
            if not key.startswith("@"):
                self._property(subject, key, value, f"{pointer}/{escape(key)}", depth)
        return subject

    def _types(self, node: dict[str, Json], pointer: str) -> Iterator[tuple[str, str]]:
        if "@type" not in node:
            return
        given = node["@type"]
        names = given if isinstance(given, list) else [given]
        if not names:
            self._problem(f"{pointer}/@type", "An empty list of types states nothing.", given, "a type")
        for index, name in enumerate(names):
            at = f"{pointer}/@type/{index}" if isinstance(given, list) else f"{pointer}/@type"
            if isinstance(name, str):
                yield name, at
            else:
                self._problem(at, "A type must be a text.", name, "a type name")

    def _property(self, subject: str | None, key: str, value: Json, pointer: str, depth: int) -> None:
        term = self.context.expand(key)
        if term is None:
            message = (
                f"The key `{key}` does not expand through the context; a processor would drop it in silence."
            )
            self._problem(pointer, message, key, "a term or prefix of the context")
            return
        values = value if isinstance(value, list) else [value]
        if not values:
            self._problem(pointer, f"`{key}` is empty, so it states nothing.", "[]", "at least one value")
        for index, item in enumerate(values):
            at = f"{pointer}/{index}" if isinstance(value, list) else pointer
            stated = self._object(term, item, at, depth)
            if stated is not None and subject is not None:
                self.triples.add((subject, term.iri, stated))

    def _object(self, term: Term, item: Json, pointer: str, depth: int) -> tuple[str, ...] | None:
        if isinstance(item, dict):
            if "@value" in item:
                return self._literal(item, pointer)
            identifier = self._node(item, pointer, depth + 1)
            return None if identifier is None else ("iri", identifier)
        if isinstance(item, str):
            return self._text(term, item, pointer)
        if isinstance(item, bool | int | float):
            if term.coercion == "@id":
                self._problem(pointer, "Here an IRI is expected.", item, "an absolute IRI")
                return None
            return "native", f"{type(item).__name__} {item!r}", term.coercion or "", ""
        what = "null, which a processor drops" if item is None else "a list in a list"
        self._problem(pointer, f"The value is {what}.", item, "a text, number, boolean or node")
        return None

    def _text(self, term: Term, text: str, pointer: str) -> tuple[str, ...] | None:
        if term.coercion != "@id":
            return "literal", text, term.coercion or "", ""
        iri = self.context.expand_iri(text)
        if iri is None:
            self._problem(pointer, "The value is not an absolute IRI.", text, "an absolute IRI")
            return None
        return "iri", iri

    def _literal(self, item: dict[str, Json], pointer: str) -> tuple[str, ...] | None:
        self.problems += keyword_problems(item, _VALUE, pointer)
        for key in item:
            if not key.startswith("@"):
                at = f"{pointer}/{escape(key)}"
                self._problem(
                    at, "Beside `@value` only `@type` or `@language` may stand.", key, "@type, @language"
                )
        value, language = item["@value"], item.get("@language", "")
        if not isinstance(value, str | bool | int | float):
            self._problem(
                f"{pointer}/@value", "`@value` must be a text, number or boolean.", value, "a scalar"
            )
            return None
        if not isinstance(language, str) or ("@language" in item and ("@type" in item or not language)):
            self._problem(
                f"{pointer}/@language", "`@language` must be a tag, without `@type`.", language, "a tag"
            )
            return None
        datatype = self.context.expand(item["@type"]) if isinstance(item.get("@type"), str) else None
        if "@type" in item and datatype is None:
            self._problem(
                f"{pointer}/@type", "The datatype does not expand.", item["@type"], "a datatype IRI"
            )
            return None
        kind = "literal" if isinstance(value, str) else "native"
        text = value if isinstance(value, str) else f"{type(value).__name__} {value!r}"
        return kind, text, datatype.iri if datatype else "", language.lower()

    def _problem(self, pointer: str, message: str, found: Json, expected: str) -> None:
        text = found if isinstance(found, str) else json.dumps(found, default=str)
        shown = text if len(text) <= 120 else text[:119] + "…"
        self.problems.append(SchemaProblem(pointer, message, shown, expected, _IRI_HINT))
