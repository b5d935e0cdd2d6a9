"""Whether a time is cut to whole years, quarters, months, weeks (from Monday), days, hours or minutes, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

_BELOW_MICROSECONDS = re.compile(r"[.,]\d{6}\d*[1-9]")
_PARTIAL = re.compile(r"\d{4}(-\d{2})?")


def is_cut(text: object, unit: str) -> bool:
    """Whether a date or time in ISO 8601 names the start of a whole unit; ValueError when it is no time.

    A year or a month alone (`2017`, `2017-03`) stands for its start.
    """
    if not isinstance(text, str):
        raise ValueError("a value is no text")
    if _PARTIAL.fullmatch(text):
        text = f"{text}-01-01" if len(text) == len("YYYY") else f"{text}-01"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("a text is no date or time") from None  # its own message repeats the text
    if _BELOW_MICROSECONDS.search(text):
        return False  # `datetime` would cut them off
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    day, clock = moment.date(), moment.time()
    if unit in ("hour", "minute"):
        return (clock.second, clock.microsecond) == (0, 0) and (unit == "minute" or clock.minute == 0)
    return clock == time() and _starts(day, unit)


def _starts(day: date, unit: str) -> bool:
    return {
        "year": (day.month, day.day) == (1, 1),
        "quarter": day.day == 1 and day.month in (1, 4, 7, 10),
        "month": day.day == 1,
        "week": day.weekday() == 0,
        "day": True,
    }[unit]
