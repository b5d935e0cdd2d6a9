"""The form of STAC: core, declared extensions, the KFM profile, and the names that documents refer to."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.engines.interface import SchemaEngine, SchemaProblem
from kfm_gates.engines.stac import profile_problems, stac_problems
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.stac_forms import StacDocumentForm
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict

_TYPES = {"collection": "Collection", "item": "Feature"}


@check("catalog.stac", serves=["R-009", "R-146"])
def stac(document: StacDocumentForm, schemas: SchemaEngine, subject: Subject) -> Verdict:
    """Deny a STAC collection or item that is not valid under STAC 1.1.0, its extensions or the KFM profile.

    A catalog is how people and programs find an asset and learn what it is, so a field that is missing, is
    misspelt or has no schema behind it is as bad as a wrong one. Judged are the core schemas, every extension
    in `stac_extensions` (each must be known here, none is fetched), fields `prefix:name` of extensions that
    are not declared, and the KFM profile: identifiers, one SPDX licence, a checksum and a size per asset, a
    coordinate reference system, and the links that close the catalog. A collection is named
    `<slug>@<version>`; an item's name begins with the version, and no two items share one. Correct the
    document where the finding points, or pin an extension that you trust with `kfm-gates schemas lock`.
    """
    found = list(stac_problems(schemas, document.form.raw))
    for problem in profile_problems(schemas, document.form.raw):
        if not any(_says_as_much(known, problem) for known in found):
            found.append(problem)
    path = document.form.path
    findings = [
        finding(Place(path, p.pointer), p.message, found=p.found, expected=p.expected, hint=p.hint)
        for p in sorted(set(found))
    ]
    findings += [each for each in document.form.findings if not any(_says_the_same(p, each) for p in found)]
    return verdict([*findings, *_misnamed(document, subject)])


def _says_as_much(known: SchemaProblem, problem: SchemaProblem) -> bool:
    """Whether the profile refuses a value that STAC itself has already refused."""
    a_key_is_missing = "is missing" in problem.message or "is missing" in known.message
    return known.pointer == problem.pointer and (known.message == problem.message or not a_key_is_missing)


def _says_the_same(problem: SchemaProblem, other: Finding) -> bool:
    """Whether a schema has already said what the model says of the same value."""
    parent, _, key = other.place.pointer.rpartition("/")
    missing = problem.pointer == parent and f"`{key}` is missing" in problem.message
    return missing or problem.pointer == other.place.pointer


def _misnamed(document: StacDocumentForm, subject: Subject) -> Iterator[Finding]:
    """What is wrong with the type and the id, which links and references by other documents rest on."""
    raw, path = document.form.raw, document.form.path
    if not isinstance(raw, dict):
        return
    if raw.get("type") in _TYPES.values() and raw["type"] != _TYPES[document.kind]:
        yield finding(
            Place(path, "/type"),
            f"This file stands where a STAC {document.kind} belongs",
            found=raw["type"],
            expected=_TYPES[document.kind],
            hint="Move the file, or correct `type`.",
        )
        return
    name = raw.get("id")
    if not isinstance(name, str):
        return
    if document.kind == "collection" and name != (wanted := f"{subject.slug}@{subject.version}"):
        yield finding(
            Place(path, "/id"),
            "The collection's `id` does not name this dataset version",
            found=name,
            expected=wanted,
            hint=f"Write {wanted}.",
        )
    if document.kind == "item" and not name.startswith(f"{subject.version}."):
        yield finding(
            Place(path, "/id"),
            "The item's `id` does not begin with this dataset version",
            found=name,
            expected=f"{subject.version}.<name of the artifact>",
            hint="An id that carries the version can't be confused with that of another version.",
        )
    if document.shares_id:
        yield finding(
            Place(path, "/id"),
            "Another item of this version has the same `id`",
            found=name,
            expected="an id of its own",
            hint="Name the item after its artifact.",
        )
