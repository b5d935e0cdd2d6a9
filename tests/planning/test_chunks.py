"""Each version is in exactly one part; parts by time tile the window."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.facts.periods import Period
from kfm_gates.model.index_plan import IndexPlanDraft
from kfm_gates.model.plan_filled import Chunk
from kfm_gates.planning.chunks import MOST_CHUNKS, chunks
from kfm_gates.planning.enumeration import Version
from tests.support.plans import draft

IDS = ["a/2016.0f0f0f0f", "a/2017.0f0f0f0f", "b/2017.0f0f0f0f"]
START = datetime(2016, 12, 15, tzinfo=UTC)


def intent(mode: str, window: tuple[str, str] | None = None) -> IndexPlanDraft:
    def change(raw: dict[str, Any]) -> None:
        raw["chunking"]["mode"] = mode
        if window is not None:
            scope = {"start": window[0], "end": window[1]}
            raw["scope"] = {"kind": "time", "time_axis": "event_time", "window": scope}

    return IndexPlanDraft.read(draft(change), "draft.json")


def year(number: int) -> Period:
    return Period(datetime(number, 1, 1, tzinfo=UTC), datetime(number + 1, 1, 1, tzinfo=UTC))


VERSIONS = [Version(id, ("m", "d"), year(int(id[2:6]))) for id in IDS]


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("whole", {"whole": IDS}),
        ("dataset", {"a": IDS[:2], "b": IDS[2:]}),
        ("version", {each.replace("/", "_"): [each] for each in IDS}),
    ],
)
def test_by_versions(mode: str, wanted: dict[str, list[str]]) -> None:
    assert {each["name"]: each["dataset_versions"] for each in chunks(intent(mode), VERSIONS)} == wanted


def test_by_time() -> None:
    made = chunks(intent("quarterly", ("2016-06-01T00:00:00Z", "2017-02-01T00:00:00Z")), VERSIONS)
    assert [(each["window"]["start"], each["window"]["end"]) for each in made] == [
        ("2016-06-01T00:00:00Z", "2016-09-01T00:00:00Z"),
        ("2016-09-01T00:00:00Z", "2016-12-01T00:00:00Z"),
        ("2016-12-01T00:00:00Z", "2017-02-01T00:00:00Z"),
    ]
    assert [each["dataset_versions"] for each in made] == [IDS[:1], [], IDS[1:]]


def test_more_parts_than_anybody_can_count_are_cut_short() -> None:
    made = chunks(intent("hourly", ("1854-01-01T00:00:00Z", "2026-01-01T00:00:00Z")), VERSIONS)
    assert len(made) == MOST_CHUNKS + 1


@given(
    mode=st.sampled_from(["whole", "dataset", "version", "daily", "weekly", "monthly", "yearly"]),
    hours=st.integers(1, 3000),
    starts=st.lists(st.integers(-5000, 3000), max_size=20),
)
def test_every_version_is_in_exactly_one_part(mode: str, hours: int, starts: list[int]) -> None:
    end = START + timedelta(hours=hours)
    window = (START.isoformat()[:19] + "Z", end.isoformat()[:19] + "Z")
    versions = [
        Version(f"s/20{number:02}.0f0f0f0f", ("m", "d"), Period(START + timedelta(hours=start), end))
        for number, start in enumerate(starts)
        if start < hours
    ]
    made = [Chunk.model_validate(each) for each in chunks(intent(mode, window), versions)]
    assert sorted(id for each in made for id in each.dataset_versions) == [each.id for each in versions]
    names = [each.name for each in made]
    assert len(set(names)) == len(names)
    windows = [each.window for each in made if each.window is not None]
    if windows:
        assert (windows[0].start, windows[-1].end) == window
        assert all(one.end == two.start for one, two in itertools.pairwise(windows))
