"""`rights.terms_snapshot`: the terms of use were kept when the data was fetched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from kfm_gates.checks.api import check
from kfm_gates.checks.settings import Stricter
from kfm_gates.facts.given import Clock
from kfm_gates.facts.terms import TermsSnapshot
from kfm_gates.model.finding import Finding, Json, Verdict, finding, verdict
from kfm_gates.model.form import shown
from kfm_gates.model.spec import Spec
from kfm_gates.model.text import instant


@check(
    "rights.terms_snapshot",
    needs="acquisition.manifest",
    serves=["R-102", "R-115", "R-136", "R-256"],
)
def terms_snapshot(
    snapshot: TermsSnapshot,
    snapshots: tuple[TermsSnapshot, ...],
    spec: Spec,
    clock: Clock,
    *,
    max_days: Annotated[float, Stricter.LOWER] = 30,
) -> Verdict:
    """Deny a version whose raw data has no snapshot of the terms of use from the days in which it was fetched.

    Terms on the web change without notice. Only a copy from the time of the fetch shows what was granted, so
    each acquisition from which the version was made keeps one beside its raw data: a file with the digest that
    the record states, not blank, retrieved within `max_days` of the data and not in the future. That is the
    window of the snapshot; the period that the data speaks of says nothing about its terms.
    `rights.terms_url` of the specification must name the addresses of which copies were kept, each of them: one
    address, or a list where the acquisitions have several. Fetch the terms together with the data; where the
    copy is missing or too old, acquire the data anew.
    """
    return verdict([*_of_snapshot(snapshot, clock, max_days), *_of_spec(spec, snapshots)])


def _of_snapshot(snapshot: TermsSnapshot, clock: Clock, max_days: float) -> Iterator[Finding]:
    record, terms = snapshot.acquisition, snapshot.acquisition.terms
    if snapshot.digest is None:
        yield finding(
            record.at("/terms/path"),
            "the snapshot of the terms that the acquisition names is not there",
            found=terms.path,
            expected="a file that is there",
            hint="name the file that was kept, or acquire the data anew with its terms",
        )
    elif snapshot.digest != terms.digest:
        yield finding(
            record.at("/terms/digest"),
            "the snapshot of the terms is not the one that was kept with the data",
            found=snapshot.digest,
            expected=terms.digest,
            hint="restore the snapshot; terms that changed belong to a new acquisition",
        )
    elif snapshot.blank:
        yield finding(
            record.at("/terms/path"),
            "the snapshot of the terms is blank",
            found="a file with nothing in it",
            expected="the terms of use as text or as a document",
            hint="acquire the data anew, with its terms",
        )
    taken, fetched = instant(terms.retrieved_at), instant(record.retrieved_at)
    if taken > instant(clock.evaluated_at):
        yield finding(
            record.at("/terms/retrieved_at"),
            "the terms were retrieved in the future",
            found=terms.retrieved_at,
            expected=f"at most {clock.evaluated_at}",
            hint="write the time at which the terms were retrieved",
        )
    elif abs(taken - fetched) > timedelta(days=max_days):
        yield finding(
            record.at("/terms/retrieved_at"),
            "the terms were not retrieved in the days in which the data was",
            found=terms.retrieved_at,
            expected=f"within {max_days:g} days of {record.retrieved_at}",
            hint="acquire the data anew, with its terms",
        )


def _of_spec(spec: Spec, snapshots: tuple[TermsSnapshot, ...]) -> Iterator[Finding]:
    rights = spec.raw.get("rights")
    if not isinstance(rights, dict):
        return  # `rights.license` says that there are none
    kept = {each.acquisition.terms.url: each.acquisition for each in reversed(snapshots)}
    stated: Json = rights.get("terms_url")
    several = isinstance(stated, list) and len(stated) > 0
    addresses = {f"/{index}": each for index, each in enumerate(stated)} if several else {"": stated}
    said = "is not an address of which a snapshot was kept" if "terms_url" in rights else "is missing"
    unknown = {pointer: each for pointer, each in addresses.items() if each not in [*kept]}
    for pointer, address in unknown.items():
        yield finding(
            spec.at(f"/rights/terms_url{pointer}"),
            f"`rights.terms_url` {said}",
            found=shown(address) if "terms_url" in rights else None,
            expected=" or ".join(sorted(kept)),
            hint="write the address of the terms that were kept with the raw data",
        )
    if unknown:
        return  # which address was meant for which terms is open
    for address in sorted(kept.keys() - set(addresses.values())):
        yield finding(
            spec.at("/rights/terms_url"),
            f"`rights.terms_url` leaves out the terms under which {kept[address].acquisition_id} was fetched",
            found=shown(stated),
            expected=f"also {address}",
            hint="name every address of which a snapshot was kept, and see whether the licence still holds",
        )
