"""`routing.failure_class`: what failed is known, and is what the evidence shows."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.checks.routing._share import share
from kfm_gates.facts.rerun import Rerun
from kfm_gates.model.finding import Verdict, verdict


@check(
    "routing.failure_class",
    needs=["routing.subject", "routing.prior_receipt"],
    serves=["R-025", "R-026", "R-027", "R-028", "R-037", "R-049"],
)
def failure_class(rerun: Rerun) -> Verdict:
    """Deny a rerun of which nobody said what failed, or that was put into a class that the evidence contradicts.

    The class decides which procedure follows. It may be left out only where nothing failed: the prior run
    passed and no check denied, as when data arrive late. Which operations and which families of checks fail in
    which way stands in the table `failure_classes`. Projections are out of step only if a fresh observation
    shows it, and they are rebuilt only from catalogs and artifacts that are as they were written: where those
    are damaged or missing, these have to be made again first. Look at the failed receipt and the last gate
    decision, and correct the class.
    """
    hint = "look at the receipt that failed and the last gate decision, and name the class that they show"
    return verdict(share(rerun, "routing.failure_class", hint))
