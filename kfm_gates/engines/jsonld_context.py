"""The `@context` of JSON-LD evidence, as far as it may go: inline and flat, prefixes and typed terms.

Remote contexts, `@import`, scoped contexts, `@vocab` and `@base` are refused: the first would be fetched (or
read from disk), the others make a misspelt key disappear or a relative IRI depend on where the process runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kfm_gates.engines.interface import SchemaProblem
from kfm_gates.evidence.pointers import escape
from kfm_gates.model.finding import Json

IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f\x7f]+\Z")
_WEB_IRI = re.compile(r"https?://", re.IGNORECASE)
_TERM = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*\Z")
_PREFIX_ENDS = tuple(":/?#[]@")
_HINT = "Write the context inline: prefixes and terms with absolute IRIs, nothing remote, scoped or relative."


@dataclass(frozen=True)
class Term:
    """What a key stands for: its IRI, and the datatype IRI or `@id` that its plain values get."""

    iri: str
    coercion: str | None = None


@dataclass
class Context:
    """Terms by name; `expand` and `expand_iri` say what a key and an `@id` stand for."""

    terms: dict[str, Term] = field(default_factory=dict)

    def expand(self, key: str) -> Term | None:
        """The term of a key or type name; None when it expands to nothing that was declared."""
        if key in self.terms:
            return self.terms[key]
        prefix, colon, suffix = key.partition(":")
        if colon and not suffix.startswith("//") and prefix in self.terms:
            iri = self.terms[prefix].iri
            return Term(iri + suffix) if iri.endswith(_PREFIX_ENDS) and suffix else None
        return Term(key) if _WEB_IRI.match(key) and IRI.match(key) else None

    def expand_iri(self, text: str) -> str | None:
        """The absolute IRI of an `@id` value; None for relative ones, blank nodes and malformed ones."""
        prefix, colon, suffix = text.partition(":")
        if colon and prefix != "_" and not suffix.startswith("//") and prefix in self.terms:
            text = self.terms[prefix].iri + suffix if self.terms[prefix].iri.endswith(_PREFIX_ENDS) else ""
        return text if IRI.match(text) and not text.startswith("_:") else None


def read_context(value: Json) -> tuple[Context, list[SchemaProblem]]:
    """The context, and what is wrong with it. A context with problems must not be used to judge."""
    context = Context()
    if not isinstance(value, dict):
        message = "The `@context` must be one inline object; remote and combined contexts are not read."
        return context, [SchemaProblem("/@context", message, _short(value), "an object", _HINT)]
    problems = []
    for name, definition in value.items():
        found = _term(name, definition, value)
        if isinstance(found, Term):
            context.terms[name] = found
        else:
            pointer = f"/@context/{escape(name)}"
            problems.append(SchemaProblem(pointer, found, _short(definition), "an absolute IRI", _HINT))
    return context, problems


def _term(name: str, definition: Json, context: dict[str, Json]) -> Term | str:
    """The term, or the sentence that says why there is none."""
    if name.startswith("@"):
        return f"The keyword `{name}` is not allowed in a context here."
    if not _TERM.match(name):
        return f"`{name}` can't be a term: only letters, digits, `_`, `.` and `-`."
    if isinstance(definition, str):
        iri = _resolve(definition, context, name)
        return Term(iri) if iri else f"The term `{name}` does not stand for an absolute IRI."
    if not isinstance(definition, dict) or not isinstance(definition.get("@id"), str):
        return f"The term `{name}` must be an IRI, or an object with `@id`."
    if extra := sorted(definition.keys() - {"@id", "@type", "@container"}):
        return f"The term `{name}` uses {', '.join(extra)}, which is not allowed here."
    if definition.get("@container", "@set") != "@set":
        return f"The term `{name}` has a `@container` other than `@set`."
    iri = _resolve(definition["@id"], context, name)
    coercion = definition.get("@type")
    if coercion is not None and coercion != "@id":
        coercion = _resolve(coercion, context, name) if isinstance(coercion, str) else None
        if coercion is None:
            return f"The term `{name}` has a `@type` that is neither `@id` nor a datatype IRI."
    return Term(iri, coercion) if iri else f"The term `{name}` does not stand for an absolute IRI."


def _resolve(text: str, context: dict[str, Json], name: str) -> str | None:
    """An absolute IRI as it stands, or one step through a prefix that is itself an absolute IRI."""
    prefix, colon, suffix = text.partition(":")
    base = context.get(prefix) if prefix != name and not suffix.startswith("//") else None
    if isinstance(base, dict):
        base = base.get("@id")
    if colon and isinstance(base, str):
        return base + suffix if IRI.match(base) and base.endswith(_PREFIX_ENDS) else None
    return text if IRI.match(text) and not text.startswith("_:") else None


def _short(value: Json) -> str:
    text = str(value)
    return text if len(text) <= 120 else text[:119] + "…"


def keyword_problems(node: dict[str, Json], allowed: frozenset[str], pointer: str) -> Iterator[SchemaProblem]:
    """Keys that look like keywords and may not stand here."""
    for key in node:
        if key.startswith("@") and key not in allowed:
            at = f"{pointer}/{escape(key)}"
            message = f"The keyword `{key}` is not allowed here."
            yield SchemaProblem(at, message, key, ", ".join(sorted(allowed)), "Write plain nodes with `@id`.")
