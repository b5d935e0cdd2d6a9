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

INDEX_DRAFT = {
    "kfm_index_backfill_draft_version": "v1",
    "runbook": "docs/runbooks/index-backfill.md",
    "reason": "The counties of 2017 were promoted.",
    "trigger": {"kind": "new_versions", "evidence": "https://example.org/changes/12"},
    "requested_by": "user:ada",
    "reviewers": ["user:bea"],
    "owner": "user:cyd",
    "change": "https://example.org/changes/12",
    "incidents": ["https://example.org/incidents/3"],
    "deployment": "staging",
    "scope": {"kind": "dataset", "dataset_slug": "kansas-counties"},
    "targets": [
        {
            "store": "tiles",
            "live": "kansas-counties",
            "output": "tiles/kansas-counties-2.pmtiles",
            "source": ["artifacts"],
            "format": "PMTiles 3",
            "estimate": {"size_bytes": 72000, "runtime_seconds": 5},
        }
    ],
    "strategy": "blue_green",
    "strategy_risk": "Needs the space of both bundles.",
    "builder": {
        "image": "registry.example.org/tiler",
        "image_digest": B,
        "git_commit": "0123456789abcdef0123456789abcdef01234567",
        "params_digest": C,
        "supports_time_scope": False,
    },
    "validation": [{"check": "V1", "criteria": "every county is there"}],
    "chunking": {"mode": "version", "max_parallelism": 2},
    "run_order": {
        "batch_size": 1000,
        "cursor": "geoid",
        "workers": 2,
        "phases": [{"name": "first", "targets": ["tiles:kansas-counties"], "after": ["zeroth"]}],
    },
    "rollback": {"strategy": "point back", "prior_versions": [f"kansas-counties/{VERSION}"]},
}

