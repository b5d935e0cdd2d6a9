"""Reading drafts and plans, and which check a flaw of form belongs to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import EvidenceError, UsageError
from kfm_gates.model.index_plan import INTENT, IndexPlan, IndexPlanDraft, PlanIntent
from kfm_gates.planning.documents import NOT_DIGESTED, plan_digest, read_draft, read_plan
from kfm_gates.planning.refusals import PlanRefused
from tests.model.samples import sample
from tests.model.test_documents import ABSENT, changed
from tests.support.plans import refused

WINDOW = {"start": "2017-01-01T00:00:00Z", "end": "2018-01-01T00:00:00Z"}
TIME = {"kind": "time", "time_axis": "valid_time", "window": WINDOW}


def write(folder: Path, raw: Any, name: str = "draft.json") -> Path:
    (folder / name).write_text(json.dumps(raw), "utf-8")
    return folder / name


def test_a_draft_in_yaml_or_json(tmp_path: Path) -> None:
    path = write(tmp_path, sample("index-backfill-draft"))
    as_yaml = tmp_path / "draft.yaml"
    as_yaml.write_bytes(path.read_bytes())  # JSON is YAML
    assert read_draft(path).document() == read_draft(as_yaml).document() == sample("index-backfill-draft")


@pytest.mark.parametrize(
    ("place", "value", "check", "at"),
    [
        ("/reason", ABSENT, "plan.form", "/reason"),
        ("/runbook", "/abs/path.md", "plan.form", "/runbook"),
        ("/surprise", 1, "plan.form", "/surprise"),
        ("/reviewers", [], "plan.review", "/reviewers"),
        ("/scope", {}, "plan.scope", "/scope/kind"),
        ("/scope", {"kind": "everything"}, "plan.scope", "/scope/kind"),
        ("/scope", {"kind": "dataset"}, "plan.scope", "/scope/dataset_slug"),
        ("/scope", {"kind": "full", "dataset_slug": "a"}, "plan.scope", "/scope/dataset_slug"),
        ("/scope", {**TIME, "dataset_version_ids": ["2017.0f0f0f0f"]}, "plan.scope", "/scope/dataset_version_ids"),
        ("/scope", {"kind": "time", "window": WINDOW}, "plan.scope", "/scope/time_axis"),
        ("/scope", {**TIME, "time_axis": "my_time"}, "plan.scope", "/scope/time_axis"),
        ("/scope", {"kind": "time", "time_axis": "valid_time"}, "plan.window", "/scope/window"),
        ("/scope", {**TIME, "window": {**WINDOW, "end": WINDOW["start"]}}, "plan.window", "/scope/window/end"),
        ("/scope", {**TIME, "window": {**WINDOW, "end": "2017-01-01"}}, "plan.window", "/scope/window/end"),
        ("/scope", {**TIME, "window": {**WINDOW, "end": "2018-01-01T00:00:00"}}, "plan.window", "/scope/window/end"),
        ("/scope", {**TIME, "window": {**WINDOW, "end": "2018-01-01T00:00:00+01:00"}},
         "plan.window", "/scope/window/end"),
        ("/targets", [], "plan.targets", "/targets"),
        ("/targets/0/store", "elastic", "plan.targets", "/targets/0/store"),
        ("/targets/0/output", ABSENT, "plan.outputs", "/targets/0/output"),
        ("/targets/0/output", "../up", "plan.outputs", "/targets/0/output"),
        ("/targets/0/output", "a/../../up", "plan.outputs", "/targets/0/output"),
        ("/targets/0/estimate", ABSENT, "plan.estimates", "/targets/0/estimate"),
        ("/targets/0/estimate/size_bytes", 0, "plan.estimates", "/targets/0/estimate/size_bytes"),
        ("/targets/0/estimate/runtime_seconds", "long", "plan.estimates", "/targets/0/estimate/runtime_seconds"),
        ("/strategy", "big_bang", "plan.strategy", "/strategy"),
        ("/strategy_risk", " ", "plan.strategy", "/strategy_risk"),
        ("/validation", [], "plan.validation", "/validation"),
        ("/chunking/max_parallelism", 0, "plan.chunking", "/chunking/max_parallelism"),
        ("/run_order/cursor", "", "plan.run_order", "/run_order/cursor"),
        ("/rollback/prior_versions", ["2017.0f0f0f0f"], "plan.rollback", "/rollback/prior_versions/0"),
        ("/builder/image_digest", "sha256:abc", "preflight.builder_pin", "/builder/image_digest"),
        ("/builder/git_commit", "main", "preflight.builder_pin", "/builder/git_commit"),
    ],
)  # fmt: skip
def test_a_flaw_of_form_has_its_check(tmp_path: Path, place: str, value: Any, check: str, at: str) -> None:
    with pytest.raises(PlanRefused) as told:
        read_draft(write(tmp_path, changed(sample("index-backfill-draft"), place, value)))
    assert refused(told.value) == {(check, at)}


def test_two_targets_of_one_name(tmp_path: Path) -> None:
    raw = sample("index-backfill-draft")
    raw["targets"] *= 2
    with pytest.raises(PlanRefused) as told:
        read_draft(write(tmp_path, raw))
    assert refused(told.value) == {("plan.targets", "/targets/1/live"), ("plan.outputs", "/targets/1/output")}


def test_what_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read: No such file"):
        read_draft(tmp_path / "none.yaml")
    (tmp_path / "twice.json").write_text('{"a": 1, "a": 2}')
    with pytest.raises(EvidenceError, match=r"twice\.json: .*twice"):
        read_draft(tmp_path / "twice.json")
    with pytest.raises(PlanRefused, match="not an object"):
        read_plan(write(tmp_path, [1]))


def test_a_plan_that_was_edited_is_none(tmp_path: Path) -> None:
    raw = sample("index-backfill-plan")
    raw["plan_digest"] = plan_digest(raw)
    raw["sign_offs"] = []
    assert read_plan(write(tmp_path, raw)).plan_digest == raw["plan_digest"]
    for name in set(raw) - NOT_DIGESTED - {"kfm_index_backfill_plan_version"}:
        edited = json.loads(json.dumps(raw))
        edited.pop(name)
        assert plan_digest(edited) != raw["plan_digest"], name
    raw["reason"] = "Another reason."
    with pytest.raises(PlanRefused, match="edited after it was made") as told:
        read_plan(write(tmp_path, raw))
    assert refused(told.value) == {("plan.fresh", "/plan_digest")}


def test_sign_offs_do_not_change_the_digest() -> None:
    raw = sample("index-backfill-plan")
    assert plan_digest(raw) == plan_digest({**raw, "sign_offs": [], "plan_digest": "x"})


def test_a_plan_takes_every_field_of_its_draft_but_the_version() -> None:
    assert set(INTENT) == set(PlanIntent.model_fields)
    assert set(IndexPlanDraft.model_fields) - set(INTENT) == {"kfm_index_backfill_draft_version"}
    assert set(INTENT) < set(IndexPlan.model_fields)
