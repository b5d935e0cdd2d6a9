"""Making a plan, with the real gates on copies of the example dataset."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import EngineError, UsageError
from kfm_gates.judge.launch import Verdict, judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.permit.plan_make import make_plan
from kfm_gates.planning.documents import plan_digest
from kfm_gates.planning.refusals import PlanRefused
from tests.support.plans import (
    DRAFT,
    GENERALIZED,
    PUBLIC,
    SLUG,
    Change,
    make,
    refused,
    request,
    write_draft,
)
from tests.support.running import EVALUATED_AT, kansas_copy
from tests.support.trees import edit, file_of

pytestmark = pytest.mark.slow  # real processes, each with a judge of its own

ONE, TWO = f"{SLUG}/{PUBLIC}", f"{SLUG}/{GENERALIZED}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return kansas_copy(tmp_path)


def digest_of_file(path: Path) -> str:
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def put(*steps: Any, value: Any) -> Change:
    def change(raw: dict[str, Any]) -> None:
        part: Any = raw
        for step in steps[:-1]:
            part = part[step]
        part[steps[-1]] = value

    return change


def test_a_plan(root: Path) -> None:
    path = write_draft(root.parent)
    plan, data = make_plan(path, request(root))
    raw = json.loads(data)
    assert {name: raw[name] for name in DRAFT if name in raw} == {
        name: value for name, value in DRAFT.items() if not name.startswith("kfm_")
    }
    assert plan.created_at == EVALUATED_AT
    assert [each.id for each in plan.dataset_versions] == [ONE, TWO]
    for version in plan.dataset_versions:
        assert version.manifest.digest == digest_of_file(root / version.manifest.path)
    on_disk = {
        file.relative_to(root).as_posix()
        for part in ("data/processed/*/*/artifacts", "data/catalog", "release/manifests")
        for folder in root.glob(part)
        for file in folder.rglob("*")
        if file.is_file()
    }
    assert {each.path for each in plan.inputs} == on_disk
    for each in plan.inputs:
        assert (each.digest, each.size) == (
            digest_of_file(root / each.path),
            (root / each.path).stat().st_size,
        )
    assert [chunk.dataset_versions for chunk in plan.chunks] == [(ONE,), (TWO,)]
    (seen,) = plan.stores
    assert seen.revision == digest_of_file(root / "release" / "published" / f"{SLUG}.json")
    assert plan.plan_digest == plan_digest(raw)
    assert plan.sign_offs == ()


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes(root: Path) -> None:
    path = write_draft(root.parent)
    _, one = make_plan(path, request(root))
    shuffled = list(json.loads(path.read_text()).items())
    random.Random(3).shuffle(shuffled)
    path.write_text(json.dumps(dict(shuffled), indent=7))
    _, two = make_plan(path, request(root, jobs=2))
    assert one == two


def test_one_version_of_several(root: Path) -> None:
    """The other one is not judged, and what is wrong with it is none of this plan's business."""
    edit(file_of(root, "qa_report", "public_generalized"), lambda made: made.update(status="fail"))
    scope = {"kind": "dataset", "dataset_slug": SLUG, "dataset_version_ids": [PUBLIC]}
    plan = make(root, put("scope", value=scope))
    assert [each.id for each in plan.dataset_versions] == [ONE]
    assert {each.dataset_version for each in plan.inputs} == {ONE}


def test_a_version_that_is_not_open(root: Path) -> None:
    edit(file_of(root, "qa_report", "public_generalized"), lambda made: made.update(status="fail"))
    with pytest.raises(PlanRefused, match=f"do not open for {TWO}") as told:
        make(root, put("validation", 0, "check", value="no.such"))
    assert refused(told.value) == {
        ("preflight.promoted", "/scope"),
        ("plan.validation", "/validation/0/check"),
    }
    assert "quality.report" in str(told.value)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (put("scope", "dataset_slug", value="rivers"), {("plan.versions", "/scope")}),
        (put("scope", "dataset_version_ids", value=["2016.0f0f0f0f"]), {("plan.versions", "/scope")}),
        (put("rollback", "prior_versions", value=[]), {("plan.rollback", "/rollback/prior_versions")}),
        (put("rollback", "prior_versions", value=[ONE, f"{SLUG}/2016.0f0f0f0f"]),
         {("plan.rollback", "/rollback/prior_versions/1")}),
        (put("targets", 0, "output", value=f"data/processed/{ONE}/artifacts/counties.pmtiles"),
         {("plan.outputs", "/targets/0/output")}),
        (put("targets", 0, "output", value="data"), {("plan.outputs", "/targets/0/output")}),
        (put("targets", 0, "output", value=PUBLIC), {("plan.outputs", "/targets/0/output")}),
    ],
)  # fmt: skip
def test_refused(root: Path, change: Change, wanted: set[tuple[str, str]]) -> None:
    with pytest.raises(PlanRefused) as told:
        make(root, change)
    assert refused(told.value) == wanted


