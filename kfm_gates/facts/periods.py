"""Half-open periods of time in UTC, and how a plan cuts one into chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from kfm_gates.model.backfill_plan import ChunkMode
from kfm_gates.model.parts import Window
from kfm_gates.model.text import instant

_STEPS: dict[ChunkMode, timedelta] = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
}
_MONTHS: dict[ChunkMode, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}


@dataclass(frozen=True, order=True)
class Period:
    """From `start`, which belongs to it, to `end`, which does not; both aware and in UTC."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, window: Window) -> Period:
        """The period that a document gives as texts, however they are spelt."""
        return cls(instant(window.start), instant(window.end))

    def __str__(self) -> str:
        return f"{_text(self.start)} to {_text(self.end)}"


def cut(whole: Period, mode: ChunkMode) -> Iterator[Period]:
    """The chunks of a period, in order: they tile it, and only the last may be shorter than the others.

    Steps are those of the calendar in UTC, counted from the start: chunk n of a monthly plan that starts on
    the 31st begins n months later, on the last day of a month that has no 31st.
    """
    nth = _fixed(whole.start, _STEPS[mode]) if mode in _STEPS else _monthly(whole.start, _MONTHS[mode])
    start, number = whole.start, 0
    while start < whole.end:
        number += 1
        end = min(nth(number) or whole.end, whole.end)
        yield Period(start, end)
        start = end


def _fixed(start: datetime, step: timedelta) -> Callable[[int], datetime | None]:
    def nth(number: int) -> datetime | None:
        try:
            return start + number * step
        except OverflowError:  # beyond the year 9999
            return None

    return nth


def _monthly(start: datetime, months: int) -> Callable[[int], datetime | None]:
    def nth(number: int) -> datetime | None:
        years, month = divmod(start.month - 1 + number * months, 12)
        for day in range(start.day, start.day - 4, -1):  # the shortest month has 28 days
            try:
                return start.replace(year=start.year + years, month=month + 1, day=day)
            except ValueError:
                continue
        return None  # beyond the year 9999

    return nth


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
