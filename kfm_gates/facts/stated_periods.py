"""The time that catalogs say the data speaks of, as instants in UTC, whatever offsets they are written with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kfm_gates.evidence.pointers import join
from kfm_gates.facts.statements import DCAT, DCT, DcatStatements
from kfm_gates.model.finding import Json, Place
from kfm_gates.model.stac import StacCollection, StacItem


@dataclass(frozen=True)
class Period:
    """From `start` to `end`; None is open."""

    start: datetime | None
    end: datetime | None

    @classmethod
    def of(cls, start: str | None, end: str | None) -> Period:
        """From times as they are written; ValueError when one is none."""
        return cls(moment(start), moment(end))

    def __str__(self) -> str:
        return f"{_shown(self.start)} to {_shown(self.end)}"

    def same(self, other: Period, tolerance: timedelta) -> bool:
        """Whether neither end differs by more than the tolerance."""
        return _near(self.start, other.start, tolerance) and _near(self.end, other.end, tolerance)

    def covers(self, other: Period, tolerance: timedelta) -> bool:
        """Whether the other period lies within this one, give or take the tolerance."""
        starts = self.start is None or (other.start is not None and other.start >= self.start - tolerance)
        ends = self.end is None or (other.end is not None and other.end <= self.end + tolerance)
        return starts and ends


@dataclass(frozen=True)
class StatedPeriod:
    """A period where it stands; None when it can't be read."""

    place: Place
    text: str
    period: Period | None


def moment(text: str | None) -> datetime | None:
    """The instant that an RFC 3339 or xsd:dateTime text names; without an offset it is in UTC.

    ValueError for what is no time.
    """
    if text is None:
        return None
    found = datetime.fromisoformat(text.upper())
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def stac_periods(document: StacCollection | StacItem) -> Iterator[StatedPeriod]:
    """Of a collection the first interval, which is that of the whole; of an item its instant or its range."""
    if isinstance(document, StacCollection):
        temporal = (document.extent or {}).get("temporal")
        intervals = temporal.get("interval") if isinstance(temporal, dict) else None
        first = intervals[0] if isinstance(intervals, list) and intervals else None
        ends = first if isinstance(first, list) and len(first) == 2 else ["", ""]
        yield _stated(document.at(join("extent", "temporal", "interval", 0)), *ends)
        return
    properties = document.properties
    if properties.get("start_datetime") is not None or properties.get("end_datetime") is not None:
        place = document.at("/properties/start_datetime")
        yield _stated(place, properties.get("start_datetime"), properties.get("end_datetime"))
    elif properties.get("datetime") is not None:
        instant = properties["datetime"]
        yield _stated(document.at("/properties/datetime"), instant, instant)


def dcat_periods(dcat: DcatStatements) -> Iterator[StatedPeriod]:
    """The periods that the dataset names."""
    for dataset in dcat.of_type(DCAT + "Dataset"):
        for period in dcat.values(dataset.subject, DCT + "temporal"):
            starts = dcat.values(period.value, DCAT + "startDate")
            ends = dcat.values(period.value, DCAT + "endDate")
            for start, end in zip(starts, ends, strict=False):  # exactly one of each, says `catalog.dcat`
                yield _stated(start.place, start.value, end.value)


def _stated(place: Place, start: Json, end: Json) -> StatedPeriod:
    text = f"{_text(start)} to {_text(end)}"
    try:
        return StatedPeriod(place, text, Period.of(start, end))
    except (ValueError, TypeError, AttributeError, OverflowError):
        return StatedPeriod(place, text, None)


def _text(value: Json) -> str:
    return "…" if value is None else str(value)


def _shown(time: datetime | None) -> str:
    return "…" if time is None else time.isoformat().replace("+00:00", "Z")


def _near(one: datetime | None, other: datetime | None, tolerance: timedelta) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= tolerance
