"""What failed, as the request classifies it, beside the run that failed and the checks that denied (R-037, R-049)."""

from __future__ import annotations

from dataclasses import dataclass

from kfm_gates.facts.container import provides
from kfm_gates.facts.given import Tables
from kfm_gates.facts.rerun_papers import RerunPapers
from kfm_gates.facts.rerun_prior import PriorRun
from kfm_gates.facts.rerun_told import Told
from kfm_gates.facts.rerun_vocabulary import FailureClass, Known
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.rerun_request import RerunRequest


@dataclass(frozen=True)
class Failure:
    """The class that was named, and whether it contradicts what is on record."""

    named: Told[FailureClass | None]
    contradicted: Told[Known]


@provides
def failure(papers: RerunPapers, prior: PriorRun, tables: Tables) -> Failure:
    """Hold the class against the table `failure_classes`: which operations and which checks fail like that."""
    request = papers.request
    if request is None or request.failure_class is None:
        place = request.at("/failure_class") if request is not None else Place("")
        quiet = Told(Known.NO, "there is no class that could contradict anything", place)
        return Failure(
            Told(None, "no class of failure is named", place), _of_checks(None, request, tables) or quiet
        )
    place = request.at("/failure_class")
    named = FailureClass(request.failure_class)
    row = tables.table("failure_classes").get(named.value)
    if row is None:
        unknown = Told(Known.UNKNOWN, "the table `failure_classes` does not have the class", place)
        return Failure(Told(named, named.value, place), unknown)
    agreed = Told(Known.NO, "neither the prior run nor the checks that denied contradict the class", place)
    contradicted = _of_run(row, prior) or _of_checks(row, request, tables) or agreed
    return Failure(Told(named, f"it is classified as {named.value}", place), contradicted)


def _of_run(row: Json, prior: PriorRun) -> Told[Known] | None:
    receipt = prior.receipt
    if receipt is None or prior.failed is not Known.YES or receipt.operation in row["operations"]:
        return None
    return Told(
        Known.YES, f"the prior run that failed was one of {receipt.operation}", receipt.at("/operation")
    )


def _of_checks(row: Json, request: RerunRequest | None, tables: Tables) -> Told[Known] | None:
    """A check that denied, and that does not fail like that; without a class, any check that denied."""
    for number, check in enumerate(request.denied_by if request is not None else ()):
        family = check.partition(".")[0]
        if request is not None and (row is None or family not in row["checks"]):
            return Told(
                Known.YES,
                f"{check} denied, which is another class of failure",
                request.at(f"/denied_by/{number}"),
            )
    return None
