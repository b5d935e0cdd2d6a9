"""`routing.mode`: the mode that is asked for is the one that the facts lead to."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.checks.routing._share import every
from kfm_gates.facts.rerun import Rerun
from kfm_gates.model.finding import Verdict, verdict

_BEFORE = [
    "routing.subject",
    "routing.scope_guard",
    "routing.prior_receipt",
    "routing.failure_class",
    "routing.upstream",
    "routing.spec",
    "routing.quarantine",
    "routing.legitimacy",
]


@check("routing.mode", needs=_BEFORE, serves=["R-029", "R-038", "R-039", "R-041", "R-042", "R-044", "R-046"])
def mode(rerun: Rerun) -> Verdict:
    """Deny a rerun in another mode than the one that the facts lead to.

    Nothing changed and something failed: Retry. Specification, code, image or parameters changed and upstream
    did not: Reprocess. The bytes upstream changed: Backfill, whatever else did. Projections are out of step and
    what they are made from is intact: Rebuild. Nothing of all that: there is nothing to run. A Retry of what
    changed would write other bytes under an id that promises the old ones. `kfm-gates rerun` prints the facts
    with where each comes from; declare the mode that they lead to.
    """
    hint = "ask `kfm-gates rerun` what is known and from where, and declare the mode that follows"
    return verdict(every(rerun, hint))
