"""What can be said of a plan from the plan alone: each function yields the refusals of one check."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter

from kfm_gates.evidence.placeholders import placeholders_in
from kfm_gates.evidence.pointers import walk
from kfm_gates.model.index_plan import PlanIntent
from kfm_gates.planning.chunks import by_time
from kfm_gates.planning.refusals import Refusal, Refusals, refusal

SMALL = 1 << 30
"""Bytes up to which an index may be rebuilt in place, outside production (R-082)."""

LABELS = ("V1", "V2", "V3", "V4")
"""The runbook's names for the gates after the build."""

_LATEST = re.compile(r"(?:^|[._/@-])latest(?:$|[._/@-])", re.I)


def refusals_of_intent(intent: PlanIntent, known_checks: Collection[str]) -> Iterator[Refusal]:
    """Every refusal that needs nothing but the plan, and the checks and gates that there are."""
    yield from plan_time_scope(intent)
    yield from plan_strategy(intent)
    yield from plan_append_history(intent)
    yield from plan_validation(intent, known_checks)
    yield from plan_chunking(intent)
    yield from plan_review(intent)
    yield from plan_run_order(intent)
    yield from preflight_builder_pin(intent)
    yield from preflight_spec_closed(intent)


def plan_time_scope(intent: PlanIntent) -> Refusals:
    """A scope in time, although the builder does not say that it can do that (R-078)."""
    if intent.scope.kind == "time" and not intent.builder.supports_time_scope:
        yield refusal(
            "plan.time_scope",
            intent,
            "/builder/supports_time_scope",
            "the scope is a period, but the builder does not support one",
            found="false",
            expected="true",
            hint="choose the scope dataset or full, or a builder that supports periods",
        )


def plan_strategy(intent: PlanIntent) -> Refusals:
    """In place in production or on what is not small; or names that do not fit the strategy (R-080, R-082)."""
    in_place, new = intent.strategy == "in_place", intent.strategy == "blue_green"
    if in_place and intent.deployment == "production":
        yield refusal(
            "plan.strategy",
            intent,
            "/strategy",
            "an index that is in production would be rebuilt in place",
            found="in_place in production",
            expected="blue_green",
            hint="build beside what serves, then cut over",
        )
    for number, target in enumerate(intent.targets):
        at, size = f"/targets/{number}", target.estimate.size_bytes
        if in_place and size > SMALL:
            yield refusal(
                "plan.strategy",
                intent,
                f"{at}/estimate/size_bytes",
                "a large index would be rebuilt in place",
                found=size,
                expected=f"at most {SMALL}",
                hint="choose blue_green",
            )
        if new == (target.output == target.live):
            yield refusal(
                "plan.strategy",
                intent,
                f"{at}/output",
                "the output is what serves now" if new else "the output is not what serves now",
                found=target.output,
                expected="another name than `live`" if new else target.live,
                hint="blue_green builds under a new name; the other strategies write to what serves",
            )


def plan_append_history(intent: PlanIntent) -> Refusals:
    """An append without what proves the present content; or such a proof without an append (R-083)."""
    appends = intent.strategy == "incremental_append"
    for number, target in enumerate(intent.targets):
        if appends and target.appended_to is None:
            yield refusal(
                "plan.append_history",
                intent,
                f"/targets/{number}/appended_to",
                "the index is appended to, but nothing proves what it holds now",
                found="nothing",
                expected="its revision after the run that wrote it, and the receipt of that run",
                hint="name them in `appended_to`, or choose blue_green",
            )
        if not appends and target.appended_to is not None:
            yield refusal(
                "plan.append_history",
                intent,
                f"/targets/{number}/appended_to",
                f"nothing is appended to with the strategy {intent.strategy}",
                found="appended_to",
                expected="no such field",
                hint="remove it, or choose incremental_append",
            )


def plan_validation(intent: PlanIntent, known_checks: Collection[str]) -> Refusals:
    """A step that names no check, gate or label that there is (R-089, R-111)."""
    for number, step in enumerate(intent.validation):
        if step.check not in known_checks and step.check not in LABELS:
            yield refusal(
                "plan.validation",
                intent,
                f"/validation/{number}/check",
                "the validation step names nothing that can be run",
                found=step.check,
                expected=f"the ID of a check, or {', '.join(LABELS)}",
                hint="`kfm-gates list` shows the checks",
            )


