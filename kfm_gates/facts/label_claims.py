"""Which policy label each document of a version states.

Only what is said is a claim. That a catalog says it at all is for the checks of its form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.facts.container import provides
from kfm_gates.facts.named import name_fact
from kfm_gates.facts.statements import DCAT, KFM, DcatStatements
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.manifest import Manifest
from kfm_gates.model.policy_decision import PolicyDecision
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.spec import Spec
from kfm_gates.model.stac import StacCollection, StacItem

FIELD = "kfm:policy_label"


@dataclass(frozen=True)
class LabelClaim:
    """One statement of a label; `source` is the kind of document."""

    place: Place
    source: str
    label: str


@provides
def label_claims(
    spec: Spec,
    decision: PolicyDecision,
    manifest: Manifest,
    receipts: tuple[Receipt, ...],
    collection: StacCollection,
    items: tuple[StacItem, ...],
    dcat: DcatStatements,
) -> tuple[LabelClaim, ...]:
    """Every claim: the spec's first."""
    claims = [
        *_said(spec.at("/policy/policy_label"), "spec", spec.raw["policy"].get("policy_label")),
        *_said(decision.at("/policy_label"), "policy_decision", decision.policy_label),
        *_said(manifest.at("/policy/policy_label"), "manifest", manifest.policy.policy_label),
    ]
    for receipt in receipts:
        claims += _said(receipt.at("/policy/policy_label"), "receipt", receipt.policy.policy_label)
    claims += _said(collection.at(f"/{FIELD}"), "stac_collection", collection.raw.get(FIELD))
    for item in items:
        claims += _said(item.at(f"/properties/{FIELD}"), "stac_item", item.properties.get(FIELD))
    for node in dcat.of_type(DCAT + "Dataset"):
        for row in dcat.values(node.subject, KFM + "policy_label"):
            claims += _said(row.place, "dcat", row.value)
    return tuple(claims)


def _said(place: Place, source: str, label: Json) -> Iterator[LabelClaim]:
    if isinstance(label, str):
        yield LabelClaim(place, source, label)


name_fact("label_claims", LabelClaim, many=True)