INDEX_PLAN = {name: value for name, value in INDEX_DRAFT.items() if not name.startswith("kfm_")} | {
    "kfm_index_backfill_plan_version": "v1",
    "created_at": TIME,
    "dataset_versions": [
        {"id": f"kansas-counties/{VERSION}", "manifest": {"path": "release/manifests/k/v.json", "digest": A}}
    ],
    "left_out": [{"id": "kansas-counties/2016.0f0f0f0f.1a2b3c4d", "reason": "not_promoted"}],
    "inputs": [
        {
            "path": "data/processed/kansas-counties/counties.parquet",
            "digest": A,
            "size": 12169,
            "dataset_version": f"kansas-counties/{VERSION}",
            "role": "artifact",
        }
    ],
    "chunks": [{"name": "one", "dataset_versions": [f"kansas-counties/{VERSION}"], "window": WINDOW}],
    "stores": [
        {
            "target": "tiles:kansas-counties",
            "question": {"live": "kansas-counties"},
            "answer": {"exists": True},
            "revision": A,
            "observed_at": TIME,
        }
    ],
    "gates": {
        "decision_digest": A,
        "profile": {"name": "promotion-v1", "digest": B},
        "policy_pack_digest": A,
        "configuration_digest": B,
        "engines_digest": C,
    },
    "plan_digest": A,
    "sign_offs": [
        {
            "statement": "owner_approval",
            "principal": "user:cyd",
            "role": "owner",
            "plan_digest": A,
            "expires_at": TIME,
        }
    ],
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

WAIVER = {
    "kfm_waiver_version": "v1",
    "id": "gap-2017",
    "kind": "exception",
    "check": "quality.completeness",
    "subject": {"id": f"kansas-counties/{VERSION}", "digest": A},
    "findings": ["0" * 16],
    "reason": "One county was dissolved.",
    "owner": "example:owner-1",
    "approver": "example:steward-1",
    "compensating_control": "The list is corrected next time.",
    "issued": TIME,
    "expires": "2026-05-02T10:00:00Z",
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
    "waivers": [
        {
            "id": "gap-2017",
            "digest": A,
            "expires": "2026-05-02T10:00:00Z",
            "owner": "example:owner-1",
            "approver": "example:steward-1",
            "kind": "exception",
            "check": "quality.completeness",
            "subject": f"kansas-counties/{VERSION}",
            "reason": "One county was dissolved.",
            "compensating_control": "The list is corrected next time.",
            "issued": TIME,
        }
    ],
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
            "version_digest": B,
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
    "plan": {"digest": A},
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

RERUN_REQUEST = {
    "kfm_rerun_request_version": "v1",
    "dataset_slug": "kansas-counties",
    "dataset_version_id": VERSION,
    "job": "rerun",
    "reason": "The source published an edition.",
    "requested_by": ACTOR,
    "requested_at": TIME,
}

RERUN_OBSERVATION = {
    "kfm_rerun_observation_version": "v1",
    "dataset_slug": "kansas-counties",
    "dataset_version_id": VERSION,
    "observed_at": TIME,
    "observed_by": ACTOR,
    "upstream": [
        {
            "dataset_slug": "kansas-counties",
            "acquisition_id": "us-atlas-3.0.1",
            "url": "https://example.org/atlas",
            "etag": '"5f3a"',
            "last_modified": "Tue, 01 Sep 2026 09:00:00 GMT",
        }
    ],
    "projections": [{"target": "tiles", "drifted": False, "seen_by": "counts"}],
}

SAMPLES: dict[str, Any] = {
    "rerun-request": RERUN_REQUEST,
    "rerun-observation": RERUN_OBSERVATION,
    "spec": SPEC,
    "acquisition": ACQUISITION,
    "checksums": CHECKSUMS,
    "qa-report": QA_REPORT,
    "policy-decision": POLICY_DECISION,
    "manifest": MANIFEST_RERUN,
    "ledger-entry": LEDGER_ENTRY,
    "checkpoint": CHECKPOINT,
    "backfill-plan": BACKFILL_PLAN,
    "index-backfill-draft": INDEX_DRAFT,
    "index-backfill-plan": INDEX_PLAN,
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
    "waiver": WAIVER,
}
"""Name of the published schema -> a document that it and its model accept."""

_DRAFT_EMPTY = {"/incidents", "/run_order/phases/0/after", "/rollback/prior_versions"}
_OBSERVED = {"/stores/0/question", "/stores/0/answer"}
EMPTY_OK = {
    "rerun-observation": {"/upstream", "/projections"},
    "spec": {"/policy/obligations"},
    "qa-report": {"/quarantined"},
    "policy-decision": {"/obligations"},
    "manifest": {"/approvals"},
    "backfill-plan": {"/governance/obligations"},
    "index-backfill-draft": _DRAFT_EMPTY,
    "index-backfill-plan": {
        *_DRAFT_EMPTY,
        "/left_out",
        "/sign_offs",
        "/chunks/0/dataset_versions",
        *_OBSERVED,
    },
    "receipt.index-backfill": {"/environment/params", "/validation/checks", "/policy/decisions"},
    "permit": {"/waivers"},
    "stac-item": {"/properties", "/links", "/assets"},
    "stac-collection": {"/links"},
    "dcat": {"/@context"},
    "prov": {"/@context"},
}
_DECISION_EMPTY = {
    "/engines",
    "/waivers",
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
    "rerun-observation": {"/upstream/0/etag", "/upstream/0/last_modified"},
    "acquisition": {"/supersedes", "/etag", "/last_modified"},
    "index-backfill-plan": {"/chunks/0/window"},
    "permit": {"/checkpoint", "/scope", "/plan"},
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
    "index-backfill-plan": {"/stores/0/question/live", "/stores/0/answer/exists"},
    "stac-item": {"/properties/kfm:dataset_id"},
    "dcat": {"/@context/dcat"},
    "prov": {"/@context/dcat"},
}
"""Places that may hold anything, or be absent: the inside of contexts and of free objects, and what checks
of their own judge."""


def sample(name: str) -> Any:
    """A copy that a test may change."""
    return copy.deepcopy(SAMPLES[name])
