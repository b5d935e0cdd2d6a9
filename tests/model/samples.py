"""Every document, filled in with real values and holding only what is required: the runbooks' templates where
there is one. `EMPTY_OK`, `NULL_OK` and `FREE` name the few places where empty, null or anything is right."""

from __future__ import annotations

import copy
from typing import Any

A, B, C = ("sha256:" + char * 64 for char in "abc")
VERSION = "2017.0f0f0f0f.1a2b3c4d"
TIME = "2026-03-02T10:00:00Z"
RUN = "kfm://run/2026-03-02T10:00:00Z.k1"
DECISION = "kfm://policy_decision/counties-1"
WINDOW = {"start": "2023-01-01T00:00:00Z", "end": "2023-04-01T00:00:00Z"}
ACTOR = {"principal": "svc:pipeline", "role": "pipeline"}
REFERENCE = {"uri": "data/raw/counties/a1/artifacts/counties.json", "digest": A}
OBLIGATION = {"type": "generalize_geometry", "parameters": {"grid_degrees": 0.05}}

SPEC = {
    "kfm_spec_version": "v1",
    "dataset_id": "kansas_counties",
    "dataset_slug": "kansas-counties",
    "title": "Counties of Kansas",
    "description": "Boundaries.\nOf 2017.",
    "hash_method": "kfm-spec-v1",
    "spec_hash": A,
    "time_slice": "2017",
    "cadence": "irregular",
    "source": {"name": "us-atlas", "publisher": "U.S. Census Bureau", "url": "https://example.org/atlas"},
    "rights": {
        "license": "CC0-1.0",
        "rights_holder": "U.S. Census Bureau",
        "attribution": "Source: U.S. Census Bureau",
        "terms_url": "https://example.org/terms",
    },
    "policy": {"policy_label": "public_generalized", "obligations": [OBLIGATION]},
    "outputs": [{"path": "counties.parquet", "media_type": "application/vnd.apache.parquet", "role": "data"}],
    "columns": [{"name": "geoid", "type": "string"}],
    "qa": {"thresholds": [{"id": "all-counties", "metric": "feature_count", "min": 105}]},
    "promotion": {"approval_roles": ["steward"]},
}

ACQUISITION = {
    "kfm_acquisition_version": "v1",
    "acquisition_id": "us-atlas-3.0.1",
    "dataset_slug": "kansas-counties",
    "source": {"name": "us-atlas", "url": "https://example.org/atlas", "version": "3.0.1"},
    "retrieved_at": TIME,
    "window": WINDOW,
    "terms": {
        "path": "data/raw/kansas-counties/us-atlas-3.0.1/terms.txt",
        "digest": A,
        "retrieved_at": TIME,
        "url": "https://example.org/terms",
    },
    "artifacts": [
        {
            "path": "data/raw/kansas-counties/us-atlas-3.0.1/artifacts/counties.json",
            "digest": B,
            "size": 842217,
            "media_type": "application/json",
        }
    ],
    "supersedes": None,
    "etag": None,
    "last_modified": None,
}

CHECKSUMS = {
    "kfm_checksums_version": "v1",
    "dataset_version_id": VERSION,
    "algorithm": "sha256",
    "artifacts": {"data/processed/kansas-counties/counties.parquet": A},
}

QA_REPORT = {
    "kfm_qa_report_version": "v1",
    "dataset_slug": "kansas-counties",
    "dataset_version_id": VERSION,
    "spec_hash": A,
    "created_at": TIME,
    "status": "pass",
    "artifacts": [{"path": "data/processed/counties.parquet", "digest": A}],
    "summary": {"feature_count": 105, "bbox": [-102.05, 37, -94.6, 40.0]},
    "checks": [
        {
            "id": "all-counties",
            "metric": "feature_count",
            "value": 105,
            "status": "pass",
            "message": "105 of 105",
        }
    ],
    "quarantined": [],
}

POLICY_DECISION = {
    "kfm_policy_decision_version": "v1",
    "decision_id": DECISION,
    "dataset_slug": "kansas-counties",
    "dataset_version_id": VERSION,
    "spec_hash": A,
    "policy_label": "public",
    "outcome": "allow",
    "obligations": [],
    "decided_at": TIME,
    "decided_by": {"principal": "example:officer", "role": "policy_officer"},
    "reason": "Public domain.",
}

