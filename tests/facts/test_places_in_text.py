"""Places in texts: what people write is found, what only looks like it is not, and no text makes it slow."""

from __future__ import annotations

import pytest

from kfm_gates.facts.places_in_text import WORLD, Box, geometry, mentioned, written

KANSAS = Box(-102.05, 37.0, -94.6, 40.0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the camp at 38.51234, -97.12345.", (38.51234, -97.12345)),
        ("(-97.12345 38.51234)", (-97.12345, 38.51234)),
        ("38.51234° N, 97.12345° W", (38.51234, 97.12345)),
        ("N 38.51234 W 97.12345", (38.51234, 97.12345)),
        ("Latitude: 38.51234, Longitude: -97.12345", (38.51234, -97.12345)),
        ("https://example.org/map?lat=38.51234&lon=-97.12345&zoom=9", (38.51234, -97.12345)),
        ("geo:38.51234,-97.12345;u=35", (38.51234, -97.12345)),
        ('{"lat": 38.51234, "lon": -97.12345}', (38.51234, -97.12345)),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT Z (-97.1 38.5 410)", (-97.1, 38.5)),
        ("MULTIPOLYGON(((1 2, 3 4)), ((5 6, 7 8)))", (1, 2, 3, 4, 5, 6, 7, 8)),
        ("ENVELOPE(-102.05, -94.6, 40, 37)", (-102.05, -94.6, 40, 37)),
        ('{"type": "Point", "coordinates": [-97.1, 38.2, 410]}', (-97.1, 38.2)),
        ("38°30′ N", (38.5,)),  # noqa: RUF001  (as typed)
        ("97º 7' 12.0\" W", (97.12,)),
    ],
)
def test_places_are_found(text: str, found: tuple[float, ...]) -> None:
    assert tuple(mentioned(text, KANSAS)) == pytest.approx(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "105 counties, 213300.417 km² in all",
        "precision 0.912, recall 0.874",
        "grid of 0.05 degrees",
        "version 2017.90834627.fdff5ab1, 2017.123",
        "between 38.5 and 38.9 degrees north",
        "from 37.00, 94.59 on",
        "doi:10.1234/38.512 97.123",
        "build 1.38.512 97.123.4",
        "heated to 98.123 °F",
        "POINT EMPTY",
        "the POLYGON (in words) of the state",
        '{"grid_degrees": 0.05}',
        "{not JSON",
        "5' 10\" tall",
    ],
)
def test_other_texts_are_not_taken_for_places(text: str) -> None:
    assert tuple(mentioned(text, KANSAS)) == ()


def test_where_the_data_lies_decides_what_a_pair_is() -> None:
    text = "scores 12.345, 45.678"
    assert tuple(mentioned(text, KANSAS)) == ()
    assert tuple(mentioned(text, WORLD)) == (12.345, 45.678)


@pytest.mark.parametrize(
    "text", ["west=1; east=2", "", "{}", '{"type":"Point","coordinates":["a","b"]}', "1 2"]
)
def test_what_is_no_geometry_is_not_read_as_one(text: str) -> None:
    assert written(text) is None


@pytest.mark.parametrize("value", [["a", "b"], [1.0], [True, 2.0], [[1.0, 2.0], 3.0], "x", None, 5])
def test_positions_that_are_none(value: object) -> None:
    with pytest.raises(ValueError, match="list"):
        tuple(geometry(value))


def test_an_empty_geometry_has_no_positions() -> None:
    assert tuple(geometry([])) == ()


@pytest.mark.parametrize(
    "text",
    [
        " " * 200_000,
        "POINT " * 50_000,
        "POINT" + "(" * 200_000,
        "38.123 " * 30_000,
        "1°" * 100_000,
        "38.123" + " " * 200_000 + "97.123",
        "{" * 100_000,
        "1" * 200_000 + ".123",
    ],
    ids=lambda text: f"{text[:8]!r}",
)
def test_no_text_takes_the_search_for_ever(text: str) -> None:
    assert not list(mentioned(text, KANSAS))
