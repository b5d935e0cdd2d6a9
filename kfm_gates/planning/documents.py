"""Reading drafts and plans: strict parsers, the closed form, and for a plan its own digest."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from kfm_gates.errors import EvidenceError, UsageError
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.strict_yaml import parse_yaml
from kfm_gates.model.base import EvidenceModel, form_findings
from kfm_gates.model.finding import Finding, Json
from kfm_gates.model.index_plan import IndexPlan, IndexPlanDraft
from kfm_gates.planning.refusals import Refusal, refusal, refuse

M = TypeVar("M", bound=EvidenceModel)

NOT_DIGESTED = frozenset({"plan_digest", "sign_offs"})
"""What a plan's digest leaves out: itself, and what is signed over it."""

_FORMS = (
    ("/scope/window", "plan.window"),
    ("/scope", "plan.scope"),
    ("/targets", "plan.targets"),
    ("/strategy", "plan.strategy"),
    ("/strategy_risk", "plan.strategy"),
    ("/validation", "plan.validation"),
    ("/chunking", "plan.chunking"),
    ("/chunks", "plan.chunking"),
    ("/run_order", "plan.run_order"),
    ("/rollback", "plan.rollback"),
    ("/reviewers", "plan.review"),
    ("/builder", "preflight.builder_pin"),
    ("/sign_offs", "preflight.approval"),
)
"""Which check judges the form of which part; the rest is `plan.form`."""


def plan_digest(raw: Json) -> str:
    """The digest that sign-offs and permits name: of the canonical JSON of the plan without its sign-offs."""
    return digest_of({name: value for name, value in raw.items() if name not in NOT_DIGESTED})


def read_draft(path: Path) -> IndexPlanDraft:
    """A draft in YAML or JSON; raises GateDenied for a form that is wrong, EvidenceError for what is no document."""
    return _read(IndexPlanDraft, path, "the draft can't become a plan")


def read_plan(path: Path) -> IndexPlan:
    """A plan as it was written; raises GateDenied as well when it was edited since."""
    plan = _read(IndexPlan, path, "this is no plan to act upon")
    actual = plan_digest(plan.raw)
    if plan.plan_digest != actual:
        message = "the plan was edited after it was made"
        hint = "make it anew from its draft: only sign-offs may be added to a plan"
        edited = refusal(
            "plan.fresh", plan, "/plan_digest", message, found=actual, expected=plan.plan_digest, hint=hint
        )
        refuse("this is no plan to act upon", [edited])
    return plan


def _read(model: type[M], path: Path, what: str) -> M:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror or error}") from error
    try:
        raw = parse_yaml(data) if path.suffix in (".yaml", ".yml") else parse_json(data)
    except EvidenceError as error:
        raise EvidenceError(f"{path}: {error}", file=str(path), line=error.line) from error
    document, findings = form_findings(model, raw, path.name)
    refuse(what, (Refusal(_check_of(each), each) for each in findings))
    if document is None:
        raise EvidenceError(f"{path}: has not the form that is asked for", file=str(path))
    return document


def _check_of(made: Finding) -> str:
    """The check that a flaw of form belongs to."""
    at = made.place.pointer
    if at.startswith("/targets/") and "/estimate" in at:
        return "plan.estimates"
    if at.startswith("/targets/") and at.endswith("/output"):
        return "plan.outputs"
    return next((check for part, check in _FORMS if at == part or at.startswith(f"{part}/")), "plan.form")