def plan_chunking(intent: PlanIntent) -> Refusals:
    """Parts by time, of a scope that is no period (R-094)."""
    if by_time(intent) is not None and intent.scope.kind != "time":
        yield refusal(
            "plan.chunking",
            intent,
            "/chunking/mode",
            "the plan is cut by time, but its scope is no period",
            found=intent.chunking.mode,
            expected="whole, dataset or version",
            hint="cut it by dataset or version, or choose a scope in time",
        )


def plan_review(intent: PlanIntent) -> Refusals:
    """A reviewer or approver who asked for it (R-091, R-104)."""
    groups = {"reviewers": intent.reviewers, "owner": (intent.owner,), "delegates": intent.delegates or ()}
    for field, people in groups.items():
        for number, person in enumerate(people):
            if person == intent.requested_by:
                yield refusal(
                    "plan.review",
                    intent,
                    "/owner" if field == "owner" else f"/{field}/{number}",
                    "who asks for the backfill would judge it as well",
                    found=person,
                    expected=f"somebody other than {intent.requested_by}",
                    hint="name another person",
                )


def plan_run_order(intent: PlanIntent) -> Refusals:
    """Phases that leave a target out, name it twice or wait for each other (R-110, R-112)."""
    order, targets = intent.run_order, [target.name for target in intent.targets]
    names, planned = {phase.name for phase in order.phases}, dict[str, int]()

    def refused(at: str, message: str, found: object, expected: object, hint: str) -> Refusal:
        return refusal("plan.run_order", intent, at, message, found=found, expected=expected, hint=hint)

    for number, phase in enumerate(order.phases):
        for place, target in enumerate(phase.targets):
            at = f"/run_order/phases/{number}/targets/{place}"
            if target not in targets:
                yield refused(
                    at, "is no target of the plan", target, " or ".join(targets), "correct the name"
                )
            elif target in planned:
                yield refused(at, "is built in two phases", target, "each target once", "keep one of the two")
            planned[target] = number
        for place, before in enumerate(phase.after):
            if before not in names:
                at = f"/run_order/phases/{number}/after/{place}"
                yield refused(at, "is no phase", before, " or ".join(sorted(names)), "correct the name")
    for target in targets:
        if target not in planned:
            yield refused(
                "/run_order/phases", "a target is in no phase", "nothing", target, "add it to a phase"
            )
    try:
        TopologicalSorter({phase.name: phase.after for phase in order.phases}).prepare()
    except CycleError as error:
        cycle = " after ".join(error.args[1])
        yield refused(
            "/run_order/phases", "phases wait for each other", cycle, "an order", "break the circle"
        )


def preflight_builder_pin(intent: PlanIntent) -> Refusals:
    """A builder that is named by a tag, which can move, or by another digest (R-059)."""
    image, digest = intent.builder.image, intent.builder.image_digest
    name, _, pinned = image.partition("@")
    if ":" in name.rpartition("/")[2] or (pinned and pinned != digest):
        yield refusal(
            "preflight.builder_pin",
            intent,
            "/builder/image",
            "the image is named by a tag, or by another digest than `image_digest`",
            found=image,
            expected=f"{name.rpartition(':')[0] or name}, without a tag",
            hint="leave the tag out: `image_digest` says which image it is",
        )


def preflight_spec_closed(intent: PlanIntent) -> Refusals:
    """A placeholder, or a name that means something else tomorrow, where a value belongs (R-060)."""
    for pointer, value in walk(intent.document()):
        if isinstance(value, str):
            for what in placeholders_in(value):
                yield _open(intent, pointer, f"holds the placeholder {what}", value)
    for number, target in enumerate(intent.targets):
        # Without blue_green the output is what serves, which may well have such a name.
        if intent.strategy == "blue_green" and _LATEST.search(target.output):
            yield _open(intent, f"/targets/{number}/output", "is a name that moves", target.output)


def _open(intent: PlanIntent, pointer: str, message: str, value: str) -> Refusal:
    hint = "write what it stands for today"
    return refusal(
        "preflight.spec_closed", intent, pointer, message, found=value, expected="a value", hint=hint
    )
