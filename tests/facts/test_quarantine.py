"""The grammar of what was quarantined, and values as text."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest

from kfm_gates.facts.quarantine import Quarantine, Quarantined, entry
from kfm_gates.facts.record_text import text_of
from kfm_gates.model.qa_report import QaReport
from tests.facts.on_trees import facts, path
from tests.support.judging import kansas


def parsed(text: str) -> Quarantined:
    raw = json.loads(kansas()[path("qa_report")]) | {"quarantined": [text]}
    return entry(QaReport.read(raw, "report.json"), 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("artifact:a/b.parquet", ("a/b.parquet", None, ())),
        ("item:2017.counties", (None, "2017.counties", ())),
        ("item:a=b", (None, "a=b", ())),
        ("geoid=20001", (None, None, (("geoid", "20001"),))),
        ("geoid=", (None, None, (("geoid", ""),))),
        ("name=St. John&day=2017-01-01", (None, None, (("name", "St. John"), ("day", "2017-01-01")))),
        ("a%3Db=c%26d%25", (None, None, (("a=b", "c&d%"),))),
        ("name=1+1", (None, None, (("name", "1+1"),))),
        ("name=D%C3%BCne", (None, None, (("name", "Düne"),))),
    ],
)
def test_known_forms(text: str, expected: tuple[Any, ...]) -> None:
    found = parsed(text)
    assert (found.artifact, found.item, found.record) == expected


@pytest.mark.parametrize(
    "text",
    ["Ford County", "artifact:", "item: ", "=20001", "a=b=c", "a=b&", "&a=b", "a=b&c", "a=100%", "a=%zz"],
)
def test_other_forms_name_nothing(text: str) -> None:
    found = parsed(text)
    assert (found.artifact, found.item, found.record) == (None, None, ())
    assert found.place.pointer == "/quarantined/0"


def test_files_of_the_dataset_and_of_no_other() -> None:
    own = path("checksums").replace("processed", "quarantine").replace("checksums.json", "rows.csv")
    other = "data/quarantine/kansas-counties/2016.aaaaaaaa.bbbbbbbb/a/b.parquet"
    foreign = "data/quarantine/other/2016.aaaaaaaa.bbbbbbbb/a.parquet"
    tree = {**kansas(), own: b"1", other: b"2", foreign: b"3"}
    found = facts(tree).get(Quarantine)
    assert {file.path: file.own for file in found.files} == {own: True, other: False}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("007", "007"),
        (7, "7"),
        (7.0, "7"),
        (-0.5, "-0.5"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (Decimal("1.50"), "1.50"),
        (Decimal("2.00"), "2"),
        (True, "true"),
        (False, "false"),
        (datetime.date(2017, 1, 2), "2017-01-02"),
        (datetime.time(6, 30), "06:30:00"),
        (datetime.datetime(2017, 1, 2, 3), "2017-01-02T03:00:00"),
        (
            datetime.datetime(2017, 1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
            "2017-01-02T02:00:00Z",
        ),
        (None, None),
        (b"x", None),
        ([1], None),
    ],
)
def test_values_as_text(value: object, text: str | None) -> None:
    assert text_of(value) == text
