"""`routing.new_acquisition`: what changed upstream is fetched as a new acquisition beside the old one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Unmet
from kfm_gates.facts.rerun import Rerun
from kfm_gates.facts.rerun_vocabulary import Known, Mode
from kfm_gates.facts.superseding import Acquired
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.rerun_request import RerunRequest


@check("routing.new_acquisition", needs="routing.mode", serves=["R-006", "R-128"])
def new_acquisition(request: RerunRequest, rerun: Rerun, about: Subject, acquired: Acquired) -> Verdict:
    """Deny a Backfill for which no acquisition supersedes the old one and no new one is planned.

    RAW is only ever added to. The bytes that the source gives now are a new acquisition that names the old one
    in `supersedes`; it is on record already, or the rerun makes it, under the name `plan.new_acquisition_id`
    that no acquisition of the dataset has. Name it in the plan, or let the new acquisition on record
    supersede the old one.
    """
    if rerun.decision.mode is not Mode.BACKFILL or rerun.facts.superseded is Known.YES:
        return verdict(())
    return verdict(_findings(request, acquired.of(about.slug).keys()))


def _findings(request: RerunRequest, known: Collection[str]) -> Iterator[Finding]:
    if request.plan is None:
        raise Unmet("routing.subject")
    planned, place = request.plan.new_acquisition_id, request.at("/plan/new_acquisition_id")
    if planned is None:
        yield finding(
            place,
            "the bytes upstream changed, and no acquisition supersedes the old one or is planned to",
            found=None,
            expected="the name of a new acquisition",
            hint="name the acquisition that the rerun will make, or the superseded one in the new one on record",
        )
    elif planned in known:
        yield finding(
            place,
            "the planned acquisition is there already, and does not supersede the old one",
            found=planned,
            expected="a name that no acquisition of the dataset has",
            hint="plan one under a new name, or let the one on record supersede the old one",
        )
