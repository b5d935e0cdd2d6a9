"""DCAT and PROV as JSON-LD: a graph of nodes with absolute IRIs. SHACL elsewhere judges what they say."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PrivateAttr, WithJsonSchema

from kfm_gates.model.base import EvidenceModel, NonEmptyArray, Open
from kfm_gates.model.finding import Json
from kfm_gates.model.form import kind, pointer
from kfm_gates.model.refusal import Flaws, complaint, flaw

_CONTEXT = WithJsonSchema({"type": ["object", "array", "string"]})
_IRI = {"type": "string", "pattern": r"\S"}
_NODE = WithJsonSchema({"type": "object", "properties": {"@id": _IRI}, "required": ["@id"]})


def _context(value: Json) -> Json:
    if not isinstance(value, dict | list | str):
        wanted = "a JSON-LD context"
        raise complaint(f"is {kind(value)}, not {wanted}", expected=wanted, hint="Write the prefixes inline.")
    return value


class JsonLdDocument(EvidenceModel, Open):
    """A JSON-LD document with one flat graph; every node has an `@id` and no two have the same one."""

    context: Annotated[Any, BeforeValidator(_context), _CONTEXT] = Field(alias="@context")
    graph: NonEmptyArray[Annotated[dict[str, Any], _NODE]] = Field(alias="@graph")

    _places: dict[str, int] = PrivateAttr(default_factory=dict)

    def _flaws(self) -> Flaws:
        for index, node in enumerate(self.graph):
            iri, loc = node.get("@id"), ("@graph", index, "@id")
            if not isinstance(iri, str) or not iri.strip():
                phrase = (
                    "is missing"
                    if "@id" not in node
                    else "is empty"
                    if iri == ""
                    else f"is {kind(iri)}, not an IRI"
                )
                yield flaw(loc, iri, phrase, expected="an absolute IRI", hint="Name the node with `@id`.")
            elif iri in self._places:
                hint = "Merge the two nodes into one."
                yield flaw(loc, iri, "names two nodes", expected="one node per `@id`", hint=hint)
            else:
                self._places[iri] = index

    def node(self, iri: str) -> dict[str, Json] | None:
        """The node with this `@id`, or None."""
        index = self._places.get(iri)
        return None if index is None else self.graph[index]

    def pointer_of(self, iri: str) -> str:
        """The JSON pointer of the node with this `@id`; KeyError when there is none."""
        return pointer(("@graph", self._places[iri]))

    def nodes_of_type(self, curie: str) -> tuple[dict[str, Json], ...]:
        """The nodes whose `@type` is or lists this compact IRI, as it is written in the document."""
        return tuple(node for node in self.graph if curie in _types(node))


class Dcat(JsonLdDocument):
    """A DCAT catalog document."""


class Prov(JsonLdDocument):
    """A PROV document."""


def _types(node: dict[str, Json]) -> list[Json]:
    types = node.get("@type", [])
    return types if isinstance(types, list) else [types]
