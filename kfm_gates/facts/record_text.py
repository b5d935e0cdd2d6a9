"""Values of records as text, so that keys in documents can be compared with keys in data of any format."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

from kfm_gates.facts.artifact_content import ArtifactContent
from kfm_gates.facts.data_formats import CantVerify


def text_of(value: object) -> str | None:
    """A value as a person writes it: whole numbers without a point, times in ISO 8601 and UTC; None for no value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        number = float(value)
        return str(int(value)) if number.is_integer() and abs(number) < 2**63 else str(value)
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo is not None else value
        return moment.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    return None


def keys(content: ArtifactContent, columns: tuple[str, ...]) -> Iterator[tuple[str | None, ...]]:
    """The values of these columns as text, record by record; CantVerify where there is no telling."""
    if content.reader is None:
        raise CantVerify(content.problem or "nobody can look into it")
    for record in content.reader.records(columns):
        yield tuple(map(text_of, record))