MANIFEST_BACKFILL = {  # pipeline-backfill.md: lists no PROV
    "kfm_promotion_manifest_version": "v1",
    "dataset_slug": "kansas-counties",
    "dataset_version_id": VERSION,
    "spec_hash": A,
    "released_at": TIME,
    "artifacts": [
        {"path": "data/processed/c.parquet", "digest": A, "media_type": "application/vnd.apache.parquet"}
    ],
    "catalogs": [{"path": "dcat.jsonld", "digest": A}, {"path": "stac/collection.json", "digest": B}],
    "qa": {"status": "pass", "report_digest": C},
    "policy": {"policy_label": "public", "decision_id": DECISION},
    "approvals": [{"role": "steward", "principal": "user:ada", "approved_at": TIME}],
}
MANIFEST_RERUN = MANIFEST_BACKFILL | {
    "catalogs": [*MANIFEST_BACKFILL["catalogs"], {"path": "prov.jsonld", "digest": C}]
}
MANIFEST_RUNBOOKS = MANIFEST_BACKFILL | {
    "catalogs": [{"path": "dcat.jsonld", "digest": A}],
    "approvals": [{"role": "reviewer", "principal": "user:ada", "approved_at": TIME}],
}

LEDGER_ENTRY = {
    "seq": 1,
    "prev": A,
    "ts": TIME,
    "kind": "receipt",
    "dataset_slug": "kansas-counties",
    "dataset_version_id": VERSION,
    "run_id": RUN,
    "operation": "promote",
    "status": "pass",
    "receipt": {"path": "data/receipts/kansas-counties/promote.json", "digest": B},
}

CHECKPOINT = {"ledger": "audit/ledger.jsonl", "root": A, "size": 3, "time": TIME}

BACKFILL_PLAN = {
    "runbook": "docs/runbooks/pipelines/rb-pipeline-backfill.md",
    "dataset_slug": "example-dataset",
    "reason": "Gap fill after upstream outage",
    "requested_by": "user:ada",
    "reviewers": ["user:bea", "user:cyd"],
    "time_axis": "event_time",
    "window": WINDOW,
    "chunking": {"mode": "monthly", "max_parallelism": 2},
    "governance": {
        "upstream_terms_snapshot": "data/raw/example-dataset/a1/terms.txt",
        "policy_label": "public",
        "obligations": [],
    },
    "execution": {"runner": "ci:backfill", "dry_run_first": True, "receipts_required": True},
    "promotion": {"expected_dataset_version_id": VERSION, "release_manifest_required": True},
    "rollback": {
        "strategy": "repoint published to prior dataset_version_id",
        "prior_dataset_version_id": "2016.0f0f0f0f",
    },
}

RUN_HEADER = {
    "kfm_run_header_version": "v1",
    "run_id": "8e1cc7cf-0c86-4d9d-a7f7-8e40d3b5a8ea",
    "operator": {"principal": "user:ada", "role": "operator"},
    "spec_hash": A,
    "targets": ["postgis", "tiles"],
    "dataset_version_ids": [VERSION],
    "builder": {"image_digest": B},
    "cutover_method": "blue_green",
}

RECEIPT_INDEX = {
    "run_id": "8e1cc7cf-0c86-4d9d-a7f7-8e40d3b5a8ea",
    "kind": "index_backfill",
    "targets": ["postgis", "search", "graph", "tiles"],
    "spec_hash": A,
    "inputs": {"catalog_triplet_digests": [A], "processed_artifact_digests": [B]},
    "outputs": {
        "postgis_schema": "kfm_staging_7",
        "search_index": "kfm-search-7",
        "graph_namespace": "kfm-graph-7",
        "tile_bundle_digests": [C],
    },
    "environment": {"image_digest": A, "params": {}},
    "validation": {"status": "pass", "checks": []},
    "policy": {"policy_pack_version": "2026.3", "decisions": []},
}
RECEIPT_RUNBOOKS = {
    "run_id": "kfm://run/20260302T100000Z.n0",
    "operation": "validate",
    "dataset_version_id": VERSION,
    "inputs": [REFERENCE],
    "outputs": [{"uri": "data/processed/counties.parquet", "digest": B}],
    "environment": {"container_digest": A, "git_commit": "0" * 40},
    "validation": {"status": "pass", "report_digest": C},
    "policy": {"decision_id": DECISION},
    "created_at": TIME,
}
RECEIPT_BACKFILL = RECEIPT_RUNBOOKS | {
    "actor": ACTOR,
    "operation": "ingest+publish",
    "environment": {"container_digest": A, "git_commit": "0" * 40, "params_digest": B},
}
RECEIPT_RERUN = RECEIPT_BACKFILL | {
    "operation": "rebuild",
    "dataset_slug": "kansas-counties",
    "outputs": [
        {"uri": "data/processed/c.parquet", "digest": B, "media_type": "application/vnd.apache.parquet"}
    ],
    "policy": {"decision_id": DECISION, "policy_label": "public"},
}

