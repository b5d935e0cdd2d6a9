"""Which policy label each document of a version states, in its own words and in those of another vocabulary.

Only what is said is a claim. That a catalog says it at all is for the checks of its form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, provides
from kfm_gates.facts.given import Tables
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.statements import DCAT, DCT, KFM, DcatStatements
from kfm_gates.model.backfill_plan import BackfillPlan
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.policy_decision import PolicyDecision
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.spec import Spec
from kfm_gates.model.stac import StacCollection, StacItem

FIELD = "kfm:policy_label"


@dataclass(frozen=True)
class LabelClaim:
    """One statement of a label; `source` is the kind of document.

    `label` is what the document states, `means` the labels that may be meant: the label itself, the one for which
    the table `label_spellings` has another spelling, or those that go with a value of `dct:accessRights`. What
    no table knows means nothing.
    """

    place: Place
    source: str
    label: str
    means: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """What words and IRIs mean, by the tables `labels` and `label_spellings`."""

    words: Mapping[str, tuple[str, ...]]
    access_rights: Mapping[str, tuple[str, ...]]


@provides(shared=True)
def vocabulary(tables: Tables) -> Vocabulary:
    """Read the tables; a label always means itself, whatever a spelling says."""
    labels, spellings = tables.table("labels"), tables.table("label_spellings")
    words = {word: (label,) for word, label in spellings["labels"].items()}
    words |= {label: (label,) for label in labels}
    return Vocabulary(words, {iri: tuple(means) for iri, means in spellings["access_rights"].items()})


@provides
def label_claims(
    vocabulary: Vocabulary,
    spec: Spec,
    decision: PolicyDecision,
    manifest: Manifest,
    receipts: tuple[Receipt, ...],
    collection: StacCollection,
    items: tuple[StacItem, ...],
    dcat: DcatStatements,
    facts: Facts,
) -> tuple[LabelClaim, ...]:
    """Every claim: the spec's first."""
    stated: list[tuple[Place, str, Json]] = [
        (spec.at("/policy/policy_label"), "spec", spec.raw["policy"].get("policy_label")),
        (decision.at("/policy_label"), "policy_decision", decision.policy_label),
        (manifest.at("/policy/policy_label"), "manifest", manifest.policy.policy_label),
    ]
    for plan in _plans(facts):
        place = plan.at("/governance/policy_label")
        stated.append((place, "plan", plan.governance.policy_label))
    for receipt in receipts:
        stated.append((receipt.at("/policy/policy_label"), "receipt", receipt.policy.policy_label))
    stated.append((collection.at(f"/{FIELD}"), "stac_collection", collection.raw.get(FIELD)))
    for item in items:
        stated.append((item.at(f"/properties/{FIELD}"), "stac_item", item.properties.get(FIELD)))
    for node in dcat.of_type(DCAT + "Dataset"):
        for row in dcat.values(node.subject, KFM + "policy_label"):
            stated.append((row.place, "dcat", row.value))
    claims = [
        LabelClaim(place, source, label, vocabulary.words.get(label, ()))
        for place, source, label in stated
        if isinstance(label, str)
    ]
    return (*claims, *_access_rights(vocabulary, dcat))


def _plans(facts: Facts) -> tuple[BackfillPlan, ...]:
    """The backfill plan of the version, if it has one."""
    subject = facts.get(Subject)
    if not facts.get(Index).of_version("plan", subject.slug, subject.version):
        return ()
    return (facts.get(BackfillPlan),)


def _access_rights(vocabulary: Vocabulary, dcat: DcatStatements) -> Iterator[LabelClaim]:
    """Who may have the dataset, and each distribution that says so for itself."""
    for node in (*dcat.of_type(DCAT + "Dataset"), *dcat.of_type(DCAT + "Distribution")):
        for row in dcat.values(node.subject, DCT + "accessRights"):
            means = vocabulary.access_rights.get(row.value, ())
            yield LabelClaim(row.place, "access_rights", row.value, means)


name_fact("label_claims", LabelClaim, many=True)
