"""What a SHACL shapes file must be before it may judge; each refusal has its file and, where known, its line.

A SHACL engine passes over what it does not know: a misspelt `sh:minCuont`, a property shape without a path,
a shape that no node is a target of. All of that "conforms". Here it is refused, as is all beyond Core.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH, XSD
from rdflib.term import BNode, IdentifiedNode, Literal, Node

from kfm_gates.engines.lint_problem import LintProblem
from kfm_gates.engines.pattern_lint import pattern_problem

TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_CONSTRAINTS = (
    "class datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive maxInclusive minLength "
    "maxLength pattern languageIn uniqueLang equals disjoint lessThan lessThanOrEquals not and or xone node "
    "qualifiedValueShape closed hasValue in property"
)
_REFERRING = tuple(URIRef(SH + name) for name in ("node", "not", "qualifiedValueShape", "property"))
_LISTING = tuple(URIRef(SH + name) for name in ("and", "or", "xone"))
_OTHER = (
    "NodeShape PropertyShape path alternativePath inversePath zeroOrMorePath oneOrMorePath zeroOrOnePath "
    "qualifiedMinCount qualifiedMaxCount qualifiedValueShapesDisjoint ignoredProperties flags "
    "severity message name description order group defaultValue PropertyGroup "
    "Violation Warning Info IRI Literal BlankNode BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral"
)
CORE_TERMS = frozenset({*TARGETS, *_CONSTRAINTS.split(), *_OTHER.split()})


def lint_shapes(file: str, text: str, graph: Graph) -> list[LintProblem]:
    """Why the shapes in `graph`, read from `file`, are refused. Parse without literal normalisation."""
    found = [
        *_terms(graph),
        *_literals(graph),
        *_paths(graph),
        *_nodes(graph),
        *_patterns(graph),
    ]
    if not any(True for _ in roots(graph)):
        found.append(("sh:target", "no shape in this file has a target, so nothing would ever be judged"))
    return [LintProblem(file, _line(text, word), message) for word, message in found]


def roots(graph: Graph) -> Iterator[IdentifiedNode]:
    """The shapes that have a target, in a stable order."""
    subjects = {subject for name in TARGETS for subject in graph.subjects(URIRef(SH + name))}
    yield from sorted((node for node in subjects if isinstance(node, IdentifiedNode)), key=str)


def _terms(graph: Graph) -> Iterator[tuple[str, str]]:
    used = {
        term for triple in graph for term in triple if isinstance(term, URIRef) and term.startswith(str(SH))
    }
    for term in sorted(used):
        name = term.removeprefix(str(SH))
        if name not in CORE_TERMS:
            yield (
                f"sh:{name}",
                f"`sh:{name}` is not a term of SHACL Core (a typo, or an extension)",
            )
    if (None, OWL.imports, None) in graph:
        yield "owl:imports", "`owl:imports` is not followed, so it must not stand here"
    if (None, URIRef(SH + "deactivated"), None) in graph:
        yield "sh:deactivated", "a deactivated shape judges nothing; delete it"


def _literals(graph: Graph) -> Iterator[tuple[str, str]]:
    for _, _, term in graph:
        if not isinstance(term, Literal):
            continue
        if term.datatype == XSD.boolean and str(term) not in ("true", "false"):
            yield (
                f'"{term}"',
                f"the boolean `{term}` must be written true or false; engines read it differently",
            )
        elif term.ill_typed:
            yield f'"{term}"', f"the literal `{term}` is not of its datatype"


def _paths(graph: Graph) -> Iterator[tuple[str, str]]:
    shapes = set(graph.objects(None, SH.property)) | set(graph.subjects(RDF.type, SH.PropertyShape))
    for shape in sorted(shapes, key=str):
        if len(set(graph.objects(shape, SH.path))) != 1:
            yield _word(shape), f"the property shape {_name(shape)} must have exactly one `sh:path`"
        if not _constrains(graph, shape):
            yield _word(shape), f"the property shape {_name(shape)} demands nothing"


def _nodes(graph: Graph) -> Iterator[tuple[str, str]]:
    rooted = set(roots(graph))
    used = {shape for predicate in _REFERRING for shape in graph.objects(None, predicate)}
    used |= {
        item
        for predicate in _LISTING
        for head in graph.objects(None, predicate)
        for item in graph.items(head)
    }
    for shape in sorted(set(graph.subjects(RDF.type, SH.NodeShape)), key=str):
        if isinstance(shape, BNode) and shape not in used:
            yield _word(shape), "a node shape must have an IRI, so that its focus nodes can be counted"
        if shape not in rooted and shape not in used:
            yield _word(shape), f"the node shape {_name(shape)} has no target and no other shape uses it"
        if (shape, RDF.type, RDFS.Class) in graph:
            yield _word(shape), f"{_name(shape)} is a class as well; write its target with sh:targetClass"
        if not _constrains(graph, shape):
            yield _word(shape), f"the node shape {_name(shape)} demands nothing"
    for shape in sorted(rooted, key=str):
        if isinstance(shape, BNode):
            yield (
                "sh:target",
                "a shape with a target must have an IRI, so that its focus nodes can be counted",
            )
        elif (shape, RDF.type, SH.NodeShape) not in graph and (
            shape,
            RDF.type,
            SH.PropertyShape,
        ) not in graph:
            yield _word(shape), f"{_name(shape)} has a target but is not declared as sh:NodeShape"


def _patterns(graph: Graph) -> Iterator[tuple[str, str]]:
    for pattern in sorted(set(graph.objects(None, SH.pattern)), key=str):
        if problem := pattern_problem(str(pattern)):
            yield "sh:pattern", f"{problem}: {pattern}"


def _constrains(graph: Graph, shape: Node) -> bool:
    return any((shape, URIRef(SH + name), None) in graph for name in _CONSTRAINTS.split())


def _name(shape: Node) -> str:
    return "without a name" if isinstance(shape, BNode) else f"<{shape}>"


def _word(shape: Node) -> str:
    """What to look for in the text: the local name, as in `kfm:DatasetShape`."""
    return "sh:property" if isinstance(shape, BNode) else re.split("[#/:]", str(shape))[-1]


def _line(text: str, word: str) -> int:
    """The line that begins with the word (prefix apart), or else first holds it, or 1: graphs keep no lines."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if not line.startswith("#")]
    named = re.compile(rf"(\S*[:/#])?{re.escape(word)}(?![\w-])")
    begins = [number for number, line in lines if named.match(line)]
    holds = [number for number, line in lines if named.search(line)]
    return next(iter([*begins, *holds]), 1)
