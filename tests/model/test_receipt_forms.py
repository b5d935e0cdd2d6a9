from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.model.finding import Place
from kfm_gates.model.obligation import Obligation
from kfm_gates.model.parts import Actor, Reference, Window
from kfm_gates.model.receipt import Receipt, ReceiptCheck
from kfm_gates.model.receipt_forms import FORMS, form_of, read_receipt

from .samples import ACTOR, DECISION, OBLIGATION, REFERENCE, RUN, TIME, VERSION, WINDOW, A, B, C, sample
from .test_documents import ABSENT, changed


def read(form: str, *changes: tuple[str, Any]) -> Receipt:
    raw = sample(f"receipt.{form}")
    for place, value in changes:
        changed(raw, place, value)
    receipt, found = read_receipt(raw, "r.json")
    assert found == ()
    assert receipt is not None
    assert receipt.raw is raw
    assert receipt.at("/inputs/0") == Place("r.json", "/inputs/0")
    return receipt


def refused(form: str, *changes: tuple[str, Any]) -> set[str]:
    raw = sample(f"receipt.{form}")
    for place, value in changes:
        changed(raw, place, value)
    receipt, found = read_receipt(raw, "r.json")
    assert receipt is None
    assert found
    assert {finding.place.file for finding in found} == {"r.json"}
    return {finding.place.pointer for finding in found}


@pytest.mark.parametrize("form", FORMS)
def test_the_form_is_recognised(form: str) -> None:
    assert form_of(sample(f"receipt.{form}")) == form
    assert read(form).form == form


def test_index_backfill() -> None:
    receipt = read("index-backfill", ("/validation/checks", [{"id": "V1", "status": "pass"}]))
    assert receipt.operation == "index_backfill"
    assert (receipt.actor, receipt.dataset_slug, receipt.window, receipt.created_at) == (None,) * 4
    assert (receipt.dataset_version_ids, receipt.attestations) == ((), ())
    assert receipt.targets == ("postgis", "search", "graph", "tiles")
    assert receipt.spec_hash == A
    assert receipt.inputs == (Reference(uri=f"doc://{A}", digest=A), Reference(uri=f"doc://{B}", digest=B))
    assert receipt.outputs == (Reference(uri=f"doc://{C}", digest=C),)
    assert receipt.store_outputs == {
        "postgis": "kfm_staging_7",
        "search": "kfm-search-7",
        "graph": "kfm-graph-7",
    }
    assert (receipt.environment.container_digest, receipt.environment.params) == (A, {})
    assert receipt.environment.git_commit is receipt.environment.params_digest is None
    assert receipt.validation.checks == (ReceiptCheck(id="V1", status="pass"),)
    assert receipt.policy.policy_pack_version == "2026.3"


def test_pipeline_rerun() -> None:
    receipt = read(
        "pipeline-rerun",
        ("/window", WINDOW),
        ("/policy/obligations_applied", [OBLIGATION]),
        ("/attestations", [REFERENCE]),
    )
    assert receipt.actor == Actor(**ACTOR)
    assert (receipt.dataset_slug, receipt.dataset_version_ids) == ("kansas-counties", (VERSION,))
    assert receipt.operation == "rebuild"
    assert receipt.inputs == receipt.attestations == (Reference(**REFERENCE),)
    assert receipt.outputs[0].media_type == "application/vnd.apache.parquet"
    assert receipt.environment.params_digest == B
    assert receipt.validation.report_digest == C
    assert (receipt.policy.decision_ids, receipt.policy.policy_label) == ((DECISION,), "public")
    assert receipt.policy.obligations_applied == (Obligation.model_validate(OBLIGATION),)
    assert receipt.window == Window(**WINDOW)
    assert receipt.created_at == TIME
    assert (receipt.spec_hash, receipt.targets, receipt.store_outputs) == (None, (), {})


def test_pipeline_backfill_and_data_runbooks_make_nothing_up() -> None:
    backfill, runbooks = read("pipeline-backfill"), read("data-runbooks")
    assert backfill.actor == Actor(**ACTOR)
    assert backfill.environment.params_digest == B
    assert (runbooks.actor, runbooks.environment.params_digest) == (None, None)
    for receipt in (backfill, runbooks):
        assert receipt.dataset_slug is receipt.policy.policy_label is receipt.outputs[0].media_type is None


OPERATIONS = "ingest transform validate catalog promote rebuild ingest+publish index_backfill rollback"


@pytest.mark.parametrize("operation", OPERATIONS.split())
@pytest.mark.parametrize("form", ["pipeline-backfill", "pipeline-rerun", "data-runbooks"])
def test_operations(form: str, operation: str) -> None:
    assert read(form, ("/operation", operation)).operation == operation


