"""`acquisition.window`: all of the time that the version speaks of was fetched, and fetched once."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.checks.api import check
from kfm_gates.facts.acquired_windows import AcquiredWindow, Demand, Fetched
from kfm_gates.model.finding import Finding, Verdict, finding, verdict


@check("acquisition.window", needs="acquisition.supersedes", serves=["R-114", "R-120"])
def window(acquired: AcquiredWindow) -> Verdict:
    """Deny a version whose acquisitions leave out a part of its window, or fetched a part of it twice.

    A month that was never fetched looks like a month in which nothing happened, and a day that was fetched
    twice is counted twice. The windows of all acquisitions that the version goes back to, other than those
    that were superseded, must together take in `window` of the specification, and the records that an ingest
    run wrote the window that its receipt states. Windows are half-open: one begins at the instant at which
    the other ends. Fetching more than the window is no fault, nor are several acquisitions of the very same
    window that hold different files. Acquire what is missing; where two overlap, let the later one supersede
    the earlier, or acquire again without the overlap.
    """
    thing = acquired.thing
    return verdict(_gaps(thing) if isinstance(thing, Demand) else _overlaps(thing))


def _gaps(demand: Demand) -> Iterator[Finding]:
    for start, end in demand.gaps:
        yield finding(
            demand.place,
            f"no acquisition fetched a part of the window of {demand.who}",
            found=f"nothing from {start:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ}",
            expected=f"acquisitions from {demand.window.start} to {demand.window.end} without a gap",
            hint="acquire the part that is missing; windows are half-open, their end is the next one's start",
        )


def _overlaps(fetched: Fetched) -> Iterator[Finding]:
    for other in fetched.twice:
        yield finding(
            fetched.record.at("/window"),
            f"{other.acquisition_id} fetched a part of the same time from the same source",
            found=f"{fetched.record.window.start} to {fetched.record.window.end}",
            expected=f"a window apart from {other.window.start} to {other.window.end}, or `supersedes`",
            hint="let the later one supersede the earlier, or acquire again without the overlap",
        )
