"""Reruns that people really make, and that the gates must let through, in the mode that follows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kfm_gates.evidence.canonical import jcs
from kfm_gates.evidence.cases import apply
from kfm_gates.evidence.digests import sha256
from kfm_gates.facts.rerun import Rerun
from kfm_gates.facts.rerun_vocabulary import Canonical, Emission, Flow, Known, Mode, Validators
from tests.facts.on_trees import LAYOUT, facts
from tests.support.judging import explained, judge_tree, kansas_with_reruns

Ops = list[dict[str, Any]]

WEB = "https://example.org/counties-10m.json"
BACKFILL, RETRY = "public", "public_generalized"
"""The versions of the example by the label, and what is asked for them."""


def put(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def drop(*paths: str) -> list[dict[str, Any]]:
    return [{"op": "remove", "path": path} for path in paths]


def request(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"file": "rerun_request", "patch": list(steps)}


def observation(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"file": "rerun_observation", "patch": list(steps)}


def web(etag: str | None, modified: str | None) -> dict[str, Any]:
    """An acquisition from the web, with what the source said of its bytes."""
    return {
        "file": "acquisition",
        "patch": [put("/source/url", WEB), put("/etag", etag), put("/last_modified", modified)],
    }


def seen(etag: str | None, modified: str | None, *more: dict[str, Any]) -> dict[str, Any]:
    """What the source says now, without its bytes unless `more` puts them in."""
    now = [
        put("/upstream/0/url", WEB),
        put("/upstream/0/etag", etag),
        put("/upstream/0/last_modified", modified),
    ]
    return observation(*now, *(more or drop("/upstream/0/artifacts")))


def digest() -> str:
    record = next(data for path, data in kansas_with_reruns().items() if path.endswith("/acquisition.json"))
    return str(json.loads(record)["artifacts"][0]["digest"])


def decided(label: str, ops: Ops, at: str = "2026-10-31T12:00:00Z") -> Rerun:
    """Judge the version of a label after some changes: it must pass, and this is what was decided."""
    broken = apply({"base": label, "reseal": True, "ops": ops}, kansas_with_reruns(), LAYOUT)
    results = judge_tree(broken.files, profile="rerun-v1", evaluated_at=at)
    assert results[broken.subject.id]["status"] == "PASS", explained(results[broken.subject.id])
    about = facts(broken.files, label)
    about.given = {**about.given, type(broken.subject): broken.subject}
    return about.get(Rerun)


def test_the_examples() -> None:
    made = decided(RETRY, [request(put("/reason", "Again."))])
    assert (made.decision.mode, made.decision.flow) == (Mode.RETRY, Flow.PROMOTION)
    made = decided(BACKFILL, [request(put("/reason", "Again."))])
    assert (made.decision.mode, made.decision.flow) == (Mode.BACKFILL, Flow.INGESTION)
    assert Emission.ACQUISITION in made.decision.emits


@pytest.mark.parametrize(
    ("etag", "modified", "now", "expected"),
    [
        ('"5f3a"', None, ('"5f3a"', None), Validators.SAME),
        ('"5f3a"', "Tue, 01 Sep 2026 09:00:00 GMT", ('"5f3a"', None), Validators.SAME),
        (
            None,
            "Tue, 01 Sep 2026 09:00:00 GMT",
            (None, "Tue, 01 Sep 2026 09:00:00 GMT"),
            Validators.LIKELY_SAME,
        ),
        (
            'W/"5f3a"',
            "Tue, 01 Sep 2026 09:00:00 GMT",
            ('W/"5f3a"', "Tue, 01 Sep 2026 09:00:00 GMT"),
            Validators.LIKELY_SAME,
        ),
    ],
)
def test_a_retry_by_validators_alone(
    etag: str | None, modified: str | None, now: tuple[str | None, str | None], expected: Validators
) -> None:
    made = decided(RETRY, [web(etag, modified), seen(*now)])
    assert (made.decision.mode, made.facts.validators) == (Mode.RETRY, expected)
    assert made.facts.bytes_changed is Known.UNKNOWN


def test_an_etag_that_changed_over_the_same_bytes_is_no_change() -> None:
    same = put("/upstream/0/artifacts", [{"name": "counties-10m.json", "digest": digest()}])
    made = decided(RETRY, [web('"5f3a"', None), seen('"77aa"', None, same)])
    assert (made.facts.validators, made.facts.bytes_changed) == (Validators.DIFFERENT, Known.NO)
    assert any("though its validators did" in each.text for each in made.decision.reasons)


def test_a_retry_of_what_came_from_two_sources_each_known_in_its_own_way() -> None:
    """One by the digests of its bytes though its ETag changed, the other by its ETag alone."""
    tree = kansas_with_reruns()
    path = next(path for path in tree if path.endswith("/acquisition.json"))
    record = json.loads(
        tree[path].replace(b"us-atlas-3.0.1/", b"names-1/").replace(b"counties-10m", b"names")
    )
    record |= {"acquisition_id": "names-1", "etag": '"1"'}
    record["source"] = {"name": "names", "url": "https://example.org/names.json", "version": "1"}
    same = [{"name": "counties-10m.json", "digest": digest()}]
    source = {"dataset_slug": "{slug}", "acquisition_id": "names-1", "url": record["source"]["url"]}
    ops = [
        {"file": path.replace("us-atlas-3.0.1", "names-1"), "text": json.dumps(record)},
        {
            "file": "receipt:transform.json",
            "patch": [put("/inputs/-", {"uri": record["artifacts"][0]["path"], "digest": digest()})],
        },
        {"file": path, "patch": web('"5f3a"', None)["patch"]},
        seen('"77aa"', None, put("/upstream/0/artifacts", same)),
        observation(put("/upstream/-", {**source, "etag": '"1"', "last_modified": None})),
    ]
    made = decided(RETRY, ops)
    assert (made.decision.mode, made.facts.validators) == (Mode.RETRY, Validators.SAME)


def test_a_retry_without_a_look_where_the_address_stands_for_one_content() -> None:
    made = decided(RETRY, [{"file": "rerun_observation", "delete": True}])
    assert (made.decision.mode, made.facts.validators) == (Mode.RETRY, Validators.SAME)


def test_an_old_look_does_no_harm_where_the_address_stands_for_one_content() -> None:
    made = decided(RETRY, [request(put("/reason", "Again."))], "2027-10-31T12:00:00Z")
    assert made.decision.mode is Mode.RETRY


def test_a_rebuild_needs_neither_an_environment_nor_a_look_at_the_source() -> None:
    ops = [
        web('"5f3a"', None),
        request(
            *drop("/environment", "/denied_by"),
            put("/failure_class", "projection_drift"),
            put("/mode", "Rebuild"),
            put("/plan/emits", ["rebuild_receipt", "ledger_entry"]),
            put("/plan/steps", ["rebuild_projections", "post_run_validation"]),
        ),
        observation(put("/upstream", []), put("/projections/0/drifted", True)),
    ]
    made = decided(RETRY, ops)
    assert (made.decision.mode, made.decision.flow) == (Mode.REBUILD, Flow.REBUILD)


@pytest.mark.parametrize("changed", ["container_digest", "params_digest"])
def test_a_reprocess_with_another_image_or_parameters(changed: str) -> None:
    ops = [
        request(
            put(f"/environment/{changed}", "sha256:" + "c" * 64),
            put("/mode", "Reprocess"),
            put("/plan/new_version_id", "2017.aaaaaaaa.bbbbbbbb"),
            put("/plan/emits", ["ledger_entry", "new_version", "run_receipt"]),
            put(
                "/plan/steps", ["retry_ingestion", "rerun_catalog", "rerun_promotion", "post_run_validation"]
            ),
        )
    ]
    made = decided(RETRY, ops)
    assert (made.decision.mode, made.decision.flow) == (Mode.REPROCESS, Flow.INGESTION)


def test_a_backfill_from_an_acquisition_that_is_on_record() -> None:
    tree = kansas_with_reruns()
    path = next(path for path in tree if path.endswith("/acquisition.json"))
    record = json.loads(tree[path].replace(b"us-atlas-3.0.1/", b"us-atlas-3.0.2/"))
    record |= {"acquisition_id": "us-atlas-3.0.2", "supersedes": "us-atlas-3.0.1"}
    record |= {"retrieved_at": "2026-10-29T09:00:00Z"}
    record["source"] |= {"url": "pkg:npm/us-atlas@3.0.2", "version": "3.0.2"}
    record["artifacts"][0] |= {"digest": sha256(b"other"), "size": 5}
    new = path.replace("us-atlas-3.0.1", "us-atlas-3.0.2")
    ops = [
        {"file": new, "text": json.dumps(record)},
        {"file": "rerun_observation", "delete": True},
        request(*drop("/plan/new_acquisition_id", "/plan/emits/0")),
    ]
    broken = apply({"base": BACKFILL, "ops": ops}, tree, LAYOUT)
    results = judge_tree(broken.files, profile="rerun-v1")
    assert results[broken.subject.id]["status"] == "PASS", explained(results[broken.subject.id])
    made = facts(broken.files, BACKFILL).get(Rerun)
    assert (made.facts.bytes_changed, made.facts.superseded) == (Known.YES, Known.YES)
    assert Emission.ACQUISITION not in made.decision.emits


def test_a_backfill_of_a_version_in_quarantine() -> None:
    notice = {
        "kfm_version_status_version": "v1",
        "dataset_slug": "{slug}",
        "dataset_version_id": "{version}",
        "status": "quarantined",
        "reason": "The holder objects.",
        "decided_at": "2026-10-01T09:00:00Z",
        "decided_by": {"principal": "example:steward-1", "role": "steward"},
    }
    made = decided(BACKFILL, [{"file": "release/status/{slug}/{version}.json", "text": json.dumps(notice)}])
    assert (made.decision.mode, made.facts.quarantined) == (Mode.BACKFILL, Known.YES)


def test_a_retry_of_a_run_that_failed() -> None:
    ops = [
        {
            "file": "receipt:catalog.json",
            "patch": [put("/validation/status", "fail"), put("/validation/reason_code", "links_broken")],
        },
        {"file": "ledger", "patch": [put("/5/status", "fail")]},
        request(
            *drop("/denied_by"),
            put("/run_id", "kfm://run/2026-09-08T10:40:00Z.kansas-counties-catalog"),
            put("/failure_class", "catalog_schema_link"),
            put("/plan/steps", ["rerun_catalog", "post_run_validation"]),
        ),
    ]
    made = decided(RETRY, ops)
    assert (made.decision.mode, made.decision.flow, made.facts.failed) == (
        Mode.RETRY,
        Flow.CATALOG,
        Known.YES,
    )


def test_a_connector_that_failed_before_it_had_fetched_anything() -> None:
    """The most common rerun: there is no acquisition, no artifact and no manifest yet."""
    tree, version = _only_a_failed_ingest()
    results = judge_tree(tree, profile="rerun-v1")
    assert results[version]["status"] == "PASS", explained(results[version])


def test_a_denied_version_whose_documents_are_broken_may_be_mended() -> None:
    """What a rerun mends does not block it."""
    broken = apply({"base": RETRY, "ops": [{"file": "dcat", "text": "{"}]}, kansas_with_reruns(), LAYOUT)
    results = judge_tree(broken.files, profile="rerun-v1")
    assert results[broken.subject.id]["status"] == "PASS", explained(results[broken.subject.id])
    made = facts(broken.files, RETRY).get(Rerun)
    assert made.facts.canonical is Canonical.DAMAGED


def _only_a_failed_ingest() -> tuple[dict[str, bytes], str]:
    whole = kansas_with_reruns()
    path = next(p for p in whole if p.endswith("/ingest.json"))
    slug, version = path.split("/")[2:4]
    receipt = json.loads(whole[path])
    receipt |= {"outputs": []}
    receipt["validation"] |= {"status": "fail", "reason_code": "timeout"}
    data = json.dumps(receipt).encode()
    entry = json.loads(whole["audit/ledger.jsonl"].splitlines()[0])
    entry |= {"status": "fail", "receipt": {"path": path, "digest": sha256(data)}}
    asked = f"release/reruns/{slug}/{version}/request.json"
    wanted = json.loads(whole[asked])
    for field in ("upstream_change", "ci_url"):
        wanted.pop(field)
    wanted |= {"mode": "Retry", "failure_class": "upstream_fetch", "environment": receipt["environment"]}
    wanted["plan"] = {
        "emits": ["run_receipt", "ledger_entry"],
        "steps": ["retry_ingestion", "rerun_catalog", "rerun_promotion", "post_run_validation"],
    }
    spec = f"data/registry/{slug}/specs/{version.split('.')[1]}.yaml"
    tree = {
        path: data,
        spec: whole[spec],
        asked: json.dumps(wanted).encode(),
        "audit/ledger.jsonl": jcs(entry) + b"\n",
    }
    return tree, f"{slug}/{version}"
