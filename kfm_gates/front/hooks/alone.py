"""What can be judged on one document alone, by the functions that judge it in a whole run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kfm_gates.checks.acquisition.manifest import manifest as acquisition_manifest
from kfm_gates.checks.catalog.jsonld import jsonld
from kfm_gates.checks.catalog.stac import stac
from kfm_gates.checks.evidence.placeholders import placeholders
from kfm_gates.checks.evidence.present import present
from kfm_gates.checks.evidence.wellformed import wellformed
from kfm_gates.checks.identity.checksums import checksums
from kfm_gates.checks.identity.spec_form import spec_form
from kfm_gates.checks.identity.spec_hash import spec_hash
from kfm_gates.checks.receipt.form import alone as receipt_alone
from kfm_gates.checks.release.manifest import manifest as release_manifest
from kfm_gates.evidence.layout import Match
from kfm_gates.evidence.reading import Unreadable
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.documents import KINDS, Form, form_of
from kfm_gates.facts.files import PinnedFile
from kfm_gates.facts.linked import read_linked
from kfm_gates.facts.own_documents import OwnDocument
from kfm_gates.facts.presence import Presence, stand_in
from kfm_gates.facts.readings import Reading
from kfm_gates.facts.stac_forms import StacDocumentForm
from kfm_gates.front.hooks.tree import Tree
from kfm_gates.model.finding import Denied, Finding, Verdict

Row = tuple[str, Finding]
"""The ID of a check, and a finding of it."""

_KINDS = {kind.name: kind for kind in KINDS}
_PLURALS = {"acquisition": "acquisitions", "receipt": "receipts", "stac_item": "stac_items"}


def judge_file(tree: Tree, path: str, match: Match) -> list[Row]:
    """Everything that is wrong with one file of the commit, whatever stands in the others."""
    try:
        content = tree.snapshot.content(path)
    except Unreadable as error:
        return list(_rows("evidence.present", present(Presence(_pinned(path, match, problem=str(error))))))
    file = _pinned(path, match, content.digest, content.size)
    if content.data is None:
        return list(_rows("evidence.present", present(Presence(file))))
    refused = tree.parsed.error(path)
    if refused is not None:
        reading = Reading(path, None, (refused,), stand_in(tree.snapshot, file))
        return list(_rows("evidence.wellformed", wellformed(reading)))
    value = tree.parsed.value(path)
    found = [*_rows("evidence.placeholders", placeholders(OwnDocument(path, value)))]
    kind = _KINDS.get(_PLURALS.get(match.name, match.name))
    if kind is not None:
        found += _form(form_of(kind, tree.parsed, path), match, kind.form_check, tree)
    return found


def _form(form: Form[Any], match: Match, check: str, tree: Tree) -> Iterator[Row]:
    """The form of a document, as the check of its kind judges it."""
    match match.name:
        case "stac_collection" | "stac_item":
            yield from _rows(check, _stac(form, match, tree))
        case "manifest":
            yield from _rows(check, release_manifest(form))
        case "checksums":
            yield from _rows(check, checksums(form, _subject(match)))
        case "acquisition":
            yield from _rows(check, acquisition_manifest(form, tree.index, tree.layout))
        case "spec":
            verdict = spec_form(form, tree.index)
            yield from _rows(check, verdict)
            if not isinstance(verdict, Denied) and form.document is not None:
                yield from _rows("identity.spec_hash", spec_hash(form.document, tree.snapshot))
        case "dcat" | "prov":
            yield from _rows(check, jsonld(read_linked(form)))
        case "receipt":
            yield from ((check, each) for each in receipt_alone(form, _subject(match)))
        case _:
            yield from ((check, each) for each in form.findings)


def _stac(form: Form[Any], match: Match, tree: Tree) -> Verdict:
    subject = _subject(match)
    if match.name == "stac_collection":
        return stac(StacDocumentForm("collection", form, False), tree.schemas, subject)
    id = form.raw.get("id") if isinstance(form.raw, dict) else None
    return stac(StacDocumentForm("item", form, tree.shares_id(subject, id)), tree.schemas, subject)


def _subject(match: Match) -> Subject:
    return Subject(match.variables["slug"], match.variables["version"])


def _rows(check: str, verdict: Verdict) -> Iterator[Row]:
    if isinstance(verdict, Denied):
        yield from ((check, each) for each in verdict.findings)


def _pinned(
    path: str, match: Match, digest: str | None = None, size: int = 0, problem: str | None = None
) -> PinnedFile:
    return PinnedFile(path, match.name, digest, size, problem)