@pytest.mark.parametrize(
    ("form", "place", "value", "at"),
    [
        # a key of another form
        ("index-backfill", "/actor", ACTOR, {"/actor"}),
        ("index-backfill", "/operation", "rebuild", {"/operation"}),
        ("index-backfill", "/environment/container_digest", A, {"/environment/container_digest"}),
        ("pipeline-backfill", "/targets", ["tiles"], {"/targets"}),
        ("pipeline-backfill", "/window", WINDOW, {"/window"}),
        ("pipeline-backfill", "/policy/policy_label", "public", {"/policy/policy_label"}),
        ("pipeline-backfill", "/outputs/0/media_type", "a/b", {"/outputs/0/media_type"}),
        ("data-runbooks", "/environment/params_digest", A, {"/environment/params_digest"}),
        ("pipeline-rerun", "/environment/image_digest", A, {"/environment/image_digest"}),
        # a key that decides the form: the document is then another form, with what that one lacks
        ("pipeline-backfill", "/dataset_slug", "a", {"/outputs/0/media_type", "/policy/policy_label"}),
        ("data-runbooks", "/actor", ACTOR, {"/environment/params_digest"}),
        ("pipeline-backfill", "/actor", ABSENT, {"/environment/params_digest"}),
        ("pipeline-backfill", "/actor", None, {"/actor"}),
        ("pipeline-rerun", "/dataset_slug", None, {"/dataset_slug"}),
        ("index-backfill", "/kind", None, {"/kind"}),
        ("index-backfill", "/kind", "rebuild", {"/kind"}),
        # outputs against targets
        ("index-backfill", "/targets", ["postgis", "search", "graph"], {"/outputs/tile_bundle_digests"}),
        ("index-backfill", "/targets", ["tiles"],
         {"/outputs/postgis_schema", "/outputs/search_index", "/outputs/graph_namespace"}),
        ("index-backfill", "/targets", ["postgis", "search", "graph", "tiles", "tiles"], {"/targets/4"}),
        ("index-backfill", "/targets", ["vector"], {"/targets/0"}),
        # values
        ("pipeline-rerun", "/run_id", "8e1cc7cf-0c86-4d9d-a7f7-8e40d3b5a8ea", {"/run_id"}),
        ("pipeline-rerun", "/operation", "deploy", {"/operation"}),
        ("pipeline-rerun", "/policy/obligations_applied/0", None, None),
        ("pipeline-rerun", "/window", {"start": TIME, "end": TIME}, {"/window/end"}),
        ("pipeline-rerun", "/environment/git_commit", "main", {"/environment/git_commit"}),
        ("pipeline-rerun", "/inputs/0/uri", "/etc/passwd", {"/inputs/0/uri"}),
    ],
)  # fmt: skip
def test_refused(form: str, place: str, value: Any, at: set[str] | None) -> None:
    if at is None:
        assert refused(form, ("/policy/obligations_applied", [None])) == {"/policy/obligations_applied/0"}
    else:
        assert refused(form, (place, value)) == at


def test_the_hint_names_the_form_and_why() -> None:
    _, found = read_receipt(sample("receipt.index-backfill") | {"actor": ACTOR}, "r.json")
    assert found[0].hint == "Remove `actor`. (Read as form index-backfill, since it has `kind`.)"


@pytest.mark.parametrize("form", ["pipeline-backfill", "pipeline-rerun", "data-runbooks"])
def test_only_a_failed_run_may_have_no_outputs(form: str) -> None:
    failed = ("/validation/status", "fail")
    receipt = read(form, ("/outputs", []), failed, ("/validation/reason_code", "upstream-timeout"))
    assert (receipt.outputs, receipt.validation.reason_code) == ((), "upstream-timeout")
    assert refused(form, ("/outputs", [])) == {"/outputs"}
    assert refused(form, ("/inputs", []), failed) == {"/inputs"}


def test_a_failed_index_backfill_may_lack_outputs() -> None:
    receipt = read(
        "index-backfill",
        (
            "/validation",
            {"status": "fail", "checks": [{"id": "V2", "status": "fail", "message": "no tiles"}]},
        ),
        ("/outputs", {"postgis_schema": "kfm_staging_7"}),
    )
    assert receipt.store_outputs == {"postgis": "kfm_staging_7"}


def test_an_index_backfill_may_name_its_versions_and_a_kfm_run() -> None:
    receipt = read(
        "index-backfill", ("/run_id", RUN), ("/dataset_version_ids", [VERSION]), ("/created_at", TIME)
    )
    assert (receipt.run_id, receipt.dataset_version_ids, receipt.created_at) == (RUN, (VERSION,), TIME)


@pytest.mark.parametrize("raw", [None, [], "x", 1])
def test_what_is_no_object(raw: Any) -> None:
    receipt, found = read_receipt(raw, "r.json")
    assert receipt is None
    assert [finding.place for finding in found] == [Place("r.json", "")]