def test_what_is_written_to_must_be_there_unless_it_is_new(root: Path) -> None:
    (root / "release" / "published" / f"{SLUG}.json").unlink()

    def in_place(raw: dict[str, Any]) -> None:
        raw["strategy"] = "in_place"
        raw["targets"][0]["output"] = SLUG
        raw["rollback"]["prior_versions"] = []

    with pytest.raises(PlanRefused) as told:
        make(root, in_place)
    assert refused(told.value) == {("plan.outputs", "/targets/0/output")}
    assert make(root, put("rollback", "prior_versions", value=[])).stores[0].answer["exists"] is False


@pytest.mark.slow
def test_an_append_rests_on_what_wrote_the_index(root: Path) -> None:
    pointer = root / "release" / "published" / f"{SLUG}.json"
    receipt = f"data/receipts/{ONE}/promote.json"

    def append(revision: str, digest: str) -> Change:
        def change(raw: dict[str, Any]) -> None:
            proof = {"revision": revision, "receipt": {"path": receipt, "digest": digest}}
            raw["strategy"] = "incremental_append"
            raw["targets"][0] |= {"output": SLUG, "appended_to": proof}

        return change

    revision, digest = digest_of_file(pointer), digest_of_file(root / receipt)
    assert make(root, append(revision, digest)).strategy == "incremental_append"
    other = "sha256:" + "ab" * 32
    with pytest.raises(PlanRefused) as told:
        make(root, append(other, other))
    at = "/targets/0/appended_to"
    assert refused(told.value) == {
        ("plan.append_history", f"{at}/revision"),
        ("plan.append_history", f"{at}/receipt/digest"),
    }


def pointer_moves(root: Path) -> None:
    edit(
        root / "release" / "published" / f"{SLUG}.json",
        lambda made: made.update(updated_at="2026-09-02T16:00:00Z"),
    )


def output_appears(root: Path) -> None:
    (root / "tiles").mkdir()
    (root / "tiles" / "kansas-counties-2.pmtiles").touch()


def artifact_is_touched(root: Path) -> None:
    path = root / f"data/processed/{ONE}/artifacts/counties.parquet"
    path.write_bytes(path.read_bytes())


def version_vanishes(root: Path) -> None:
    notice = {
        "kfm_version_status_version": "v1",
        "dataset_slug": SLUG,
        "dataset_version_id": PUBLIC,
        "status": "withdrawn",
        "reason": "a mistake",
        "decided_at": "2026-10-01T00:00:00Z",
        "decided_by": {"principal": "example:steward-1", "role": "steward"},
    }
    path = root / "release" / "status" / SLUG / f"{PUBLIC}.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notice))


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (pointer_moves, "the store tiles"),
        (output_appears, "the store tiles"),
        (artifact_is_touched, "counties.parquet changed while the plan was made"),
        (version_vanishes, "the list of versions changed"),
    ],
)
def test_what_changes_while_it_is_planned(root: Path, happens: Callable[[Path], None], said: str) -> None:
    def judge(asked: Request) -> Verdict:
        verdict = judge_in_process(asked)
        happens(root)
        return verdict

    with pytest.raises(PlanRefused, match=said) as told:
        make_plan(write_draft(root.parent), request(root), judge)
    assert {check for check, _ in refused(told.value)} == {"plan.dry_run"}


def test_a_store_without_an_answer_ends_it(root: Path) -> None:
    with pytest.raises(EngineError, match="search can't be observed"):
        make(root, _to("search"))
    with pytest.raises(UsageError, match="postgis is a target"):
        make(root, _to("postgis"))
    (root.parent / "kfm-gates.toml").write_text(
        '[stores.postgis]\ndsn = "postgresql://u@/d?host=/nonexistent"\n'
    )
    with pytest.raises(EngineError, match="postgis can't be observed at u@/nonexistent"):
        make(root, _to("postgis"))


def _to(store: str) -> Change:
    def change(raw: dict[str, Any]) -> None:
        raw["targets"][0]["store"] = store
        raw["run_order"]["phases"][0]["targets"] = [f"{store}:{SLUG}"]

    return change


def test_another_policy_pack_than_expected(root: Path) -> None:
    with pytest.raises(Exception, match="not the expected"):
        make(root, expect_pack="sha256:" + "0" * 64)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subjects": (ONE,)}, "whole profile"),
        ({"evaluated_at": "tomorrow"}, "write a time"),
        ({"targets": ("none",)}, "no such file or folder"),
    ],
)
def test_what_can_not_be_planned_on(root: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        make(root, **changes)


def test_a_manifest_is_no_root(root: Path) -> None:
    manifest = str(root / "release" / "manifests" / SLUG / f"{PUBLIC}.json")
    with pytest.raises(UsageError, match="give the evidence root"):
        make(root, targets=(manifest,))
