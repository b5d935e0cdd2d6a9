"""`routing.new_version`: what has other bytes gets another id, and the old version stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.evidence.index import Index
from kfm_gates.evidence.subjects import Subject
from kfm_gates.facts.container import Facts, Unmet
from kfm_gates.facts.ledger import Ledger
from kfm_gates.facts.rerun import Rerun
from kfm_gates.facts.rerun_vocabulary import Emission, Mode
from kfm_gates.model.finding import Finding, Verdict, finding, verdict
from kfm_gates.model.rerun_request import RerunRequest


@check("routing.new_version", needs="routing.mode", serves=["R-016", "R-041", "R-042", "R-127"])
def new_version(request: RerunRequest, rerun: Rerun, about: Subject, index: Index, facts: Facts) -> Verdict:
    """Deny a Reprocess or Backfill without a version id of its own, and a Retry or Rebuild that plans one.

    Nothing is ever written over: a version that was made is what others cite. `plan.new_version_id` is the id
    that follows from the specification and the inputs of the rerun, and no file and no entry in the ledger may
    have it yet. Where only code or image changed, the id does not follow from them: name what changed in the
    specification, or among the inputs of the run. A Retry or a Rebuild makes the very bytes again and keeps
    the id.
    """
    return verdict(_findings(request, rerun.decision.mode, about, index, facts, _is_new(rerun)))


def _is_new(rerun: Rerun) -> bool:
    return Emission.VERSION in rerun.decision.emits


def _findings(
    request: RerunRequest, mode: Mode, about: Subject, index: Index, facts: Facts, needed: bool
) -> Iterator[Finding]:
    planned, place = _planned(request), request.at("/plan/new_version_id")
    if not needed:
        if planned is not None:
            yield finding(
                place,
                f"a {mode.value} keeps the version, and a new one is planned",
                found=planned,
                expected="nothing",
                hint="remove `new_version_id`; if the bytes will be others, the mode is another",
            )
        return
    if planned is None:
        yield finding(
            place,
            f"a {mode.value} makes a new version, and none is planned",
            found=None,
            expected="the id that follows from the specification and the inputs",
            hint="derive the new id and write it to `plan.new_version_id`",
        )
    elif planned == about.version or _exists(planned, about.slug, index, facts.get(Ledger)):
        yield finding(
            place,
            f"the {mode.value} would write over a version that is there",
            found=planned,
            expected="an id that no file and no entry in the ledger has",
            hint="derive the id from the specification and the inputs of the rerun; versions are never written over",
        )


def _planned(request: RerunRequest) -> str | None:
    if request.plan is None:
        raise Unmet("routing.subject")
    return request.plan.new_version_id


def _exists(version: str, slug: str, index: Index, ledger: Ledger) -> bool:
    return bool(index.all_of_version(slug, version)) or (slug, version) in ledger.of_version
