"""What time must have been fetched for a version, and what time its acquisitions say they fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from kfm_gates.facts.container import provides
from kfm_gates.facts.file_paths import file_path
from kfm_gates.facts.superseding import Acquired, overlap, same_source
from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.finding import Place
from kfm_gates.model.parts import Window
from kfm_gates.model.receipt import Receipt
from kfm_gates.model.spec import Spec
from kfm_gates.model.text import instant

INGESTING = frozenset({"ingest", "ingest+publish"})
"""Operations that fetch from upstream."""
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Demand:
    """A window that must have been fetched as a whole, who says so, and the parts of it that were not."""

    place: Place
    who: str
    window: Window
    gaps: tuple[Stretch, ...]


@dataclass(frozen=True)
class Fetched:
    """An acquisition of the version, and those others that fetched a part of its window as well."""

    record: Acquisition
    twice: tuple[Acquisition, ...]


@dataclass(frozen=True)
class AcquiredWindow:
    """One thing to be judged."""

    thing: Demand | Fetched


@provides
def acquired_windows(
    spec: Spec, acquisitions: tuple[Acquisition, ...], receipts: tuple[Receipt, ...], acquired: Acquired
) -> tuple[AcquiredWindow, ...]:
    """The window of the specification, those of the ingest runs, and every acquisition that counts.

    One that was superseded for all of its window by another acquisition of the version counts no more.
    """
    used = {record.path for record in acquisitions}
    counting = [r for r in acquisitions if not any(s.path in used for s in acquired.successors(r))]
    found: list[Demand | Fetched] = []
    if spec.window is not None:
        place, windows = spec.at("/window"), [record.window for record in counting]
        found.append(Demand(place, "the specification", spec.window, gaps(spec.window, windows)))
    found += _ingests(receipts, acquisitions, spec.window)
    for record in counting:
        twice = [other for other in counting if other.path < record.path and _twice(record, other, acquired)]
        found.append(Fetched(record, tuple(twice)))
    return tuple(AcquiredWindow(thing) for thing in found)


def gaps(window: Window, pieces: Iterable[Window]) -> tuple[Stretch, ...]:
    """The parts of a window that no piece covers; all windows are half-open."""
    found, reached, end = [], instant(window.start), instant(window.end)
    for start, until in sorted((instant(piece.start), instant(piece.end)) for piece in pieces):
        if start > reached:
            found.append((reached, min(start, end)))
        reached = max(reached, until)
        if reached >= end:
            break
    if reached < end:
        found.append((reached, end))
    return tuple(stretch for stretch in found if stretch[0] < stretch[1])


def _ingests(
    receipts: tuple[Receipt, ...], acquisitions: tuple[Acquisition, ...], judged: Window | None
) -> Iterator[Demand]:
    """What a run says that it fetched, beside the records that it wrote; what is `judged` already is left out."""
    records = {record.path: record for record in acquisitions}
    for receipt in receipts:
        if (
            receipt.operation not in INGESTING
            or receipt.validation.status != "pass"
            or receipt.window is None
        ):
            continue
        written = [records[path] for out in receipt.outputs if (path := file_path(out.uri)) in records]
        if written:
            windows = [record.window for record in written] + ([judged] if judged else [])
            yield Demand(
                receipt.at("/window"), "the ingest run", receipt.window, gaps(receipt.window, windows)
            )


def _twice(one: Acquisition, other: Acquisition, acquired: Acquired) -> bool:
    """Whether a time was fetched twice of one source, and neither acquisition supersedes the other.

    Acquisitions of the very same window that share no file are parts of it: other places, other tables.
    """
    if not overlap(one, other) or not same_source(one, other):
        return False
    if other in acquired.chain(one) or one in acquired.chain(other):
        return False
    same = (instant(one.window.start), instant(one.window.end)) == (
        instant(other.window.start),
        instant(other.window.end),
    )
    return not same or bool({a.digest for a in one.artifacts} & {a.digest for a in other.artifacts})
