"""Which acquisitions of a dataset replace which, and which fetch again what another one fetched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kfm_gates.evidence.index import Index
from kfm_gates.facts.container import Unmet, provides
from kfm_gates.facts.parsed import Parsed
from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.base import form_findings
from kfm_gates.model.text import instant


@dataclass(frozen=True)
class Acquired:
    """Every acquisition of every dataset of the root, by slug and by the name of its folder."""

    records: Mapping[str, Mapping[str, Acquisition]]
    unreadable: Mapping[str, tuple[str, ...]]
    """Slug to the paths of records that can't be read: what they replace, nobody knows."""

    def of(self, slug: str) -> Mapping[str, Acquisition]:
        """The acquisitions of one dataset."""
        return self.records.get(slug, {})

    def chain(self, record: Acquisition) -> tuple[Acquisition, ...]:
        """What a record supersedes, and what that one does, and so on; it ends where it would go in a circle."""
        found: list[Acquisition] = []
        seen, own = {record.path}, self.of(record.dataset_slug)
        earlier = own.get(record.supersedes or "")
        while earlier is not None and earlier.path not in seen:
            seen.add(earlier.path)
            found.append(earlier)
            earlier = own.get(earlier.supersedes or "")
        return tuple(found)

    def successors(self, record: Acquisition) -> Iterator[Acquisition]:
        """The later acquisitions that supersede a record, directly or not, for the whole of its window."""
        for other in self.of(record.dataset_slug).values():
            later = instant(other.retrieved_at) >= instant(record.retrieved_at)
            if later and covers(other, record) and any(e.path == record.path for e in self.chain(other)):
                yield other


@provides(shared=True)
def acquired(index: Index, parsed: Parsed) -> Acquired:
    """Read the records of all acquisitions."""
    records: dict[str, dict[str, Acquisition]] = defaultdict(dict)
    unreadable: dict[str, list[str]] = defaultdict(list)
    for path in index.named("acquisition"):
        variables = index.variables[path][1]
        try:
            record, _ = form_findings(Acquisition, parsed.value(path), path)
        except Unmet:
            record = None
        if record is None:
            unreadable[variables["slug"]].append(path)
        else:
            records[variables["slug"]][variables["acquisition_id"]] = record
    return Acquired(records, {slug: tuple(paths) for slug, paths in unreadable.items()})


def covers(later: Acquisition, earlier: Acquisition) -> bool:
    """Whether the window of one lies within that of the other."""
    starts = instant(later.window.start) <= instant(earlier.window.start)
    return starts and instant(earlier.window.end) <= instant(later.window.end)


def overlap(one: Acquisition, other: Acquisition) -> bool:
    """Whether two windows have a moment in common; they are half-open, so that one may begin where another ends."""
    before = instant(one.window.end) <= instant(other.window.start)
    return not before and instant(other.window.end) > instant(one.window.start)


def same_source(one: Acquisition, other: Acquisition) -> bool:
    """Whether two acquisitions are of one upstream: one address, or another edition of what has one name."""
    if _address(one.source.url) == _address(other.source.url):
        return True
    named = one.source.name.strip().casefold() == other.source.name.strip().casefold()
    return named and one.source.version != other.source.version


def fetches_again(later: Acquisition, earlier: Acquisition) -> tuple[str, str] | None:
    """The paths of a file that both fetched, of one source and for one time, with different bytes."""
    if later.path == earlier.path or not same_source(later, earlier) or not overlap(later, earlier):
        return None
    before = {_name(each.path): each for each in earlier.artifacts}
    for artifact in later.artifacts:
        known = before.get(_name(artifact.path))
        if known is not None and known.digest != artifact.digest:
            return artifact.path, known.path
    return None


def _address(url: str) -> str:
    """An address without what differs between editions and requests: a package's version, a query, a fragment."""
    bare = url.partition("#")[0].partition("?")[0].rstrip("/")
    return bare.rpartition("@")[0] or bare if bare.startswith("pkg:") else bare


def _name(path: str) -> str:
    """The name of a raw file below its acquisition."""
    return path.rpartition("/artifacts/")[2]
