"""Whether the bytes upstream changed since the prior run read them: what every later look at the source shows (R-045)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.evidence.layout import Layout
from kfm_gates.facts.acquired_windows import INGESTING
from kfm_gates.facts.container import Facts, Unmet, provides
from kfm_gates.facts.origins import Origins
from kfm_gates.facts.rerun_looks import Looks, Seen
from kfm_gates.facts.rerun_prior import PriorRun
from kfm_gates.facts.rerun_told import Told, together
from kfm_gates.facts.rerun_vocabulary import Known, Validators
from kfm_gates.facts.superseding import Acquired
from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.finding import Place


@dataclass(frozen=True)
class UpstreamChange:
    """What is known of the sources of all acquisitions that the version goes back to.

    `bytes_changed` and `validators` are of the one source that decides: one that contradicts itself before one
    that changed, one of which nothing is known before one that is the same.
    """

    bytes_changed: Told[Known]
    validators: Told[Validators]
    superseded: Told[Known]


@provides
def upstream_change(
    facts: Facts, prior: PriorRun, acquired: Acquired, layout: Layout, looks: Looks
) -> UpstreamChange:
    """Look at each acquisition, and take the one that decides."""
    try:
        origins = facts.get(Origins)
    except Unmet:
        return _unknown(
            "a receipt can't be read, so that nobody knows what the version was made from", Place("")
        )
    records = []
    for slug, name in origins.acquisitions:
        record = acquired.of(slug).get(name)
        if acquired.unreadable.get(slug) or record is None:
            place = Place(layout.path("acquisition", slug=slug, acquisition_id=name))
            return _unknown("the record of an acquisition is not there or can't be read", place)
        records.append(record)
    if not records:
        return _nothing_fetched(prior)
    seen = max((_of_one(record, looks) for record in records), key=_weight)
    none = Told(Known.NO, "no acquisition was superseded", records[0].at("/supersedes"))
    newer = together((told for record in records for told in _superseding(record, acquired)), none)
    return UpstreamChange(seen.bytes_changed, seen.validators, newer)


def _of_one(record: Acquisition, looks: Looks) -> Seen:
    """What decides of all looks at one source: a change whenever it was seen, else the latest look."""
    found = looks.at(record)
    changed = [each for each in found if each.bytes_changed.value is Known.YES]
    return max(changed, key=_weight) if changed else found[-1]


def _weight(seen: Seen) -> int:
    changed, validators = seen.bytes_changed.value, seen.validators.value
    if changed is Known.YES:
        return 5 if validators is Validators.SAME else 4
    if changed is Known.NO:
        return 0
    return {Validators.SAME: 1, Validators.LIKELY_SAME: 2}.get(validators, 3)


def _superseding(record: Acquisition, acquired: Acquired) -> Iterator[Told[Known]]:
    for other in acquired.successors(record):
        said = f"{other.acquisition_id} supersedes {record.acquisition_id}"
        yield Told(Known.YES, said, other.at("/supersedes"))


def _unknown(said: str, place: Place) -> UpstreamChange:
    known = Told(Known.UNKNOWN, said, place)
    return UpstreamChange(known, Told(Validators.UNKNOWN, said, place), known)


def _nothing_fetched(prior: PriorRun) -> UpstreamChange:
    """A version of which no run has fetched anything: what was never read can't have changed since."""
    receipt = prior.receipt
    if receipt is None or receipt.validation.status != "fail" or receipt.operation not in INGESTING:
        return _unknown("the receipts name no raw data, so that there is nothing to compare", prior.place)
    said = "the prior run failed before it had fetched anything, so that nothing can have changed since"
    told = Told(Known.NO, said, prior.place)
    return UpstreamChange(told, Told(Validators.UNKNOWN, said, prior.place), told)
