"""What the documents of a version say of its identity: every id and spec hash that they state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from kfm_gates.engines.jsonld import RDF_TYPE, problems, triples
from kfm_gates.evidence.pointers import walk
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.named import name_fact
from kfm_gates.model.base import EvidenceModel
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.jsonld import Dcat
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.policy_decision import PolicyDecision
from kfm_gates.model.qa_report import QaReport
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.spec import Spec
from kfm_gates.model.stac import StacCollection, StacItem

M = TypeVar("M", bound=EvidenceModel)

FIELDS = ("dataset_id", "dataset_slug", "dataset_version_id", "spec_hash")
_KFM = "https://w3id.org/kfm/ns#"
_DATASET = "http://www.w3.org/ns/dcat#Dataset"
_IDENTIFIER = "http://purl.org/dc/terms/identifier"
_IRI = "kfm://dataset_version/"


@dataclass(frozen=True)
class IdentityClaim:
    """One statement: `document` (a kind's name) says that `field` is `value`. `value` may be of any type."""

    field: str
    value: Json
    document: str
    place: Place


@provides
def identity_claims(spec: Spec, facts: Facts) -> tuple[IdentityClaim, ...]:
    """All claims of the spec and of every document that can be read; what can't is denied elsewhere.

    Not here are the version ids in checksums and receipts and the slugs of acquisitions: the checks of these
    documents compare them with the folder in which they lie.
    """
    found = list(_plain("spec", spec, spec.raw, ("dataset_id", "dataset_slug", "spec_hash")))
    for report in _every(facts, QaReport):
        found += _plain("qa_report", report, report.raw, FIELDS)
    for decision in _every(facts, PolicyDecision):
        found += _plain("policy_decision", decision, decision.raw, FIELDS)
    for manifest in _every(facts, Manifest):
        found += _plain("manifest", manifest, manifest.raw, FIELDS)
    for receipt in _every(facts, Receipt):
        found += _plain("receipts", receipt, receipt.raw, ("dataset_slug", "spec_hash"))
    for collection in _every(facts, StacCollection):
        found += _plain("stac_collection", collection, collection.raw, FIELDS, prefix="kfm:")
    for item in _every(facts, StacItem):
        found += _plain("stac_items", item, item.raw["properties"], FIELDS, "/properties", "kfm:")
    for dcat in _every(facts, Dcat):
        found += _of_dcat(dcat)
    return tuple(found)


def _every(facts: Facts, model: type[M]) -> tuple[M, ...]:
    wanted: Any = tuple[model, ...]  # type: ignore[valid-type]
    try:
        found: Any = facts.resolve(wanted)
    except Unmet:
        return ()
    return tuple(found)


def _plain(
    kind: str,
    document: EvidenceModel,
    holder: Json,
    fields: tuple[str, ...],
    pointer: str = "",
    prefix: str = "",
) -> Iterator[IdentityClaim]:
    for field in fields:
        name = f"{prefix}{field}"
        if name in holder:
            yield IdentityClaim(field, holder[name], kind, document.at(f"{pointer}/{name}"))


def _of_dcat(document: Dcat) -> Iterator[IdentityClaim]:
    """The claims of a graph, whatever prefixes it is written with."""
    if problems(document.raw):
        return  # `catalog.jsonld` says so
    stated = sorted(triples(document.raw))
    datasets = {
        subject for subject, predicate, value in stated if (predicate, value) == (RDF_TYPE, ("iri", _DATASET))
    }
    for subject, predicate, value in stated:
        field = predicate.removeprefix(_KFM)
        if predicate == _IDENTIFIER and subject in datasets:
            field = "dataset_version_id"
        if field in FIELDS:
            yield IdentityClaim(field, value[1], "dcat", _place(document, predicate, value[1]))
    for dataset in sorted(datasets):
        slug, _, version = dataset.removeprefix(_IRI).partition("/")
        if dataset.startswith(_IRI):
            place = _place(document, "@id", dataset)
            yield IdentityClaim("dataset_slug", slug, "dcat", place)
            yield IdentityClaim("dataset_version_id", version, "dcat", place)


def _place(document: Dcat, predicate: str, value: str) -> Place:
    """The first place where a key that ends like the predicate holds the value."""
    ending = predicate.replace("#", "/").rpartition("/")[2]
    for pointer, node in walk(document.raw.get("@graph")):
        key = pointer.removesuffix("/@value").rpartition("/")[2]
        if node == value and (key == ending or key.endswith(f":{ending}")):
            return document.at(f"/@graph{pointer}")
    return document.at()


name_fact("identity_claims", IdentityClaim, many=True)
