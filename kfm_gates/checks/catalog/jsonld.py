"""JSON-LD that says the same to everyone who reads it."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.facts.linked import LinkedDocument
from kfm_gates.model.finding import Place, Verdict, finding, verdict


@check("catalog.jsonld", serves=["R-145", "R-147"])
def jsonld(document: LinkedDocument) -> Verdict:
    """Deny DCAT or PROV whose JSON-LD can't be read without a network, a guess or a loss.

    JSON-LD processors fetch the context that a document names, drop keys that no prefix explains, and resolve
    relative IRIs against the folder in which they happen to run, all without a word: what is judged is then
    not what a reader gets. So the context stands in the document as plain prefixes and terms, every key and
    type expands through it, every node has an absolute IRI of its own, and no value is null, empty or a list
    in a list. Nothing is fetched to find out. Correct the key, the IRI or the context that the finding names.
    """
    path = document.form.path
    lost = [
        finding(Place(path, p.pointer), p.message, found=p.found, expected=p.expected, hint=p.hint)
        for p in document.problems
    ]
    return verdict([*document.form.findings, *lost])
