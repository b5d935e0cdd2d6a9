"""Times as instants, whatever offset or precision they are written with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kfm_gates.facts.stated_periods import Period, moment

SECOND = timedelta(seconds=1)
YEAR = Period.of("2017-01-01T00:00:00Z", "2018-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "text",
    [
        "2017-01-01T00:00:00Z",
        "2017-01-01t00:00:00z",
        "2017-01-01T00:00:00.000Z",
        "2017-01-01T02:00:00+02:00",
        "2016-12-31T18:00:00-06:00",
        "2017-01-01T00:00:00",
    ],
)
def test_one_instant_in_many_spellings(text: str) -> None:
    assert moment(text) == datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "2017-02-30T00:00:00Z", "yesterday", "2017-01-01T25:00:00Z"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):
        moment(text)


def test_ends_may_differ_by_a_second() -> None:
    closed = Period.of("2017-01-01T00:00:00Z", "2017-12-31T23:59:59Z")
    assert YEAR.same(closed, SECOND) and YEAR.covers(closed, SECOND)
    assert not YEAR.same(closed, timedelta(0))
    assert not closed.covers(YEAR, timedelta(0)) and closed.covers(YEAR, SECOND)


def test_open_ends() -> None:
    since = Period.of("2017-01-01T00:00:00Z", None)
    assert since.same(since, SECOND) and since.covers(YEAR, SECOND)
    assert not since.same(YEAR, SECOND) and not YEAR.covers(since, SECOND)
    assert str(since) == "2017-01-01T00:00:00Z to …"
