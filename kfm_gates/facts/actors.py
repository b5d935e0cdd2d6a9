"""Who did what for a version, and in which role: the actors of its runs, and whoever took the policy decision."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.named import name_fact
from kfm_gates.model.finding import Place
from kfm_gates.model.parts import Actor
from kfm_gates.model.policy_decision import PolicyDecision
from kfm_gates.model.receipt import Receipt


@dataclass(frozen=True)
class Act:
    """One act. `operation` is that of the receipt, or `decide`; who did it is None where the form has no field."""

    place: Place
    operation: str
    form: str
    principal: str | None
    role: str | None


@provides
def acts(facts: Facts, receipts: tuple[Receipt, ...]) -> tuple[Act, ...]:
    """One per receipt, and the policy decision."""
    found = [_act(each.at("/actor"), each.operation, each.form, each.actor) for each in receipts]
    try:
        decision = facts.get(PolicyDecision)
    except Unmet:  # `sensitivity.decision` says why
        return tuple(found)
    decided = _act(decision.at("/decided_by"), "decide", "policy decision", decision.decided_by)
    return (*found, decided)


def _act(place: Place, operation: str, form: str, actor: Actor | None) -> Act:
    if actor is None:
        return Act(Place(place.file), operation, form, None, None)
    return Act(place, operation, form, actor.principal, actor.role)


name_fact("acts", Act, many=True)
