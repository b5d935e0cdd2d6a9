"""All that the evidence says of a rerun, put together and decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kfm_gates.facts.container import provides
from kfm_gates.facts.given import Clock
from kfm_gates.facts.rerun_decision import decide
from kfm_gates.facts.rerun_failure import Failure
from kfm_gates.facts.rerun_logic import LogicChange
from kfm_gates.facts.rerun_looks import Looks
from kfm_gates.facts.rerun_papers import RerunPapers
from kfm_gates.facts.rerun_prior import PriorRun
from kfm_gates.facts.rerun_state import VersionState
from kfm_gates.facts.rerun_told import Told
from kfm_gates.facts.rerun_upstream import UpstreamChange
from kfm_gates.facts.rerun_vocabulary import Known, Mode, RerunDecision, RerunFacts
from kfm_gates.model.finding import Place
from kfm_gates.model.text import instant

RERUN_JOB = "rerun"
"""The only `job` that a rerun may be (R-031, R-048)."""

MACHINES = ("pipeline", "policy_engine")
"""The roles of what is no person, and so can't declare anything."""


@dataclass(frozen=True)
class Rerun:
    """The decision for one version, and for each field of its facts what was told and where."""

    told: Mapping[str, Told[Any]]
    facts: RerunFacts
    decision: RerunDecision

    def place(self, name: str) -> Place:
        """Where a fact was read."""
        return self.told[name].place


@provides
def rerun(
    papers: RerunPapers,
    prior: PriorRun,
    logic: LogicChange,
    upstream: UpstreamChange,
    state: VersionState,
    failed: Failure,
    looks: Looks,
    clock: Clock,
) -> Rerun:
    """Gather and decide."""
    ended = f"the prior run {'failed' if prior.failed is Known.YES else 'passed'}"
    told: dict[str, Told[Any]] = {
        "prior_receipt": Told(prior.verified, prior.said, prior.place),
        "failed": Told(prior.failed, prior.said if prior.failed is Known.UNKNOWN else ended, prior.place),
        "failure": failed.named,
        "contradicted": failed.contradicted,
        "spec_changed": logic.spec,
        "code_changed": logic.code,
        "bytes_changed": upstream.bytes_changed,
        "validators": upstream.validators,
        "superseded": upstream.superseded,
        "legitimate": _legitimate(papers, prior, clock),
        "drifted": _drifted(papers, looks),
        "canonical": state.canonical,
        "published": state.published,
        "quarantined": state.quarantined,
        "settled": state.settled,
        "in_scope": _in_scope(papers),
        "declared": _declared(papers),
    }
    facts = RerunFacts(**{name: each.value for name, each in told.items()})
    return Rerun(told, facts, decide(facts))


def _legitimate(papers: RerunPapers, prior: PriorRun, clock: Clock) -> Told[Known]:
    """A person other than who asks has declared the change, after the prior run and not in the future."""
    request = papers.request
    if request is None or request.upstream_change is None:
        place = request.at("/upstream_change") if request is not None else Place("")
        return Told(Known.NO, "nobody has declared a change upstream", place)
    made = request.upstream_change
    ended = prior.receipt.created_at if prior.receipt is not None else None
    if made.declared_by.role in MACHINES:
        said = "the change upstream is declared by a machine, not by a person"
        return Told(Known.NO, said, request.at("/upstream_change/declared_by/role"))
    if made.declared_by.principal.casefold() == request.requested_by.principal.casefold():
        said = "the change upstream is declared by who asks for the rerun"
        return Told(Known.NO, said, request.at("/upstream_change/declared_by/principal"))
    before = ended is not None and instant(made.declared_at) < instant(ended)
    if before or instant(made.declared_at) > instant(clock.evaluated_at):
        said = "the change upstream is declared before the prior run, or in the future"
        return Told(Known.NO, said, request.at("/upstream_change/declared_at"))
    return Told(
        Known.YES,
        "a named person has declared the change upstream legitimate",
        request.at("/upstream_change"),
    )


def _drifted(papers: RerunPapers, looks: Looks) -> Told[Known]:
    observation = papers.observation
    if observation is None or not observation.projections:
        return Told(Known.UNKNOWN, "nobody observed the projections", Place(""))
    if not looks.is_fresh(instant(observation.observed_at)):
        said = "the observation is older than the prior run, too old, or of the future"
        return Told(Known.UNKNOWN, said, observation.at("/observed_at"))
    for number, each in enumerate(observation.projections):
        if each.drifted:
            return Told(
                Known.YES, f"{each.target} is out of step", observation.at(f"/projections/{number}/drifted")
            )
    return Told(Known.NO, "no projection that was observed is out of step", observation.at("/projections"))


def _in_scope(papers: RerunPapers) -> Told[Known]:
    request = papers.request
    if request is None:
        return Told(Known.YES, "a rerun was asked for", Place(""))
    is_rerun = request.job == RERUN_JOB
    said = "the job is a rerun" if is_rerun else f"the job is {request.job}"
    return Told(Known.YES if is_rerun else Known.NO, said, request.at("/job"))


def _declared(papers: RerunPapers) -> Told[Mode | None]:
    request = papers.request
    if request is None or request.mode is None:
        return Told(None, "no mode is declared", request.at() if request is not None else Place(""))
    return Told(Mode(request.mode), f"the request declares {request.mode}", request.at("/mode"))
