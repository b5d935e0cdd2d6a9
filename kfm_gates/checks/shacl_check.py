"""Checks that are SHACL shapes: the shape of a graph.

A shape sees the documents that its metadata names, merged into one graph. A root shape of a check that had
no focus node denies: a shape that looked at nothing proves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kfm_gates.checks.api import About, Outcome, concluded
from kfm_gates.checks.rego_check import about, metadata_of
from kfm_gates.engines.interface import ShapeResult
from kfm_gates.errors import UsageError
from kfm_gates.evidence.pointers import join
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.facts.documents import KINDS, Form
from kfm_gates.facts.graphs import GraphReport
from kfm_gates.model.finding import Finding, Place, Status, finding
from kfm_gates.model.jsonld import JsonLdDocument


@dataclass(frozen=True)
class ShaclCheck:
    """One shape file."""

    about: About
    file: Path
    evidence: tuple[str, ...]

    def run(self, facts: Facts, settings: Mapping[str, Any]) -> Outcome:
        """See Check."""
        report = facts.get(GraphReport)
        try:
            documents = report.documents(self.evidence)
        except Unmet as unmet:
            return Outcome(Status.ABSTAIN, because=(unmet.because,))
        forms = [document.form for document in documents]
        findings = [each for document in documents for each in document.findings]
        if findings:
            return concluded(self.about.id, len(forms), findings)
        answer = report.answer(self.evidence)
        if answer is None:
            return Outcome(Status.ERROR, because=(f"{self.about.id}: no graph was validated",))
        counts = answer.focus_counts.get(self.file.as_posix(), {})
        for shape, number in sorted(counts.items()):
            if number == 0:
                findings.append(_untouched(shape, forms[0]))
        findings += [
            self._finding(each, forms) for each in answer.results if each.shape_file == self.file.as_posix()
        ]
        return concluded(self.about.id, sum(counts.values()) or len(findings), findings)

    def _finding(self, result: ShapeResult, forms: list[Form[Any]]) -> Finding:
        place, stated = _place(result.focus, result.path, forms)
        found = stated if result.value is None else result.value
        return finding(
            place,
            result.message,
            found=found if found else "an empty text" if found == "" else "nothing",
            expected=f"{result.path or 'the node'} of {result.focus} as the shape asks",
            hint=f"`kfm-gates explain {self.about.id}` shows what the shape asks for",
        )


def read_shacl_check(id: str, path: Path) -> ShaclCheck:
    """The check that a shape file defines, from the metadata in its comments."""
    metadata = metadata_of(path)
    for name in metadata.evidence:
        if not any(kind.name == name and issubclass(kind.model, JsonLdDocument) for kind in KINDS):
            raise UsageError(f"{path}: evidence {name!r} is no JSON-LD document; known: dcat, prov")
    return ShaclCheck(about(id, "shacl", metadata), path, metadata.evidence)


def _untouched(shape: str, form: Form[Any]) -> Finding:
    name = shape.rpartition("/")[2].rpartition("#")[2] or shape
    return finding(
        Place(form.path),
        f"Nothing in this document is what the shape {name} looks at",
        found="no focus node",
        expected="at least one",
        hint="add the node that the shape asks for, with its @type",
    )


def _place(focus: str, path: str | None, forms: list[Form[Any]]) -> tuple[Place, str | None]:
    """The node of the focus IRI, or the key in it that the path expands to, and then what stands there."""
    for form in forms:
        document = form.document
        if isinstance(document, JsonLdDocument) and (node := document.node(focus)) is not None:
            pointer = document.pointer_of(focus)
            for key, value in node.items():
                if path is not None and _expand(key, form.raw.get("@context", {})) == path:
                    return Place(form.path, pointer + join(key)), json.dumps(value, ensure_ascii=False)
            return Place(form.path, pointer), None
    return Place(forms[0].path), None


def _expand(key: str, context: Any) -> str:
    prefix, colon, name = key.partition(":")
    base = context.get(prefix) if isinstance(context, dict) else None
    return f"{base}{name}" if colon and isinstance(base, str) else key
