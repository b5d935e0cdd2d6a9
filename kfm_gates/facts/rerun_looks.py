"""Every look at a source after an acquisition: later acquisitions of the same thing, and what was observed.

A change counts whenever it was seen. That nothing changed is believed only of a fresh look: one after the prior
run and within the last days.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kfm_gates.facts.container import provides
from kfm_gates.facts.given import Clock, Tables
from kfm_gates.facts.rerun_papers import RerunPapers
from kfm_gates.facts.rerun_prior import PriorRun
from kfm_gates.facts.rerun_told import Told
from kfm_gates.facts.rerun_vocabulary import Known, Validators
from kfm_gates.facts.superseding import Acquired, fetches_again, same_source
from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.finding import Json
from kfm_gates.model.rerun_observation import ObservedSource
from kfm_gates.model.text import instant

FRESH = timedelta(days=7)
"""How old a look may be: what a source said longer ago is not what it says now."""


@dataclass(frozen=True)
class Seen:
    """What one look at a source shows."""

    bytes_changed: Told[Known]
    validators: Told[Validators]


@dataclass(frozen=True)
class _Look:
    who: str
    when: datetime
    url: str
    etag: str | None
    last_modified: str | None
    digests: Mapping[str, str]
    covers: bool
    """Whether it is of all that the acquisition is of, so that bytes that are the same settle it."""


@dataclass(frozen=True)
class Looks:
    """All looks at sources; see `at`."""

    papers: RerunPapers
    acquired: Acquired
    unchanging: Json
    since: datetime | None
    """When the prior run ended."""
    now: datetime

    def at(self, record: Acquisition) -> tuple[Seen, ...]:
        """What each look at the source of an acquisition shows, in the order of time; never nothing."""
        looks = sorted((*self._later(record), *self._observed(record)), key=lambda look: look.when)
        if not looks:
            return (self._without(record),)
        return tuple(self._seen(record, look) for look in looks)

    def is_fresh(self, moment: datetime) -> bool:
        """Whether a look at this moment says what a source is now."""
        return (self.since is None or self.since <= moment) and self.now - FRESH <= moment <= self.now

    def _later(self, record: Acquisition) -> list[_Look]:
        found = []
        successors = {each.path for each in self.acquired.successors(record)}
        for other in self.acquired.of(record.dataset_slug).values():
            is_later = other.path != record.path and instant(other.retrieved_at) >= instant(
                record.retrieved_at
            )
            again = fetches_again(other, record) is not None or other.path in successors
            if is_later and again and same_source(other, record):
                digests = {_name(each.path): each.digest for each in other.artifacts}
                found.append(
                    _Look(
                        other.acquisition_id,
                        instant(other.retrieved_at),
                        other.source.url,
                        other.etag,
                        other.last_modified,
                        digests,
                        other.path in successors,
                    )
                )
        return found

    def _observed(self, record: Acquisition) -> list[_Look]:
        observation = self.papers.observation
        named = (record.dataset_slug, record.acquisition_id)
        if observation is None or instant(observation.observed_at) > self.now:
            return []
        moment = instant(observation.observed_at)
        sources = (each for each in observation.upstream if (each.dataset_slug, each.acquisition_id) == named)
        return [_observed(each, moment) for each in sources]

    def _without(self, record: Acquisition) -> Seen:
        """What is known where nobody has looked: only an address that stands for one content for ever tells."""
        nobody = "nobody has looked at the source since"
        place = record.at("/source/url")
        if self._is_unchanging(record.source.url):
            said = "the address stands for one content for ever"
            return Seen(Told(Known.UNKNOWN, nobody, place), Told(Validators.SAME, said, place))
        return Seen(Told(Known.UNKNOWN, nobody, place), Told(Validators.UNKNOWN, nobody, place))

    def _seen(self, record: Acquisition, look: _Look) -> Seen:
        changed, validators = _bytes(record, look), self._validators(record, look)
        if changed.value is Known.YES or self.is_fresh(look.when):
            return Seen(changed, validators)
        said = f"the last look at the source, by {look.who}, is older than the prior run or than {FRESH.days} days"
        stale = Told(Known.UNKNOWN, said, record.at("/retrieved_at"))
        kept = self._is_unchanging(look.url) and validators.value is Validators.SAME
        return Seen(stale, validators if kept else Told(Validators.UNKNOWN, said, stale.place))

    def _validators(self, record: Acquisition, look: _Look) -> Told[Validators]:
        """ETag before time of modification, which has a resolution of a second (RFC 9110, section 8.8)."""
        if look.url != record.source.url:
            return Told(
                Validators.DIFFERENT, "the source is at another address now", record.at("/source/url")
            )
        if self._is_unchanging(look.url):
            said = "the address stands for one content for ever"
            return Told(Validators.SAME, said, record.at("/source/url"))
        if record.etag is not None and look.etag is not None:
            if record.etag.removeprefix("W/") != look.etag.removeprefix("W/"):
                return Told(
                    Validators.DIFFERENT, "the source sends another ETag than it did", record.at("/etag")
                )
            if not record.etag.startswith("W/") and not look.etag.startswith("W/"):
                return Told(
                    Validators.SAME, "the source sends the ETag that was captured", record.at("/etag")
                )
        place = record.at("/last_modified")
        if record.last_modified is None or look.last_modified is None:
            said = "no validator tells: none was captured that binds the bytes, or the source sends none"
            return Told(Validators.UNKNOWN, said, place)
        if record.last_modified != look.last_modified:
            return Told(
                Validators.DIFFERENT, "the source sends another time of modification than it did", place
            )
        return Told(
            Validators.LIKELY_SAME, "the source sends the time of modification that was captured", place
        )

    def _is_unchanging(self, url: str) -> bool:
        known = self.unchanging.get(url.partition(":")[0])
        return known is not None and re.search(known["pattern"], url) is not None


@provides
def looks(papers: RerunPapers, acquired: Acquired, tables: Tables, clock: Clock, prior: PriorRun) -> Looks:
    """Everything that was seen of the sources."""
    ended = prior.receipt.created_at if prior.receipt is not None else None
    since = instant(ended) if ended is not None else None
    unchanging = tables.table("sources_without_validators")
    return Looks(papers, acquired, unchanging, since, instant(clock.evaluated_at))


def _observed(source: ObservedSource, moment: datetime) -> _Look:
    digests = {each.name: each.digest for each in source.artifacts or ()}
    return _Look("the observation", moment, source.url, source.etag, source.last_modified, digests, True)


def _bytes(record: Acquisition, look: _Look) -> Told[Known]:
    place = record.at("/artifacts")
    before = {_name(each.path): each.digest for each in record.artifacts}
    if any(before.get(name, digest) != digest for name, digest in look.digests.items()):
        return Told(Known.YES, f"the source has other bytes than were acquired, by {look.who}", place)
    if look.covers and look.digests.keys() - before.keys():
        return Told(Known.YES, f"the source has files that were not acquired, by {look.who}", place)
    if look.covers and look.digests.keys() >= before.keys():
        return Told(Known.NO, f"the source has the bytes that were acquired, by {look.who}", place)
    return Told(Known.UNKNOWN, "nobody has fetched all of the bytes again to compare their digests", place)


def _name(path: str) -> str:
    """The name of a raw file below its acquisition."""
    return path.rpartition("/artifacts/")[2]
