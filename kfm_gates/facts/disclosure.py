"""Whether what stands in a version's evidence may be repeated outside of it.

A report goes to build logs, annotations and dashboards, which more people read than may read the data. So a
value is repeated only of a version that is certainly for everyone: every document that states a label states
one that is served to all and demands nothing of the data, and no obligation hides anything in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.documents import KINDS
from kfm_gates.facts.given import Tables
from kfm_gates.facts.label_claims import FIELD, Vocabulary
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.finding import Json

_IN_POLICY = ("policy", "policy_label")
_PLACES = {
    "spec": _IN_POLICY,
    "policy_decision": ("policy_label",),
    "manifest": _IN_POLICY,
    "plan": ("governance", "policy_label"),
    "receipts": _IN_POLICY,
    "stac_collection": (FIELD,),
    "stac_items": ("properties", FIELD),
}
_DECIDING = ("spec", "policy_decision", "manifest")
_OBLIGATIONS = {"spec": ("policy", "obligations"), "policy_decision": ("obligations",)}
_SHOWING = ("require_attribution", "show_notice")
"""Obligations that add something to the data; all others take something away."""


@dataclass(frozen=True)
class Disclosure:
    """`withheld` is why values of this version may not be repeated, in words; None when they may."""

    withheld: str | None


@provides
def disclosure(facts: Facts, tables: Tables, vocabulary: Vocabulary) -> Disclosure:
    """What the documents that can be read say, whether their form is valid or not; doubt withholds."""
    known = tables.table("labels")
    stated: set[str] = set()
    decided = False
    for kind, document in _documents(facts):
        own = kind in _DECIDING  # these must use a label's own word, the others may spell it otherwise
        labels = {label for text in _labels(kind, document) for label in _meant(text, own, vocabulary)}
        if kind == "spec" and not labels:
            return Disclosure("label missing")
        decided = decided or (own and bool(labels))
        stated |= labels | set(_by_access(kind, document, vocabulary, known))
    if not decided:
        return Disclosure("label missing")
    if not stated <= set(known):
        return Disclosure("label unknown")
    closed = [each for each in sorted(stated) if known[each]["served"] != "yes"]
    closed = closed or [each for each in sorted(stated) if known[each]["needs_obligation"]]
    if closed:
        return Disclosure(f"label {', '.join(closed)}")
    if any(_hides(kind, document) for kind, document in _documents(facts)):
        return Disclosure(f"label {', '.join(sorted(stated))} with obligations")
    return Disclosure(None)


def _meant(text: str, own: bool, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The label that is meant; what no table knows stays as it is, which is no label."""
    return (text,) if own else vocabulary.words.get(text, (text,))


def _by_access(kind: str, document: Json, vocabulary: Vocabulary, known: Json) -> Iterator[str]:
    """A label that goes with access rights under which nobody serves the data to everyone."""
    for iri in _in_graph(document, "accessRights") if kind == "dcat" else ():
        meant = vocabulary.access_rights.get(iri, ())
        if not any(known.get(each, {}).get("served") == "yes" for each in meant):
            yield from meant[:1]


def _documents(facts: Facts) -> Iterator[tuple[str, Json]]:
    """Kind and content of every document that may state a label."""
    for kind in KINDS:
        if kind.name not in _PLACES and kind.name != "dcat":
            continue
        try:
            paths = kind.paths(facts)
        except Unmet:
            continue
        for _, document in facts.get(Parsed).readable(paths):
            yield kind.name, document


def _labels(kind: str, document: Json) -> Iterator[str]:
    if kind == "dcat":
        yield from _in_graph(document, "policy_label")
        return
    found, value = _at(document, _PLACES[kind])
    if found:
        yield value if isinstance(value, str) else ""


def _at(document: Json, steps: tuple[str, ...]) -> tuple[bool, Json]:
    for step in steps:
        if not isinstance(document, dict) or step not in document:
            return False, None
        document = document[step]
    return True, document


def _in_graph(node: Json, term: str) -> Iterator[str]:
    """Every value of a term in JSON-LD, however the term is abbreviated; what is no text is an empty one."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _texts(value) if name.endswith(term) else _in_graph(value, term)
    elif isinstance(node, list):
        for value in node:
            yield from _in_graph(value, term)


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    else:
        value = value.get("@value", value.get("@id")) if isinstance(value, dict) else value
        yield value if isinstance(value, str) else ""


def _hides(kind: str, document: Json) -> bool:
    """Whether an obligation takes something away from the data; one that can't be read may."""
    found, obligations = _at(document, _OBLIGATIONS.get(kind, ()))
    if kind not in _OBLIGATIONS or not found:
        return False
    if not isinstance(obligations, list):
        return True
    types = [each.get("type") if isinstance(each, dict) else each for each in obligations]
    return any(each not in _SHOWING for each in types)
