"""Labels as real catalogs state them must pass: a false denial is a defect too."""

from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.layout import Layout
from tests.support.judging import explained, judge_tree, kansas

EU = "http://publications.europa.eu/resource/authority/access-right/"
COAR = "http://purl.org/coar/access_right/"
STATES = {
    "spec": "/policy/policy_label",
    "policy_decision": "/policy_label",
    "manifest": "/policy/policy_label",
    "receipt:ingest.json": "/policy/policy_label",
    "receipt:transform.json": "/policy/policy_label",
    "receipt:catalog.json": "/policy/policy_label",
    "receipt:promote.json": "/policy/policy_label",
    "stac_collection": "/kfm:policy_label",
    "stac_item:counties-parquet.json": "/properties/kfm:policy_label",
    "stac_item:counties-pmtiles.json": "/properties/kfm:policy_label",
    "dcat": "/@graph/0/kfm:policy_label",
}


def replace(file: str, path: str, value: Any) -> dict[str, Any]:
    return {"file": file, "patch": [{"op": "replace", "path": path, "value": value}]}


def add(path: str, value: Any) -> dict[str, Any]:
    return {"file": "spec", "patch": [{"op": "add", "path": path, "value": value}]}


def access(iri: str) -> dict[str, Any]:
    return replace("dcat", "/@graph/0/dct:accessRights", {"@id": iri})


def labelled(label: str, iri: str, role: str) -> list[dict[str, Any]]:
    """One label in every document, with the access rights and the approval that go with it.

    Nothing leads the public to the version.
    """
    return [
        {"file": "pointer", "delete": True},
        *(replace(file, path, label) for file, path in STATES.items()),
        access(iri),
        replace("spec", "/promotion/approval_roles", [role]),
        replace("manifest", "/approvals/0/role", role),
    ]


def until(time: str) -> dict[str, Any]:
    return add("/policy/embargo_until", time)


RULE = add("/policy/access_rule", "example:members-only")
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "an embargo that goes on": [
        *labelled("embargoed", COAR + "c_f1cf", "steward"),
        until("2027-03-01T00:00:00Z"),
    ],
    "an embargo that was over when judged, and not when released": [
        *labelled("embargoed", EU + "RESTRICTED", "steward"),
        until("2026-10-01T00:00:00.5Z"),
    ],
    "an embargo with a rule for those who may see the data before": [
        *labelled("embargoed", EU + "NON_PUBLIC", "steward"),
        until("2300-01-01T00:00:00Z"),
        RULE,
    ],
    "restricted data that the European Union would call sensitive": [
        *labelled("restricted", EU + "SENSITIVE", "steward"),
        RULE,
    ],
    "internal data of which the metadata alone is open": labelled("internal", COAR + "c_14cb", "reviewer"),
    "open access in the words of OpenAIRE": [access("info:eu-repo/semantics/openAccess")],
    "access rights of a distribution too": [
        {
            "file": "dcat",
            "patch": [{"op": "add", "path": "/@graph/1/dct:accessRights", "value": {"@id": EU + "PUBLIC"}}],
        }
    ],
    "open in the receipt of a run of another system": [
        replace("receipt:ingest.json", "/policy/policy_label", "open")
    ],
}


@pytest.mark.parametrize("name", VARIANTS)
def test_valid_variant_passes(name: str) -> None:
    case = {"base": "public", "why": name, "ops": VARIANTS[name], "reseal": True}
    for result in judge_tree(apply(case, kansas(), Layout.kfm_v1()).files).values():
        assert result["status"] == "PASS", explained(result)
