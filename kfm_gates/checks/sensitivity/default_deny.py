"""`sensitivity.default_deny`: where policy is not certain, it denies."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.facts.policy_probes import UNCHANGED, UNKNOWN_LABEL, PolicyProbe
from kfm_gates.model.finding import OK, Place, Verdict, deny


@check("sensitivity.default_deny", serves=["R-013", "R-141", "R-256"])
def default_deny(probe: PolicyProbe) -> Verdict:
    """Deny every version while a rule of the policy pack in use lets through what it can't judge.

    A rule that passes when there is nothing to look at passes by mistake one day: a document is renamed, a fact
    is not computed, a label is new. So each rule of the profile, those of packs too, is tried on the sample of
    the known-answer tests, which it must pass, and then on the empty input and on that sample with each kind of
    its evidence left out and null; it must pass none of them. At least one rule must stop a policy label that
    nobody knows. (`settings`, `subject` and `evaluated_at` come from the program itself, never from evidence,
    and are not tried.) This is a property of the policy, not of the version: it is found out once per run,
    by the engine that judges. It is judged in Python, since a rule can't vouch for the engine and the pack
    that it is itself a part of. Mend the rule that is named: its `allow` must ask for what it rests on, such
    as `count(input.receipts) > 0` or `is_object(input.spec)`.
    """
    if probe.opens == (probe.change == UNCHANGED):
        return OK
    if probe.change == UNCHANGED:
        message = (
            f"the rule {probe.rule} denies the good sample, so leaving something out of it shows nothing"
        )
        hint = "name a sample in the rule's first denial case that the rule passes"
    elif probe.change == UNKNOWN_LABEL:
        message = f"no rule of the profile denies {probe.change}"
        hint = "plan `sensitivity.label`, or a rule that denies every label that it does not know"
    else:
        message = f"the rule {probe.rule} lets {probe.change} through"
        hint = (
            "let `allow` ask for what it rests on, such as count(input.receipts) > 0 or is_object(input.spec)"
        )
    found = "allowed" if probe.opens else "denied"
    expected = "denied" if probe.opens else "allowed"
    return deny(Place(probe.file), message, found=found, expected=expected, hint=hint)
