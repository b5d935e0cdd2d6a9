"""Names in whatever spelling fall into the same words."""

from __future__ import annotations

import pytest

from kfm_gates.facts.place_names import place_names
from kfm_gates.facts.words import phrases, words
from tests.support.judging import suite


@pytest.mark.parametrize(
    "name",
    [
        "owner_name",
        "ownerName",
        "OwnerName",
        "OWNER-NAME",
        "Owner name",
        "owner.name",
        " owner__name ",
        "OWNERName",
    ],
)
def test_spellings_of_one_name(name: str) -> None:
    assert words(name) == ("owner", "name")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", ()),
        ("__", ()),
        ("ownerSSN2", ("owner", "ssn", "2")),
        ("Ｎａｍｅ", ("name",)),  # noqa: RUF001  (full-width letters)
        ("Straße_名前", ("strasse", "名前")),
        ("gravel", ("gravel",)),
    ],
)
def test_words(name: str, found: tuple[str, ...]) -> None:
    assert words(name) == found


def test_phrases() -> None:
    assert phrases("socialSecurityNumber", 2) == (
        "social",
        "security",
        "number",
        "social security",
        "security number",
        "socialsecuritynumber",
    )
    assert phrases("ssn", 3) == ("ssn",)
    assert phrases("--", 3) == ()


@pytest.mark.parametrize(
    "name",
    [
        "lat",
        "centroid_lon",
        "decimalLatitude",
        "site longitude",
        "proj:centroid",
        "x",
        "POINT_X",
        "utmEasting",
    ],
)
def test_names_of_coordinates(name: str) -> None:
    assert place_names(suite().tables).names_a_place(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "latency",
        "platitude",
        "flat",
        "lat_resolution",
        "centroid_shift_m",
        "lon_null_count",
        "x_ray",
        "name",
        "bbox",
    ],
)
def test_names_of_other_things(name: str) -> None:
    assert not place_names(suite().tables).names_a_place(name)
