"""Whether a plan holds: every kind of staleness, by the real gates and stores, on copies of the example dataset."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import EngineError, EvidenceError, PermitInvalid
from kfm_gates.model.index_plan import IndexPlan
from kfm_gates.permit.plan_apply import hold_plan, inspect_plan, verify_plan
from kfm_gates.planning.refusals import PlanRefused
from tests.support.plans import (
    GENERALIZED,
    PUBLIC,
    SLUG,
    Change,
    approval,
    make,
    refused,
    request,
    write_plan,
)
from tests.support.running import EVALUATED_AT, kansas_copy
from tests.support.trees import edit

pytestmark = pytest.mark.slow  # real processes, each with a judge of its own

ONE, TWO = f"{SLUG}/{PUBLIC}", f"{SLUG}/{GENERALIZED}"
OTHER = "sha256:" + "ab" * 32


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> IndexPlan:
    """A plan, made once. It names nothing of the machine, so it holds for every copy of the evidence."""
    return make(kansas_copy(tmp_path_factory.mktemp("made")))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return kansas_copy(tmp_path)


def inspected(
    root: Path, plan: IndexPlan, change: Change | None = None, **changes: Any
) -> set[tuple[str, str]]:
    """What is refused without judging."""
    operation = changes.pop("operation", "build")
    held = inspect_plan(write_plan(root.parent, plan, change), request(root, **changes), operation)
    return {(each.check, each.finding.place.pointer) for each in held.refusals}


def verified(
    root: Path, plan: IndexPlan, change: Change | None = None, **changes: Any
) -> set[tuple[str, str]]:
    """What is refused once it was judged; nothing when the plan holds."""
    try:
        verify_plan(write_plan(root.parent, plan, change), request(root, **changes))
    except PlanRefused as told:
        return refused(told)
    return set()


def test_it_holds(root: Path, made: IndexPlan) -> None:
    assert verified(root, made) == set()


def test_it_holds_later_as_well(root: Path, made: IndexPlan) -> None:
    """The gates judge anew as of then; that the decision has another moment is no change."""
    assert verified(root, made, evaluated_at="2026-11-02T12:00:00Z") == set()


def test_what_is_held(root: Path, made: IndexPlan) -> None:
    held = hold_plan(write_plan(root.parent, made), request(root, evaluated_at=None))
    assert (held.digest, held.targets) == (made.plan_digest, (f"tiles:{SLUG}",))
    assert held.request.targets == tuple(
        str(root / "release" / "manifests" / SLUG / f"{version}.json") for version in (PUBLIC, GENERALIZED)
    )
    assert not held.request.partial
    assert held.request.evaluated_at is None  # a permit must be of the moment at which it was judged


def test_inputs_that_changed_are_named_with_both_digests(root: Path, made: IndexPlan) -> None:
    catalog = f"data/catalog/{TWO}/dcat.jsonld"
    artifact = f"data/processed/{ONE}/artifacts/counties.parquet"
    was = {each.path: each.digest for each in made.inputs}
    for path in (catalog, artifact):
        (root / path).write_bytes((root / path).read_bytes() + b"\n")
    with pytest.raises(PlanRefused) as told:
        verify_plan(write_plan(root.parent, made), request(root))
    named = {
        each.finding.message: (each.finding.found, each.finding.expected)
        for each in told.value.refusals
        if each.check == "plan.input_digests"
    }
    assert set(named) == {f"the input {catalog} has changed", f"the input {artifact} has changed"}
    for path in (catalog, artifact):
        now, planned = named[f"the input {path} has changed"]
        assert planned == was[path] != now
    assert ("preflight.promoted", "/scope") in refused(told.value)
    for digest in (d for pair in named.values() for d in pair):
        assert digest in str(told.value)


def test_an_input_that_is_gone(root: Path, made: IndexPlan) -> None:
    (root / f"data/catalog/{TWO}/prov.jsonld").unlink()
    found = verified(root, made)
    assert {("plan.input_digests", "/inputs"), ("preflight.promoted", "/scope")} <= found


def pointer(root: Path) -> Path:
    return root / "release" / "published" / f"{SLUG}.json"


def released_again(root: Path) -> None:
    path = root / "release" / "manifests" / SLUG / f"{GENERALIZED}.json"
    path.write_bytes(path.read_bytes() + b"\n")


def promoted_since(root: Path) -> None:
    """A third version, of which the ledger says that it was promoted."""
    ledger = root / "audit" / "ledger.jsonl"
    last = json.loads(ledger.read_text().splitlines()[-1])
    third = last | {
        "seq": last["seq"] + 1,
        "dataset_version_id": "2018.0f0f0f0f.1a2b3c4d",
        "operation": "promote",
    }
    with ledger.open("a") as file:
        file.write(json.dumps(third, separators=(",", ":"), sort_keys=True) + "\n")


def withdrawn(root: Path) -> None:
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


def output_built(root: Path) -> None:
    (root / "tiles").mkdir()
    (root / "tiles" / "kansas-counties-2.pmtiles").touch()


VERSIONS = ("plan.fresh", "/dataset_versions")


@pytest.mark.parametrize(
    ("happens", "wanted"),
    [
        (
            lambda root: pointer(root).write_bytes(pointer(root).read_bytes() + b" "),
            {("plan.fresh", "/stores")},
        ),
        (lambda root: pointer(root).unlink(), {("plan.fresh", "/stores")}),
        (released_again, {VERSIONS}),
        (promoted_since, {VERSIONS, ("plan.versions", "/scope")}),
        (withdrawn, {VERSIONS, ("plan.rollback", "/rollback/prior_versions/0")}),
        (output_built, {("plan.outputs", "/targets/0/output")}),
    ],
)
def test_what_moved_since(
    root: Path, made: IndexPlan, happens: Callable[[Path], object], wanted: set[tuple[str, str]]
) -> None:
    happens(root)
    assert inspected(root, made) == wanted
    with pytest.raises(PlanRefused, match="the plan does not hold"):
        hold_plan(root.parent / "plan.json", request(root))


def test_the_revisions_of_a_store_are_both_named(root: Path, made: IndexPlan) -> None:
    pointer(root).write_bytes(pointer(root).read_bytes() + b" ")
    with pytest.raises(PlanRefused, match=f"what tiles:{SLUG} serves has changed") as told:
        hold_plan(write_plan(root.parent, made), request(root))
    (each,) = told.value.refusals
    assert each.finding.expected == made.stores[0].revision != each.finding.found


def test_for_a_cutover_the_outputs_may_be_there(root: Path, made: IndexPlan) -> None:
    output_built(root)
    assert inspected(root, made, operation="cutover") == set()


def test_a_store_that_can_not_be_asked_is_never_unchanged(root: Path, made: IndexPlan) -> None:
    pointer(root).write_bytes(b"{")
    with pytest.raises(EvidenceError, match="tiles can't be observed"):
        hold_plan(write_plan(root.parent, made), request(root))
    pointer(root).unlink()
    pointer(root).mkdir()
    with pytest.raises(EngineError, match="tiles can't be observed"):
        hold_plan(write_plan(root.parent, made), request(root))


def test_a_version_without_its_manifest_is_not_judged(root: Path, made: IndexPlan) -> None:
    (root / "release" / "manifests" / SLUG / f"{GENERALIZED}.json").unlink()
    assert verified(root, made) == {VERSIONS, ("plan.versions", "/scope")}


def put(*steps: Any, value: Any) -> Change:
    def change(raw: dict[str, Any]) -> None:
        part: Any = raw
        for step in steps[:-1]:
            part = part[step]
        part[steps[-1]] = value

    return change


def one_chunk_less(raw: dict[str, Any]) -> None:
    raw["chunks"].pop()


def the_same_twice(raw: dict[str, Any]) -> None:
    raw["chunks"][1]["dataset_versions"] = raw["chunks"][0]["dataset_versions"]


def one_version_less(raw: dict[str, Any]) -> None:
    raw["dataset_versions"].pop()
    raw["chunks"].pop()


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (one_chunk_less, {("plan.chunking", "/chunks")}),
        (the_same_twice, {("plan.chunking", "/chunks")}),
        (one_version_less, {VERSIONS}),
        (put("stores", 0, "target", value="tiles:rivers"), {("plan.fresh", "/stores")}),
        (put("stores", 0, "revision", value=OTHER), {("plan.fresh", "/stores")}),
        (put("targets", 0, "output", value=SLUG),
         {("plan.strategy", "/targets/0/output"), ("plan.outputs", "/targets/0/output")}),
        (put("requested_by", value="example:owner-1"),
         {("plan.review", "/owner"), ("preflight.approval", "/sign_offs/0/principal")}),
    ],
)  # fmt: skip
def test_a_plan_made_by_hand_is_held_to_the_same_rules(
    root: Path, made: IndexPlan, change: Change, wanted: set[tuple[str, str]]
) -> None:
    """Its digest fits and its owner approves, but no gate ever saw it."""
    assert inspected(root, made, change) == wanted


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("decision_digest", "gate decision"),
        ("policy_pack_digest", "policy pack"),
        ("configuration_digest", "configuration"),
        ("engines_digest", "engines"),
        ("profile", "profile"),
    ],
)
def test_other_gates(root: Path, made: IndexPlan, field: str, said: str) -> None:
    value = {"name": "promotion-v1", "digest": OTHER} if field == "profile" else OTHER
    path = write_plan(root.parent, made, put("gates", field, value=value))
    with pytest.raises(PlanRefused, match=said) as told:
        verify_plan(path, request(root))
    assert refused(told.value) == {("plan.fresh", f"/gates/{field}")}


def test_inputs_that_the_plan_hides(root: Path, made: IndexPlan) -> None:
    def hide(raw: dict[str, Any]) -> None:
        raw["inputs"].pop(0)

    assert verified(root, made, hide) == {("plan.input_digests", "/inputs")}


@pytest.mark.slow
def test_another_configuration_and_another_pack(root: Path, made: IndexPlan) -> None:
    configuration = root.parent / "kfm-gates.toml"
    configuration.write_text('[paths]\nstatus = "release/notices/{slug}/{version}.json"\n')
    assert verified(root, made) == {("plan.fresh", "/gates/configuration_digest")}
    configuration.write_text('profile = "own.toml"\n')
    (root.parent / "own.toml").write_text(
        '[profile]\nname = "own"\ndescription = "d"\nextends = "promotion-v1"\npacks = ["p"]\n'
    )
    (root.parent / "p" / "rego" / "own").mkdir(parents=True)
    (root.parent / "p" / "rego" / "README.md").write_text("A pack without checks.\n")
    assert verified(root, made) >= {("plan.fresh", "/gates/profile")}
    with pytest.raises(PermitInvalid, match="not the expected"):
        verify_plan(write_plan(root.parent, made), request(root, expect_pack=OTHER))


@pytest.mark.parametrize(
    ("change", "at", "said"),
    [
        (lambda raw: raw["sign_offs"].clear(), "/sign_offs", "has not approved"),
        (put("sign_offs", 0, "statement", value="maintenance_window"), "/sign_offs", "has not approved"),
        (put("sign_offs", 0, "principal", value="example:steward-1"), "/sign_offs", "has not approved"),
        (put("sign_offs", 0, "expires_at", value=EVALUATED_AT), "/sign_offs/0/expires_at", "has expired"),
        (put("sign_offs", 0, "plan_digest", value=OTHER), "/sign_offs/0/plan_digest", "is of another plan"),
    ],
)
def test_sign_offs(root: Path, made: IndexPlan, change: Change, at: str, said: str) -> None:
    path = write_plan(root.parent, made, change, redigest=False)
    with pytest.raises(PlanRefused, match=said) as told:
        hold_plan(path, request(root))
    assert refused(told.value) == {("preflight.approval", at)}


def test_a_sign_off_of_the_requester_counts_for_nothing(root: Path, made: IndexPlan) -> None:
    def asker(raw: dict[str, Any]) -> None:
        mine = approval(raw["plan_digest"]) | {
            "principal": "example:map-team",
            "statement": "cutover_approval",
        }
        raw["sign_offs"].append(mine)

    assert inspected(root, made, asker) == {("preflight.approval", "/sign_offs/1/principal")}


def test_a_delegate_may_approve(tmp_path: Path, root: Path, made: IndexPlan) -> None:
    def delegate(raw: dict[str, Any]) -> None:
        raw["delegates"] = ["example:deputy"]
        raw["sign_offs"][0]["principal"] = "example:deputy"

    assert inspected(root, made, delegate) == set()


def test_edited_after_it_was_approved(root: Path, made: IndexPlan) -> None:
    path = write_plan(root.parent, made, put("reason", value="Something else."), redigest=False)
    with pytest.raises(PlanRefused, match="edited after it was made") as told:
        hold_plan(path, request(root))
    assert refused(told.value) == {("plan.fresh", "/plan_digest")}


def test_everything_that_changed_is_said_at_once(root: Path, made: IndexPlan) -> None:
    shutil.copytree(root / "data" / "decisions", root / "elsewhere")
    edit(pointer(root), lambda raw: raw.update(updated_at="2026-09-02T16:00:00Z"))
    (root / f"data/catalog/{TWO}/dcat.jsonld").write_bytes(b"{}")
    found = verified(root, made, put("sign_offs", 0, "expires_at", value="2026-10-01T00:00:00Z"))
    assert found >= {
        ("plan.fresh", "/stores"),
        ("plan.input_digests", "/inputs"),
        ("preflight.promoted", "/scope"),
        ("preflight.approval", "/sign_offs/0/expires_at"),
    }
