"""Making a plan: the draft, judged and filled in. Stores and evidence are read and looked at again; none is written.

The same draft, evidence, stores, policy and `evaluated_at` give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from kfm_gates.evidence.canonical import digest_of
from kfm_gates.judge.launch import Verdict, judge_in_process
from kfm_gates.judge.record import pretty
from kfm_gates.judge.request import Request
from kfm_gates.model.finding import Json
from kfm_gates.model.index_plan import INTENT, IndexPlan, IndexPlanDraft
from kfm_gates.permit.plan_ground import Ground, predicate_of
from kfm_gates.planning.chunks import chunks
from kfm_gates.planning.documents import plan_digest, read_draft
from kfm_gates.planning.inputs import inputs
from kfm_gates.planning.refusals import Refusal, Refusals, refusal, refuse
from kfm_gates.planning.rules_of_findings import Found, plan_not_open, refusals_of_findings
from kfm_gates.planning.rules_of_intent import refusals_of_intent
from kfm_gates.stores.interface import Observation


def make_plan(
    draft: Path, request: Request, judge: Callable[[Request], Verdict] = judge_in_process
) -> tuple[IndexPlan, bytes]:
    """The plan for a draft, and its bytes as they are written.

    Raises PlanRefused with every reason, UsageError for what was asked wrongly, EngineError for a store or
    an engine that gives no answer.
    """
    intent = read_draft(draft)
    ground = Ground.of(request)
    before, found = ground.stamps(), ground.found(intent)
    refusals = [*refusals_of_intent(intent, ground.known_checks)]
    refusals += refusals_of_findings(intent, found, "plan")
    versions = found.enumeration.versions
    manifests = [version.manifest[0] for version in versions if version.manifest is not None]
    if not manifests:
        refuse("the plan is not made", refusals)
    verdict = judge(ground.to_judge(manifests))
    predicate = predicate_of(verdict)
    refusals += plan_not_open(intent, [version.id for version in versions], predicate)
    refusals += plan_dry_run(intent, ground, found, set(_moved(before, ground.stamps(), predicate)))
    refuse("the plan is not made", refusals)
    raw = _document(intent, ground, found, verdict, predicate)
    return IndexPlan.read(raw, "plan.json"), pretty(raw)


def plan_dry_run(intent: IndexPlanDraft, ground: Ground, found: Found, moved: set[str]) -> Refusals:
    """A store, a file or the list of versions that changed while the plan was made (R-085)."""
    for path in sorted(moved):
        yield _changed(intent, "/scope", f"the file {path}", "another state", "the one that was judged")
    if ground.enumerate(intent) != found.enumeration:
        yield _changed(intent, "/scope", "the list of versions", "another list", "the one that was judged")
    again: dict[str, Observation] = ground.observe(intent)
    for number, target in enumerate(intent.targets):
        was, now = found.observations[target.name], again[target.name]
        if was.answer != now.answer or was.revision != now.revision:
            what = f"the store {target.store} ({target.live})"
            yield _changed(intent, f"/targets/{number}", what, now.revision, was.revision)


def _changed(intent: IndexPlanDraft, pointer: str, what: str, found: str, expected: str) -> Refusal:
    message = f"{what} changed while the plan was made"
    hint = "wait until whatever writes there has ended, then plan again"
    return refusal("plan.dry_run", intent, pointer, message, found=found, expected=expected, hint=hint)


def _moved(before: Json, after: Json, predicate: Json) -> Iterator[str]:
    """The files of the decision that are not as they were before anything was read."""
    for subject in predicate["subjects"]:
        for file in subject["files"]:
            path = file["path"]
            if before.get(path) is None or before[path] != after.get(path):
                yield path


def _document(
    intent: IndexPlanDraft, ground: Ground, found: Found, verdict: Verdict, predicate: Json
) -> dict[str, Json]:
    versions = found.enumeration.versions
    people = intent.document()
    raw: dict[str, Json] = {
        "kfm_index_backfill_plan_version": "v1",
        "created_at": ground.evaluated_at,
        **{name: people[name] for name in INTENT if name in people},
        "dataset_versions": [version.document() for version in versions],
        "left_out": [{"id": id, "reason": reason} for id, reason in found.enumeration.left_out],
        "inputs": list(inputs(predicate, ground.configuration.layout, (each.id for each in versions))),
        "chunks": chunks(intent, versions),
        "stores": [found.observations[target.name].document() for target in intent.targets],
        "gates": {
            "decision_digest": verdict.decision_digest,
            "profile": predicate["profile"],
            "policy_pack_digest": predicate["policy_pack"]["digest"],
            "configuration_digest": predicate["configuration"]["digest"],
            "engines_digest": digest_of(predicate["engines"]),
        },
    }
    return {**raw, "plan_digest": plan_digest(raw), "sign_offs": []}
