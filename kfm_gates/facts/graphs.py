"""The version's JSON-LD documents as one graph, validated once for all SHACL checks of the docket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kfm_gates.engines.interface import SchemaProblem, ShapesAnswer, ShapesEngine
from kfm_gates.engines.jsonld import problems
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.documents import KINDS, Form
from kfm_gates.facts.given import ShapeChecks


@dataclass(frozen=True)
class GraphDocument:
    """One JSON-LD document: its form, and why it can't be read as a graph."""

    form: Form[Any]
    problems: tuple[SchemaProblem, ...]


@dataclass(frozen=True)
class GraphReport:
    """What the shapes say of the merged graph of all documents that could be read."""

    documents: Mapping[str, GraphDocument]
    unmet: Mapping[str, str]
    answer: ShapesAnswer | None
    """None when no document could be read."""


@provides
def graph_report(facts: Facts, shapes: ShapeChecks) -> GraphReport:
    """Merge the documents that the SHACL checks name and validate them in one call."""
    documents: dict[str, GraphDocument] = {}
    unmet: dict[str, str] = {}
    for name in sorted({name for names in shapes.evidence.values() for name in names}):
        model: Any = next(kind.model for kind in KINDS if kind.name == name)
        try:
            form = facts.get(Form[model])
        except Unmet as error:
            unmet[name] = error.because
        else:
            documents[name] = GraphDocument(form, () if form.findings else problems(form.raw))
    readable = {
        name: document.form.raw
        for name, document in documents.items()
        if not document.form.findings and not document.problems
    }
    answer = None
    if readable:
        engine = facts.get(ShapesEngine)  # type: ignore[type-abstract]
        answer = engine.validate(readable, [shapes.files[check] for check in sorted(shapes.files)])
    return GraphReport(documents, unmet, answer)
