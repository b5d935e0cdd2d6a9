"""`routing.prior_receipt`: the run that is repeated has a receipt, and that is the one in the ledger."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.checks.routing._share import share
from kfm_gates.facts.rerun import Rerun
from kfm_gates.model.finding import Verdict, verdict


@check("routing.prior_receipt", needs="routing.subject", serves=["R-018", "R-036"])
def prior_receipt(rerun: Rerun) -> Verdict:
    """Deny a rerun of a run whose receipt can't be found or is not the one that the ledger knows.

    What a run read, in what it ran and how it ended is in its receipt and nowhere else. The receipt that counts
    is that of the last entry of the version in the ledger, or of the run that the request names; it must have
    the digest, the run and the end that were entered, no receipt of the version may be without an entry, and
    all receipts must be readable, so that it is known which files are there to be kept. Restore the receipt, or
    enter the run that failed without one with the reason why it has none.
    """
    return verdict(
        share(rerun, "routing.prior_receipt", "restore the receipt and the ledger as the run left them")
    )