STAC_ITEM = {
    "type": "Feature",
    "stac_version": "1.1.0",
    "id": f"{VERSION}.counties",
    "properties": {"kfm:dataset_id": "kansas_counties"},
    "links": [{"rel": "collection", "href": "../collection.json"}],
    "assets": {"data": {"href": "../../counties.parquet"}},
}
STAC_COLLECTION = {
    "type": "Collection",
    "stac_version": "1.1.0",
    "id": f"kansas-counties@{VERSION}",
    "links": [{"rel": "item", "href": "items/counties.json"}],
}
GRAPH = {
    "@context": {"dcat": "http://www.w3.org/ns/dcat#"},
    "@graph": [{"@id": "kfm://dataset_version/kansas-counties/1"}],
}

FINDING = {
    "check": "rights.license",
    "fingerprint": "0" * 16,
    "file": "data/catalog/dcat.jsonld",
    "pointer": "/@graph/0",
    "line": 3,
    "message": "no licence",
    "found": "nothing",
    "expected": "a licence",
    "hint": "Add dct:license.",
}
DECISION_PREDICATE = {
    "status": "DENY",
    "operation": "promote",
    "profile": {"name": "promotion-v1", "digest": A},
    "evaluated_at": TIME,
    "policy_pack": {"digest": A},
    "configuration": {"digest": B},
    "engines": {"regorus": "0.9.1"},
    "docket": {"digest": C, "entries": 2},
    "partial": False,
    "set_aside": [
        {
            "id": f"kansas-counties/{VERSION}",
            "status": "withdrawn",
            "notice": f"release/status/kansas-counties/{VERSION}.json",
            "digest": A,
            "reason": "Two counties had exchanged names.",
        }
    ],
    "subjects": [
        {
            "id": f"kansas-counties/{VERSION}",
            "digest": A,
            "status": "DENY",
            "files": [{"path": "data/catalog/dcat.jsonld", "digest": A, "size": 12}],
            "checks": [
                {
                    "id": "rights.license",
                    "gate": "rights",
                    "status": "DENY",
                    "examined": 1,
                    "because": ["catalog.dcat"],
                    "findings": [FINDING],
                }
            ],
            "not_planned": [
                {"id": "rights.notice", "gate": "rights", "fact": "label", "value": "public", "digest": B}
            ],
        }
    ],
}
STATEMENT = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": f"kansas-counties/{VERSION}", "digest": {"sha256": "a" * 64}}],
    "predicateType": "kfm://gates/decision/v1",
    "predicate": DECISION_PREDICATE,
}
PERMIT = {
    "kfm_permit_version": "v1",
    "operation": "promote",
    "audience": "0" * 32,
    "subjects": [{"id": f"kansas-counties/{VERSION}", "digest": A}],
    "subjects_root": {"root": B, "size": 1},
    "paths_digest": C,
    "decision_digest": A,
    "docket_digest": B,
    "profile": {"name": "promotion-v1", "digest": C},
    "configuration_digest": A,
    "policy_pack_digest": B,
    "engines_digest": C,
    "checkpoint": {"root": A, "size": 4},
    "waivers": [{"id": "waiver-1", "digest": A}],
    "scope": {
        "parent": "1" * 32,
        "part_name": "chunk-1",
        "subjects": [{"id": f"kansas-counties/{VERSION}", "digest": A}],
    },
    "nonce": "0" * 32,
    "evaluated_at": TIME,
    "issued_at": TIME,
    "expires_at": "2026-03-02T11:00:00Z",
}

