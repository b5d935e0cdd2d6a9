"""pySHACL, hardened: what runs inside the worker process.

Measured traps that this module is built around: strings are taken as file names or fetched, so graphs only;
shapes must be parsed under pySHACL's own boolean patch, or `sh:uniqueLang` changes meaning; rdflib rewrites
literals; "conforms" is vacuous without focus nodes, so these are counted; one merged call is cheaper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache

import pyshacl
import rdflib
from pyshacl.monkey import rdflib_bool_patch, rdflib_bool_unpatch
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, RDFS, SH
from rdflib.term import Literal, Node

from kfm_gates.engines.interface import ShapeResult, ShapesAnswer
from kfm_gates.engines.jsonld import to_graph
from kfm_gates.engines.lint_problem import refuse
from kfm_gates.engines.shape_lint import lint_shapes, roots
from kfm_gates.errors import EngineError
from kfm_gates.model.finding import Json

_parsed: dict[tuple[str, str], ShapeFile] = {}


@dataclass(frozen=True, eq=False)
class ShapeFile:
    """One linted shapes file."""

    name: str
    graph: Graph


def read_shapes(name: str, text: str) -> ShapeFile:
    """Parse and lint a Turtle shapes file, once per content. Raises EngineError with file and line."""
    key = (name, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
    if key not in _parsed:
        graph = parse_turtle(name, text)
        refuse(lint_shapes(name, text, graph))
        _parsed[key] = ShapeFile(name, graph)
    return _parsed[key]


def parse_turtle(name: str, text: str) -> Graph:
    """Turtle as pySHACL itself would load it: with its boolean patch, and literals as they are written."""
    rdflib_bool_patch()  # type: ignore[no-untyped-call]
    try:
        graph = Graph(bind_namespaces="none")
        graph.parse(data=text, format="turtle", publicID="urn:kfm-gates:shapes:")
        return graph
    except Exception as error:
        raise EngineError(
            f"{name}: the shapes are not readable Turtle ({' '.join(str(error).split())[:200]})."
        ) from error
    finally:
        rdflib_bool_unpatch()  # type: ignore[no-untyped-call]


def validate(documents: Mapping[str, Json], shapes: Sequence[ShapeFile]) -> ShapesAnswer:
    """All results of all shapes over the merged documents, and the focus nodes of each root shape."""
    owners = _owners(shapes)
    data = Graph(bind_namespaces="none")
    for name, document in sorted(documents.items()):
        try:
            data += to_graph(document)
        except EngineError as error:
            raise EngineError(f"{name}: {error}") from error
    conforms, report = run_pyshacl(data, _merged(tuple(shapes)))
    found = [_result(report, node, owners) for node in report.objects(None, SH.result)]
    results = tuple(sorted(found, key=_order))
    if conforms is not (not results):
        raise EngineError("pySHACL contradicts itself: its verdict and its results differ.")
    counts = {
        shape.name: {str(root): _focus_nodes(shape, root, data) for root in roots(shape.graph)}
        for shape in shapes
    }
    return ShapesAnswer(results, counts)


@lru_cache(maxsize=8)
def _merged(shapes: tuple[ShapeFile, ...]) -> Graph:
    """All shapes in one graph, made once; blank nodes keep their labels, so a result still tells its file."""
    merged = Graph(bind_namespaces="none")
    for shape_file in shapes:
        merged += shape_file.graph
    return merged


def run_pyshacl(data: Graph, shapes: Graph) -> tuple[bool, Graph]:
    """The one call into pySHACL: SHACL Core, nothing inferred, imported, executed or fetched."""
    try:
        conforms, report, text = pyshacl.validate(
            data,
            shacl_graph=shapes,
            ont_graph=None,
            inference="none",
            inplace=False,
            abort_on_first=False,
            allow_infos=False,
            allow_warnings=False,
            advanced=False,
            js=False,
            do_owl_imports=False,
            meta_shacl=False,
        )
    finally:
        rdflib.NORMALIZE_LITERALS = False  # pySHACL switches it back on
    if not isinstance(report, Graph) or not isinstance(conforms, bool):
        raise EngineError(f"pySHACL could not validate: {' '.join(str(text).split())[:300]}")
    return conforms, report


def _owners(shapes: Sequence[ShapeFile]) -> dict[Node, str]:
    """Which file each subject is from. Raises EngineError when two files speak of the same shape."""
    if not shapes:
        raise EngineError("There are no shapes to judge by.")
    owners: dict[Node, str] = {}
    for shape_file in shapes:
        for subject in set(shape_file.graph.subjects()):
            other = owners.setdefault(subject, shape_file.name)
            if other != shape_file.name:
                raise EngineError(f"{shape_file.name}: {subject} is described in {other} as well.")
    return owners


def _result(report: Graph, node: Node, owners: Mapping[Node, str]) -> ShapeResult:
    source = report.value(node, SH.sourceShape)
    if source is None or source not in owners:
        raise EngineError(f"pySHACL gave a result of a shape that no file holds ({source}).")
    path, value = report.value(node, SH.resultPath), report.value(node, SH.value)
    messages = sorted(str(message) for message in report.objects(node, SH.resultMessage))
    severity = str(report.value(node, SH.resultSeverity) or "").removeprefix(str(SH))
    return ShapeResult(
        shape_file=owners[source],
        focus=str(report.value(node, SH.focusNode)),
        path=_path(report, path),
        value=None if value is None else _shown(value),
        message=" ".join(messages)
        or f"the constraint {report.value(node, SH.sourceConstraintComponent)} is not met",
        severity=severity,
    )


def _order(result: ShapeResult) -> tuple[tuple[bool, str], ...]:
    """A total order: an absent path or value comes before any other."""
    return tuple((field is not None, field or "") for field in astuple(result))


def _path(report: Graph, path: Node | None) -> str | None:
    """An IRI as it stands; the paths that are more than an IRI in a stable spelling."""
    if path is None or isinstance(path, URIRef):
        return None if path is None else str(path)
    inverse = report.value(path, SH.inversePath)
    if isinstance(inverse, URIRef):
        return f"^{inverse}"
    steps = sorted(str(term) for term in report.transitive_objects(path, None) if isinstance(term, URIRef))
    return "path(" + " ".join(step for step in steps if step != str(RDF.nil)) + ")"


def _shown(value: Node) -> str:
    if isinstance(value, Literal) and value.datatype is not None:
        return f"{value} ({value.datatype})"
    return str(value)


def _focus_nodes(shape: ShapeFile, root: Node, data: Graph) -> int:
    """How many nodes of the data the shape is applied to; a `sh:targetNode` counts if the data has it."""
    found: set[Node] = set()
    for wanted in shape.graph.objects(root, SH.targetClass):
        for kind in data.transitive_subjects(RDFS.subClassOf, wanted):
            found.update(data.subjects(RDF.type, kind))
    for wanted in shape.graph.objects(root, SH.targetNode):
        if (wanted, None, None) in data:
            found.add(wanted)
    for wanted in shape.graph.objects(root, SH.targetSubjectsOf):
        found.update(data.subjects(wanted))
    for wanted in shape.graph.objects(root, SH.targetObjectsOf):
        found.update(data.objects(None, wanted))
    return len(found)
