"""How a plan is cut into parts: each version is in exactly one, and periods tile the window (R-094)."""

from __future__ import annotations

import typing
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

from kfm_gates.facts.periods import Period, cut
from kfm_gates.model.backfill_plan import ChunkMode
from kfm_gates.model.finding import Json
from kfm_gates.model.index_plan import PlanIntent
from kfm_gates.planning.enumeration import Version

MOST_CHUNKS = 10_000
"""More parts than a run can keep an account of; a plan that needs them is split."""

MOST_VERSIONS = 1_000
"""The longest list of subjects that a permit spells out; a part with more can't have a permit of its own."""


def by_time(intent: PlanIntent) -> ChunkMode | None:
    """The step of the calendar that a plan is cut by, if it is cut by time."""
    mode = intent.chunking.mode
    return typing.cast(ChunkMode, mode) if mode in typing.get_args(ChunkMode) else None


def chunks(intent: PlanIntent, versions: Sequence[Version]) -> list[dict[str, Json]]:
    """The parts of a plan, at most one more than MOST_CHUNKS; a function of the plan and the versions alone.

    A version that lies in several periods belongs to the first: the one in which it starts, or the first of
    the window when it started before.
    """
    step = by_time(intent)
    if step is not None and intent.scope.window is not None:
        periods = list(islice(cut(Period.of(intent.scope.window), step), MOST_CHUNKS + 1))
        return _by_period(periods, versions)
    ids = [version.id for version in versions]
    if intent.chunking.mode == "version":
        return [_chunk(each.replace("/", "_"), [each]) for each in ids]
    if intent.chunking.mode == "dataset":
        slugs = dict.fromkeys(each.partition("/")[0] for each in ids)
        return [_chunk(slug, [each for each in ids if each.startswith(f"{slug}/")]) for slug in slugs]
    return [_chunk("whole", ids)]


def _by_period(periods: Sequence[Period], versions: Sequence[Version]) -> list[dict[str, Json]]:
    starts, held = [period.start for period in periods], defaultdict[int, list[str]](list)
    for version in versions:
        if version.period is not None:
            held[max(bisect_right(starts, version.period.start) - 1, 0)].append(version.id)
    found = []
    for number, period in enumerate(periods):
        start, _, end = str(period).partition(" to ")
        chunk = _chunk(f"part-{number + 1:05}", held[number])
        found.append({**chunk, "window": {"start": start, "end": end}})
    return found


def _chunk(name: str, versions: list[str]) -> dict[str, Json]:
    return {"name": name, "dataset_versions": versions, "window": None}
