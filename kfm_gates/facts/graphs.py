"""What the shapes of the docket say of the version's JSON-LD documents.

A check's shapes see the documents that its metadata names and no others, merged into one graph: what DCAT
does not state itself must not pass because PROV states it. Checks that name the same documents share a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from kfm_gates.engines.interface import SchemaProblem, ShapesAnswer, ShapesEngine
from kfm_gates.engines.jsonld import problems
from kfm_gates.errors import EngineError
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.documents import KINDS, Form
from kfm_gates.facts.given import ShapeChecks
from kfm_gates.model.finding import Finding, Place, finding


@dataclass(frozen=True)
class GraphDocument:
    """One JSON-LD document: its form, and why it can't be read as a graph."""

    form: Form[Any]
    problems: tuple[SchemaProblem, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with its form, else why it can't be read as a graph without a guess or a loss."""
        return self.form.findings or tuple(
            finding(
                Place(self.form.path, p.pointer), p.message, found=p.found, expected=p.expected, hint=p.hint
            )
            for p in self.problems
        )


def read_graph(form: Form[Any]) -> GraphDocument:
    """A document as a graph, if it can be read as one."""
    return GraphDocument(form, () if form.findings else problems(form.raw))


class GraphReport:
    """The documents that the SHACL checks name, and what the shapes say of them."""

    def __init__(self, facts: Facts, shapes: ShapeChecks) -> None:
        self._facts, self._shapes = facts, shapes
        self._documents: dict[str, GraphDocument] = {}
        self._asked: dict[tuple[str, ...], Callable[[], ShapesAnswer]] = {}
        self._answers: dict[tuple[str, ...], ShapesAnswer | None] = {}

    def documents(self, names: tuple[str, ...]) -> tuple[GraphDocument, ...]:
        """The documents of these names; raises Unmet when one of them can't be had."""
        return tuple(self._document(name) for name in names)

    def _document(self, name: str) -> GraphDocument:
        if name not in self._documents:
            model: Any = next(kind.model for kind in KINDS if kind.name == name)
            self._documents[name] = read_graph(self._facts.get(Form[model]))
        return self._documents[name]

    def ask_ahead(self, checks: Iterable[str]) -> None:
        """Have the engine begin with the graphs of these checks, while others are judged.

        What goes wrong here goes wrong again, and is said, when a check asks for the answer.
        """
        for names in sorted({self._shapes.evidence[check] for check in checks}):
            try:
                found = self.documents(names)
                if names not in self._asked and not any(each.findings for each in found):
                    self._asked[names] = self._ask(names, found)
            except (Unmet, EngineError):
                continue

    def answer(self, names: tuple[str, ...]) -> ShapesAnswer | None:
        """What all shapes over exactly these documents say, in one call; None when one can't be read as a graph."""
        if names not in self._answers:
            found = self.documents(names)
            readable = not any(each.findings for each in found)
            ask = self._asked.pop(names, None) or (self._ask(names, found) if readable else None)
            self._answers[names] = ask() if ask else None
        return self._answers[names]

    def _ask(self, names: tuple[str, ...], found: tuple[GraphDocument, ...]) -> Callable[[], ShapesAnswer]:
        engine = self._facts.get(ShapesEngine)  # type: ignore[type-abstract]
        graph = {name: document.form.raw for name, document in zip(names, found, strict=True)}
        checks = [check for check in sorted(self._shapes.files) if self._shapes.evidence[check] == names]
        return engine.ask(graph, [self._shapes.files[check] for check in checks])


@provides
def graph_report(facts: Facts, shapes: ShapeChecks) -> GraphReport:
    """What is computed is computed when a check asks for it, once."""
    return GraphReport(facts, shapes)
