"""The kinds of documents: where each lies, which model reads it, and which check judges its form.

For a kind of which a version has one, a check may ask for `Manifest` or `Form[Manifest]`; for a kind
with several, for `tuple[Receipt, ...]`, or for `Receipt` as its first parameter to be called per item.
A `Form` is there even when the document is not valid: the check that judges the form reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar, cast

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet, add_provider
from kfm_gates.facts.origins import Origins
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.backfill_plan import BackfillPlan
from kfm_gates.model.base import EvidenceModel, form_findings
from kfm_gates.model.checksums import Checksums
from kfm_gates.model.finding import Finding, Json
from kfm_gates.model.jsonld import Dcat, Prov
from kfm_gates.model.ledger import Checkpoint
from kfm_gates.model.manifest import Manifest, read_manifest
from kfm_gates.model.pointer import Pointer
from kfm_gates.model.policy_decision import PolicyDecision
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.receipt_forms import read_receipt
from kfm_gates.model.rerun_observation import RerunObservation
from kfm_gates.model.rerun_request import RerunRequest
from kfm_gates.model.spec import Spec
from kfm_gates.model.stac import StacCollection, StacItem
from kfm_gates.model.version_status import VersionStatus

M = TypeVar("M", bound=EvidenceModel)


@dataclass(frozen=True)
class Form(Generic[M]):
    """One document as it was found: the model when its form is valid, and what is wrong with it."""

    path: str
    raw: Json
    document: M | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Kind:
    """One kind of document."""

    name: str
    model: type[EvidenceModel]
    form_check: str
    many: bool
    optional: bool
    """Whether a version may be without it; the checks that judge it then do not apply."""
    paths: Callable[[Facts], tuple[str, ...]]
    read: Callable[[Json, str], tuple[EvidenceModel | None, tuple[Finding, ...]]]


def _of_version(template: str) -> Callable[[Facts], tuple[str, ...]]:
    def paths(facts: Facts) -> tuple[str, ...]:
        subject = facts.get(Subject)
        found = facts.get(Index).of_version(template, subject.slug, subject.version)
        if found or "*" in facts.get(Layout).templates[template]:
            return found
        return (facts.get(Layout).path(template, slug=subject.slug, version=subject.version),)

    return paths


def _there(template: str, otherwise: str) -> Callable[[Facts], tuple[str, ...]]:
    """The document of a version where there is one; where there is none, that is for the check `otherwise`."""

    def paths(facts: Facts) -> tuple[str, ...]:
        subject = facts.get(Subject)
        found = facts.get(Index).of_version(template, subject.slug, subject.version)
        if not found:
            raise Unmet(otherwise)
        return found

    return paths


def _of_root(template: str) -> Callable[[Facts], tuple[str, ...]]:
    return lambda facts: (facts.get(Layout).path(template),)


def _spec(facts: Facts) -> tuple[str, ...]:
    subject = facts.get(Subject)
    parts = subject.version.split(".")
    if len(parts) < 2 or not parts[1]:
        raise Unmet("identity.version_id")
    return (facts.get(Layout).path("spec", slug=subject.slug, spec8=parts[1]),)


def _acquisitions(facts: Facts) -> tuple[str, ...]:
    layout = facts.get(Layout)
    return tuple(
        layout.path("acquisition", slug=slug, acquisition_id=name)
        for slug, name in facts.get(Origins).acquisitions
    )


def _pointer(facts: Facts) -> tuple[str, ...]:
    return (facts.get(Layout).path("pointer", slug=facts.get(Subject).slug),)


def _policy_decision(facts: Facts) -> tuple[str, ...]:
    (path,) = _of_version("manifest")(facts)
    manifest = facts.get(Parsed).value(path)
    policy = manifest.get("policy") if isinstance(manifest, dict) else None
    decision = policy.get("decision_id") if isinstance(policy, dict) else None
    prefix = "kfm://policy_decision/"
    name = decision.removeprefix(prefix) if isinstance(decision, str) and decision.startswith(prefix) else ""
    if not name or "/" in name or name in (".", ".."):
        raise Unmet("release.manifest")
    return (facts.get(Layout).path("policy_decision", decision=name),)


def _by_model(
    model: type[EvidenceModel],
) -> Callable[[Json, str], tuple[EvidenceModel | None, tuple[Finding, ...]]]:
    return lambda raw, path: form_findings(model, raw, path)


def _kind(
    name: str,
    model: type[EvidenceModel],
    form_check: str,
    paths: Callable[[Facts], tuple[str, ...]],
    *,
    many: bool = False,
    optional: bool = False,
    read: Callable[[Json, str], tuple[Any, tuple[Finding, ...]]] | None = None,
) -> Kind:
    return Kind(name, model, form_check, many, optional, paths, read or _by_model(model))


KINDS: tuple[Kind, ...] = (
    _kind("spec", Spec, "identity.spec_form", _spec),
    _kind("acquisitions", Acquisition, "acquisition.manifest", _acquisitions, many=True),
    _kind("checksums", Checksums, "identity.checksums", _of_version("checksums")),
    _kind("qa_report", QaReport, "quality.report", _of_version("qa_report")),
    _kind("policy_decision", PolicyDecision, "sensitivity.decision", _policy_decision),
    _kind("dcat", Dcat, "catalog.jsonld", _of_version("dcat")),
    _kind("stac_collection", StacCollection, "catalog.stac", _of_version("stac_collection")),
    _kind("stac_items", StacItem, "catalog.stac", _of_version("stac_item"), many=True),
    _kind("prov", Prov, "catalog.jsonld", _of_version("prov")),
    _kind("receipts", Receipt, "receipt.form", _of_version("receipt"), many=True, read=read_receipt),
    _kind("manifest", Manifest, "release.manifest", _of_version("manifest"), read=read_manifest),
    _kind("plan", BackfillPlan, "receipt.chunks", _of_version("plan"), optional=True),
    _kind(
        "rerun_request",
        RerunRequest,
        "routing.subject",
        _there("rerun_request", "routing.subject"),
        optional=True,
    ),
    _kind(
        "rerun_observation",
        RerunObservation,
        "routing.upstream",
        _there("rerun_observation", "routing.upstream"),
        optional=True,
    ),
    _kind("status", VersionStatus, "release.supersedes", _of_version("status"), optional=True),
    _kind("pointer", Pointer, "release.pointer", _pointer, optional=True),
    _kind("checkpoint", Checkpoint, "receipt.ledger", _of_root("checkpoint")),
)


def _forms(kind: Kind) -> Callable[[Facts], tuple[Form[Any], ...]]:
    def forms(facts: Facts) -> tuple[Form[Any], ...]:
        paths = kind.paths(facts)
        if not paths:
            raise Unmet("evidence.present")
        parsed = facts.get(Parsed)
        return tuple(form_of(kind, parsed, path) for path in paths)

    return forms


def form_of(kind: Kind, parsed: Parsed, path: str) -> Form[Any]:
    """One document as a document of this kind, read once. Raises Unmet when it can't be parsed."""
    return parsed.once(kind.name, path, partial(_form, kind, parsed, path))


def _form(kind: Kind, parsed: Parsed, path: str) -> Form[Any]:
    raw = parsed.value(path)
    document, findings = kind.read(raw, path)
    return Form(path, raw, document, findings)


def _documents(kind: Kind, forms: object) -> tuple[EvidenceModel, ...]:
    documents = []
    for form in cast(tuple[Form[Any], ...], forms):
        if form.document is None or form.findings:
            raise Unmet(kind.form_check)
        documents.append(form.document)
    return tuple(documents)


def _register(kind: Kind) -> None:
    """Provide a kind as forms and as models, alone or as a tuple."""
    model: Any = kind.model
    every_form = tuple[Form[model], ...]
    every_model = tuple[model, ...]
    add_provider(every_form, _forms(kind), {"facts": Facts})
    add_provider(every_model, lambda forms: _documents(kind, forms), {"forms": every_form})
    if not kind.many:
        add_provider(Form[model], _first, {"found": every_form})
        add_provider(model, _first, {"found": every_model})


def _first(found: tuple[object, ...]) -> object:
    return found[0]


for _each in KINDS:
    _register(_each)