POINTER = {
    "kfm_pointer_version": "v1",
    "dataset_slug": "kansas-counties",
    "latest_version_id": "2017.90834627.fdff5ab1",
    "manifest": {"path": "release/manifests/kansas-counties/2017.90834627.fdff5ab1.json", "digest": A},
    "updated_at": TIME,
    "updated_by": {"principal": "example:publisher", "role": "publisher"},
}

VERSION_STATUS = {
    "kfm_version_status_version": "v1",
    "dataset_slug": "kansas-counties",
    "dataset_version_id": "2017.90834627.fdff5ab1",
    "status": "withdrawn",
    "reason": "Two counties had exchanged names.",
    "decided_at": TIME,
    "decided_by": {"principal": "example:steward-1", "role": "steward"},
}

SAMPLES: dict[str, Any] = {
    "spec": SPEC,
    "acquisition": ACQUISITION,
    "checksums": CHECKSUMS,
    "qa-report": QA_REPORT,
    "policy-decision": POLICY_DECISION,
    "manifest": MANIFEST_RERUN,
    "ledger-entry": LEDGER_ENTRY,
    "checkpoint": CHECKPOINT,
    "backfill-plan": BACKFILL_PLAN,
    "run-header": RUN_HEADER,
    "receipt.index-backfill": RECEIPT_INDEX,
    "receipt.pipeline-backfill": RECEIPT_BACKFILL,
    "receipt.pipeline-rerun": RECEIPT_RERUN,
    "receipt.data-runbooks": RECEIPT_RUNBOOKS,
    "stac-item": STAC_ITEM,
    "stac-collection": STAC_COLLECTION,
    "dcat": GRAPH,
    "prov": GRAPH,
    "decision": DECISION_PREDICATE,
    "decision-statement": STATEMENT,
    "permit": PERMIT,
    "pointer": POINTER,
    "version-status": VERSION_STATUS,
}
"""Name of the published schema -> a document that it and its model accept."""

EMPTY_OK = {
    "spec": {"/policy/obligations"},
    "qa-report": {"/quarantined"},
    "policy-decision": {"/obligations"},
    "manifest": {"/approvals"},
    "backfill-plan": {"/governance/obligations"},
    "receipt.index-backfill": {"/environment/params", "/validation/checks", "/policy/decisions"},
    "permit": {"/waivers"},
    "stac-item": {"/properties", "/links", "/assets"},
    "stac-collection": {"/links"},
    "dcat": {"/@context"},
    "prov": {"/@context"},
}
_DECISION_EMPTY = {
    "/engines",
    "/set_aside",
    "/subjects",
    *(f"/subjects/0/{name}" for name in ("files", "checks", "not_planned")),
    *(f"/subjects/0/checks/0/{name}" for name in ("because", "findings")),
    *(f"/subjects/0/checks/0/findings/0/{name}" for name in ("file", "pointer", "found", "expected", "hint")),
    "/subjects/0/checks/0/because/0",
    "/subjects/0/not_planned/0/value",
}
EMPTY_OK["decision"] = _DECISION_EMPTY
EMPTY_OK["decision-statement"] = {"/subject"} | {f"/predicate{place}" for place in _DECISION_EMPTY}

NULL_OK = {
    "acquisition": {"/supersedes", "/etag", "/last_modified"},
    "permit": {"/checkpoint", "/scope"},
    "decision": {"/subjects/0/checks/0/findings/0/line", "/subjects/0/not_planned/0/value"},
    "stac-item": {"/properties/kfm:dataset_id"},
}
NULL_OK["decision-statement"] = {f"/predicate{place}" for place in NULL_OK["decision"]}

FREE = {
    "spec": {
        "/rights",
        *(f"/rights/{name}" for name in ("license", "rights_holder", "attribution", "terms_url")),
        "/policy/policy_label",
    },
    "decision": {"/subjects/0/not_planned/0/value"},
    "decision-statement": {"/predicate/subjects/0/not_planned/0/value"},
    "stac-item": {"/properties/kfm:dataset_id"},
    "dcat": {"/@context/dcat"},
    "prov": {"/@context/dcat"},
}
"""Places that may hold anything, or be absent: the inside of contexts and of free objects, and what checks
of their own judge."""


def sample(name: str) -> Any:
    """A copy that a test may change."""
    return copy.deepcopy(SAMPLES[name])
