"""What the shapes of the docket say of the version's JSON-LD documents.

A check's shapes see the documents that its metadata names and no others, merged into one graph: what DCAT
does not state itself must not pass because PROV states it. Checks that name the same documents share a call.
"""

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
    """The documents, and what the shapes say of them."""

    documents: Mapping[str, GraphDocument]
    unmet: Mapping[str, str]
    answers: Mapping[tuple[str, ...], ShapesAnswer]
    """By the documents that were judged together; none when one of them could not be read."""


@provides
def graph_report(facts: Facts, shapes: ShapeChecks) -> GraphReport:
    """Read the documents that the SHACL checks name, and validate each group of them in one call."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for check in sorted(shapes.evidence):
        groups.setdefault(shapes.evidence[check], []).append(check)
    documents: dict[str, GraphDocument] = {}
    unmet: dict[str, str] = {}
    for name in sorted({name for names in groups for name in names}):
        model: Any = next(kind.model for kind in KINDS if kind.name == name)
        try:
            form = facts.get(Form[model])
        except Unmet as error:
            unmet[name] = error.because
        else:
            documents[name] = GraphDocument(form, () if form.findings else problems(form.raw))
    answers = {}
    for names, checks in groups.items():
        graph = {name: documents[name] for name in names if name in documents}
        if len(graph) == len(names) and not any(d.form.findings or d.problems for d in graph.values()):
            engine = facts.get(ShapesEngine)  # type: ignore[type-abstract]
            raws = {name: document.form.raw for name, document in graph.items()}
            answers[names] = engine.validate(raws, [shapes.files[check] for check in checks])
    return GraphReport(documents, unmet, answers)
