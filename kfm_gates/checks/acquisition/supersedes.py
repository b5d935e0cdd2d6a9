"""`acquisition.supersedes`: data that changed upstream is a new acquisition that names the old one."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.raw_inputs import RawInput
from kfm_gates.facts.superseding import Acquired, fetches_again
from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.finding import Finding, Place, Verdict, finding, verdict
from kfm_gates.model.text import instant


@check("acquisition.supersedes", needs="acquisition.manifest", serves=["R-006", "R-128"])
def supersedes(record: Acquisition, acquired: Acquired, inputs: tuple[RawInput, ...]) -> Verdict:
    """Deny data that changed upstream without an acquisition that names the old one, or that was made from it.

    RAW is only ever added to. When a source gives other bytes for a time that was fetched before, that is a
    new acquisition, and its `supersedes` names the one that it replaces; so the line of what was known when
    stays whole, without a gap and without a circle. Two acquisitions are of one thing when they are of one
    source (its address without a package's version and without a query, or another edition under the same
    name), their windows overlap and they hold a file of the same name. And no run may read what had been
    superseded, for all of its window, before the run ended. Name the acquisition that was replaced, or run the
    version again from the one that replaces it.
    """
    return verdict(
        [*_chain(record, acquired), *_unnamed(record, acquired), *_outdated(record, acquired, inputs)]
    )


def _chain(record: Acquisition, acquired: Acquired) -> Iterator[Finding]:
    hint = "name the acquisition that this one replaced, or write null"
    chain = acquired.chain(record)
    last = (record, *chain)[-1]
    if record.supersedes == record.acquisition_id:
        return  # `acquisition.manifest` says so
    if last.supersedes is not None:
        known = last.supersedes in acquired.of(record.dataset_slug)
        line = " → ".join([record.acquisition_id, *(e.acquisition_id for e in chain), last.supersedes])
        yield finding(
            last.at("/supersedes"),
            "acquisitions supersede one another in a circle"
            if known
            else "the acquisition supersedes one that the dataset does not have",
            found=line,
            expected="a line that ends with an acquisition that supersedes none",
            hint=hint,
        )
    if chain and instant(chain[0].retrieved_at) > instant(record.retrieved_at):
        yield finding(
            record.at("/supersedes"),
            "the acquisition supersedes one that was retrieved later",
            found=f"{chain[0].acquisition_id}, retrieved at {chain[0].retrieved_at}",
            expected=f"one from before {record.retrieved_at}",
            hint=hint,
        )


def _unnamed(record: Acquisition, acquired: Acquired) -> Iterator[Finding]:
    for path in acquired.unreadable.get(record.dataset_slug, ()):
        yield finding(
            Place(path),
            "an acquisition of this dataset can't be read, so nobody knows what it supersedes",
            found="a record of another form",
            expected="an acquisition record",
            hint="restore the record as the ingest wrote it",
        )
    chain = {each.path for each in acquired.chain(record)}
    for other in acquired.of(record.dataset_slug).values():
        again = fetches_again(record, other)
        later = instant(other.retrieved_at) > instant(record.retrieved_at)
        if again is None or later or other.path in chain or record in acquired.chain(other):
            continue
        yield finding(
            record.at("/supersedes"),
            f"{again[0]} has other bytes than {again[1]} for the same time, and does not supersede it",
            found=record.supersedes,
            expected=other.acquisition_id,
            hint="name the acquisition that this one replaces in `supersedes`",
        )


def _outdated(record: Acquisition, acquired: Acquired, inputs: tuple[RawInput, ...]) -> Iterator[Finding]:
    for given in inputs:
        if given.acquisition != record.path or given.time is None:
            continue
        for later in acquired.successors(record):
            if instant(later.retrieved_at) < instant(given.time):
                yield finding(
                    given.place,
                    f"the {given.operation} run reads {given.path}, which was superseded before the run ended",
                    found=f"superseded by {later.acquisition_id} at {later.retrieved_at}, read by {given.time}",
                    expected=f"raw files of {later.acquisition_id}, or of what supersedes that",
                    hint="run the version again from the acquisition that replaces this one",
                )
                break
