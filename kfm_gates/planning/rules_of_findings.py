"""What can be said of a plan once its versions were found, its stores asked and its evidence judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kfm_gates.model.finding import Json
from kfm_gates.model.index_plan import PlanIntent
from kfm_gates.planning.chunks import MOST_CHUNKS, MOST_VERSIONS, chunks
from kfm_gates.planning.enumeration import Enumeration
from kfm_gates.planning.refusals import Refusal, Refusals, refusal
from kfm_gates.stores.interface import Observation

OPEN = ("PASS", "WAIVED")

AFTERWARDS = ("cutover",)
"""Operations at which the outputs are there, and are meant to be."""


@dataclass(frozen=True)
class Found:
    """What was found: the versions in scope, and the answer of each target's store, by target."""

    evaluated_at: str
    enumeration: Enumeration
    observations: Mapping[str, Observation]
    receipts: Mapping[str, str | None]
    """The digest of each receipt that an append rests on; None for one that can't be read."""


def refusals_of_findings(intent: PlanIntent, found: Found, operation: str) -> Iterator[Refusal]:
    """Every refusal that follows from what was found."""
    yield from plan_versions(intent, found.enumeration)
    yield from plan_split(intent, found.enumeration)
    if operation not in AFTERWARDS:
        yield from plan_outputs(intent, found.observations)
    yield from plan_appended_to(intent, found)
    yield from plan_rollback(intent, found)


def plan_versions(intent: PlanIntent, enumeration: Enumeration) -> Refusals:
    """No version at all, one that does not exist, or one of which the manifest is gone (R-084)."""

    def refused(message: str, found: object, expected: str, hint: str) -> Refusal:
        return refusal("plan.versions", intent, "/scope", message, found=found, expected=expected, hint=hint)

    for id in enumeration.unknown:
        yield refused(
            "the scope names a version that there is not", id, "a version of the root", "correct it"
        )
    for version in enumeration.versions:
        if version.manifest is None:
            message = "a version within the scope has no manifest that can be read"
            hint = "restore its manifest, or name the versions that are to be indexed"
            yield refused(message, version.id, "a released version", hint)
    if not enumeration.versions and not enumeration.unknown:
        found = ", ".join(f"{id} ({reason})" for id, reason in enumeration.left_out[:5]) or "nothing"
        hint = "promote a version first; `kfm-gates promoted` lists them"
        yield refused("there is no promoted version within the scope", found, "at least one", hint)


def plan_split(intent: PlanIntent, enumeration: Enumeration) -> Refusals:
    """More parts than can be kept account of, or a part that is too large for a permit of its own (R-112)."""
    made = chunks(intent, enumeration.versions)
    if len(made) > MOST_CHUNKS:
        yield _split(
            intent, f"more than {MOST_CHUNKS} parts", f"at most {MOST_CHUNKS} parts", "longer periods"
        )
    most = max((len(each["dataset_versions"]) for each in made), default=0)
    if most > MOST_VERSIONS:
        yield _split(intent, f"{most} versions in a part", f"at most {MOST_VERSIONS}", "smaller parts")


def _split(intent: PlanIntent, found: str, expected: str, hint: str) -> Refusal:
    message = "the scope is over the limit and not split"
    hint = f"choose {hint}, or several plans"
    return refusal(
        "plan.run_order", intent, "/chunking/mode", message, found=found, expected=expected, hint=hint
    )


def plan_outputs(intent: PlanIntent, observations: Mapping[str, Observation]) -> Refusals:
    """An output that is there already or serves; or, without a new name, one that does not (R-087, R-196)."""
    for number, target in enumerate(intent.targets):
        answer, at = observations[target.name].answer, f"/targets/{number}/output"
        serves = answer["output_serves"]
        if intent.strategy == "blue_green" and (serves or answer["output_exists"]):
            yield refusal(
                "plan.outputs",
                intent,
                at,
                "the output serves now" if serves else "the output is there already",
                found=target.output,
                expected="a name under which there is nothing yet",
                hint="choose a new name, such as one with the date of the plan",
            )
        if intent.strategy != "blue_green" and not answer["exists"]:
            yield refusal(
                "plan.outputs",
                intent,
                at,
                f"there is nothing under this name to be written to {intent.strategy.replace('_', ' ')}",
                found="nothing",
                expected=target.output,
                hint="choose blue_green for what is built for the first time",
            )


def plan_appended_to(intent: PlanIntent, found: Found) -> Refusals:
    """An append to what is not as the run that wrote it left it (R-083)."""
    for number, target in enumerate(intent.targets):
        if target.appended_to is None:
            continue
        proof, at = target.appended_to, f"/targets/{number}/appended_to"
        revision, digest = found.observations[target.name].revision, found.receipts[proof.receipt.path]
        for field, stated, actual in (
            ("revision", proof.revision, revision),
            ("receipt/digest", proof.receipt.digest, digest),
        ):
            if stated != actual:
                yield refusal(
                    "plan.append_history",
                    intent,
                    f"{at}/{field}",
                    "the index is not as the run that wrote it left it"
                    if field == "revision"
                    else "the receipt of the run that wrote the index is not the one that is named",
                    found=actual,
                    expected=stated,
                    hint="build it anew with blue_green: what it holds is not proven",
                )


def plan_rollback(intent: PlanIntent, found: Found) -> Refusals:
    """A way back to what was never released or is out of use; or none, though something serves (R-098)."""
    for number, prior in enumerate(intent.rollback.prior_versions):
        if prior not in found.enumeration.releasable:
            yield refusal(
                "plan.rollback",
                intent,
                f"/rollback/prior_versions/{number}",
                "the way back leads to a version that is not promoted, or is withdrawn or quarantined",
                found=prior,
                expected="a promoted version",
                hint="name the versions that served before; `kfm-gates promoted` lists them",
            )
    serving = [name for name, seen in sorted(found.observations.items()) if seen.answer["exists"]]
    if serving and not intent.rollback.prior_versions:
        yield refusal(
            "plan.rollback",
            intent,
            "/rollback/prior_versions",
            "something serves now, but the plan does not say which versions",
            found=", ".join(serving),
            expected="the versions that serve",
            hint="name them, so that there is a way back",
        )


def plan_not_open(intent: PlanIntent, versions: Sequence[str], predicate: Json) -> Refusals:
    """A version for which the gates do not open (R-084, `preflight.promoted`)."""
    judged = {subject["id"]: subject for subject in predicate["subjects"]}
    for id in versions:
        subject = judged.get(id)
        if subject is None or subject["status"] not in OPEN:
            checks = (
                [] if subject is None else [c["id"] for c in subject["checks"] if c["status"] not in OPEN]
            )
            yield refusal(
                "preflight.promoted",
                intent,
                "/scope",
                f"the gates do not open for {id}",
                found="it was not judged"
                if subject is None
                else f"{subject['status']} by {', '.join(checks)}",
                expected="PASS or WAIVED",
                hint="`kfm-gates check` says why; a version that is not meant can be left out by naming the others",
            )
