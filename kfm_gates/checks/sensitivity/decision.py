"""`sensitivity.decision`: somebody decided, for this version, that it may be released under its label."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from kfm_gates.checks.api import check
from kfm_gates.evidence.index import Index
from kfm_gates.facts.documents import Form
from kfm_gates.facts.other_decisions import OtherDecision
from kfm_gates.facts.spec_obligations import SpecObligation
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict
from kfm_gates.model.policy_decision import PolicyDecision
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.text import instant

PREFIX = "kfm://policy_decision/"


@check("sensitivity.decision", serves=["R-144", "R-172"])
def decision(
    form: Form[PolicyDecision],
    obligations: tuple[SpecObligation, ...],
    receipts: tuple[Receipt, ...],
    others: tuple[OtherDecision, ...],
    index: Index,
) -> Verdict:
    """Deny a version whose policy decision is malformed, not `allow`, of other obligations, or not the one used.

    The policy decision is the record of a person or a policy engine that the data may go out under its label,
    and with which obligations. It holds for one version and one specification only: when either changes, it
    must be decided anew. The manifest and all receipts of the version refer to it by its id, which is its
    file name, and a later decision about the same version takes the place of an earlier one. Ask the policy
    officer for a decision about this version; never reuse that of another. (That it names this version, its
    specification and its label is judged by `identity.agreement` and `sensitivity.label_agreement`.)
    """
    if form.document is None or form.findings:
        return verdict(form.findings)
    made = form.document
    return verdict(
        [
            *_outcome(made, index),
            *_obligations(made, obligations),
            *_referred_to(made, receipts),
            *_replaced(made, others),
        ]
    )


def _outcome(made: PolicyDecision, index: Index) -> Iterator[Finding]:
    named = PREFIX + index.variables[made.path][1]["decision"]
    if made.decision_id != named:
        yield finding(
            made.at("/decision_id"),
            "the policy decision has another id than its file name",
            found=made.decision_id,
            expected=named,
            hint="restore the decision that the manifest refers to",
        )
    if made.outcome != "allow":
        yield finding(
            made.at("/outcome"),
            "the policy decision does not allow the release",
            found=f"{made.outcome}: {made.reason}",
            expected="allow",
            hint="do what the reason of the decision asks for",
        )


def _replaced(made: PolicyDecision, others: tuple[OtherDecision, ...]) -> Iterator[Finding]:
    for other in others:
        if other.path != made.path and not _earlier(other.decided_at, made.decided_at):
            yield finding(
                Place(other.path, "/decided_at"),
                "another policy decision about this version was not made before the one that the manifest uses",
                found=f"{other.outcome or 'no outcome'}, decided at {other.decided_at or 'an unknown time'}",
                expected=f"no decision after {made.decision_id} of {made.decided_at}",
                hint="release under the latest decision, or correct the document that names the wrong version",
            )


def _earlier(time: object, than: str) -> bool:
    try:
        return isinstance(time, str) and instant(time) < instant(than)
    except ValueError:
        return False


def _obligations(made: PolicyDecision, obligations: tuple[SpecObligation, ...]) -> Iterator[Finding]:
    decided = [(each.type, each.parameters) for each in made.obligations]
    demanded = [(each.type, each.parameters) for each in obligations]
    same = len(decided) == len(demanded) and all(
        decided.count(each) == demanded.count(each) for each in decided
    )
    if not same:
        yield finding(
            made.at("/obligations"),
            "the policy decision has other obligations than the specification",
            found=_listed(decided),
            expected=_listed(demanded),
            hint="write the obligations of the decision into the specification, which makes a new version",
        )


def _listed(obligations: Sequence[tuple[str, dict[str, Any]]]) -> str:
    return "; ".join(f"{name} {json.dumps(parameters)}" for name, parameters in obligations) or "none"


def _referred_to(made: PolicyDecision, receipts: tuple[Receipt, ...]) -> Iterator[Finding]:
    for receipt in receipts:
        for stated in receipt.policy.decision_ids:
            if stated != made.decision_id:
                yield finding(
                    receipt.at("/policy/decision_id"),
                    "the receipt refers to another policy decision than the manifest",
                    found=stated,
                    expected=made.decision_id,
                    hint="run again under the decision that holds for this version",
                )
