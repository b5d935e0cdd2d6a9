"""`routing.legitimacy`: somebody who can be named answers for what changed upstream."""

from __future__ import annotations

from kfm_gates.checks.api import check
from kfm_gates.checks.routing._share import share
from kfm_gates.facts.rerun import Rerun
from kfm_gates.model.finding import Verdict, verdict


@check("routing.legitimacy", needs=["routing.subject", "routing.upstream"], serves=["R-043"])
def legitimacy(rerun: Rerun) -> Verdict:
    """Deny a Backfill unless a named person has declared that the bytes upstream changed legitimately.

    Bytes that changed may be late data, or an attack, or a source that broke. Only a person can tell, by asking
    the publisher: `upstream_change` of the request holds the statement, who made it and when. It is not made by
    a pipeline, not by who asks for the rerun, not before the prior run and not in the future. Obtain the
    declaration; until then the old version stays.
    """
    hint = "let a person who does not ask for the rerun confirm the change with the publisher and declare it"
    return verdict(share(rerun, "routing.legitimacy", hint))
