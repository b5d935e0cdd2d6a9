"""`routing.spec`: it is known whether what the run is made of has changed."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.checks.routing._share import share
from kfm_gates.facts.rerun import Rerun
from kfm_gates.model.finding import Verdict, verdict


@check("routing.spec", needs=["routing.subject", "routing.prior_receipt"], serves=["R-039", "R-041", "R-046"])
def spec(rerun: Rerun) -> Verdict:
    """Deny a rerun of which nobody knows whether specification, code, image or parameters have changed.

    Only a run that is made of the same things may be repeated under the same version id. The specification is
    compared by its hash as it is computed now; `spec_hash` of the request names another one, and must where the
    registry has one that no version uses yet. Image, commit and parameters of the rerun stand in `environment`
    of the request and are compared with the receipt of the prior run. Where the mode follows from something
    else (bytes that changed upstream, or a change that is known already) nothing more is asked. Complete the
    request.
    """
    hint = "give `environment` in the request, and `spec_hash` where the registry has several specifications"
    return verdict(share(rerun, "routing.spec", hint))
