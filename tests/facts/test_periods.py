"""How a plan cuts a period: steps of the calendar in UTC, counted from the start, the last one clipped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.facts.periods import _MONTHS, _STEPS, Period, cut
from kfm_gates.model.backfill_plan import ChunkMode
from kfm_gates.model.parts import Window

MODES: list[ChunkMode] = [*_STEPS, *_MONTHS]


def period(start: str, end: str) -> Period:
    return Period.of(Window(start=f"{start}Z", end=f"{end}Z"))


def starts(whole: Period, mode: ChunkMode) -> list[str]:
    return [str(each).partition("T")[0] for each in cut(whole, mode)]


@pytest.mark.parametrize(
    ("mode", "count"),
    [("hourly", 8760), ("daily", 365), ("weekly", 53), ("monthly", 12), ("quarterly", 4), ("yearly", 1)],
)
def test_a_year_has_so_many_chunks(mode: ChunkMode, count: int) -> None:
    assert len(list(cut(period("2017-01-01T00:00:00", "2018-01-01T00:00:00"), mode))) == count


def test_leap_days_and_short_months_are_those_of_the_calendar() -> None:
    leap = period("2020-01-31T00:00:00", "2020-06-01T00:00:00")
    assert starts(leap, "monthly") == ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30", "2020-05-31"]
    assert starts(period("2020-02-29T00:00:00", "2023-01-01T00:00:00"), "yearly") == [
        "2020-02-29", "2021-02-28", "2022-02-28",
    ]  # fmt: skip
    assert len(starts(period("2020-02-01T00:00:00", "2020-03-01T00:00:00"), "daily")) == 29


def test_the_last_chunk_ends_with_the_whole() -> None:
    (*_, last) = cut(period("2017-01-01T00:00:00", "2017-02-10T12:30:00.5"), "monthly")
    assert str(last) == "2017-02-01T00:00:00Z to 2017-02-10T12:30:00.500000Z"


def test_what_is_shorter_than_a_chunk_is_one() -> None:
    whole = period("2017-05-05T05:05:05", "2017-05-05T05:05:06")
    for mode in MODES:
        assert list(cut(whole, mode)) == [whole]


def test_the_end_of_all_years_is_an_end() -> None:
    whole = period("9998-06-01T00:00:00", "9999-12-31T23:59:59")
    for mode in ("monthly", "quarterly", "yearly", "weekly"):
        (*_, last) = cut(whole, mode)
        assert last.end == whole.end


def test_times_are_instants_and_not_texts() -> None:
    assert period("2017-01-01T00:00:00", "2018-01-01T00:00:00") == period(
        "2017-01-01T00:00:00.000", "2018-01-01T00:00:00.000000"
    )


STARTS = st.datetimes(datetime(1900, 1, 1), datetime(9999, 11, 1), timezones=st.just(UTC))


@given(mode=st.sampled_from(MODES), start=STARTS, days=st.floats(0.01, 40))
def test_chunks_tile_the_whole(mode: ChunkMode, start: datetime, days: float) -> None:
    whole = Period(start, start + timedelta(days=days))
    parts = list(cut(whole, mode))
    assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
    assert all(one.end == other.start for one, other in pairwise(parts))
    assert all(part.start < part.end for part in parts)
