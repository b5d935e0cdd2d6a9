"""Which acquisitions replace which, what was fetched again, and what time was not fetched at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kfm_gates.facts.acquired_windows import gaps
from kfm_gates.facts.superseding import Acquired, fetches_again, overlap, same_source
from kfm_gates.model.acquisition import Acquisition
from kfm_gates.model.parts import Window
from kfm_gates.model.text import instant
from tests.support.judging import kansas

from .on_trees import facts

FOLDER = "data/raw/kansas-counties"
RECORD = json.loads(kansas()[f"{FOLDER}/us-atlas-3.0.1/acquisition.json"])


def record(
    name: str = "a", *, source: Any = None, digest: str = "a", file: str = "counties.json", **fields: Any
) -> Any:
    path = f"{FOLDER}/{name}/artifacts/{file}"
    return {
        **RECORD,
        "acquisition_id": name,
        "source": {**RECORD["source"], **(source or {})},
        "artifacts": [{"path": path, "digest": f"sha256:{digest * 64}", "size": 1, "media_type": "application/json"}],
        **fields,
    }  # fmt: skip


def read(*documents: Any) -> dict[str, Acquisition]:
    found = [
        Acquisition.read(each, f"{FOLDER}/{each['acquisition_id']}/acquisition.json") for each in documents
    ]
    return {each.acquisition_id: each for each in found}


def acquired(*documents: Any, **more: bytes) -> Acquired:
    tree = {
        f"{FOLDER}/{each['acquisition_id']}/acquisition.json": json.dumps(each).encode() for each in documents
    }
    return facts(
        {**kansas(), **tree, **{f"{FOLDER}/{name}/acquisition.json": data for name, data in more.items()}}
    ).get(Acquired)


def window(start: str, end: str) -> dict[str, str]:
    return {"start": f"2017-{start}T00:00:00Z", "end": f"2017-{end}T00:00:00Z"}


def names(found: Any) -> list[str]:
    return [each.acquisition_id for each in found]


def test_a_line_of_acquisitions_is_followed_to_its_beginning() -> None:
    found = acquired(record("a"), record("b", supersedes="a"), record("c", supersedes="b"))
    of = found.of("kansas-counties")
    assert names(found.chain(of["c"])) == ["b", "a"]
    assert names(found.chain(of["a"])) == []
    assert sorted(names(found.successors(of["a"]))) == ["b", "c"]


def test_a_circle_ends_the_line() -> None:
    found = acquired(record("a", supersedes="c"), record("b", supersedes="a"), record("c", supersedes="b"))
    of = found.of("kansas-counties")
    assert names(found.chain(of["c"])) == ["b", "a"]
    alone = acquired(record("a", supersedes="a"))
    assert names(alone.chain(alone.of("kansas-counties")["a"])) == []


def test_only_what_covers_the_window_and_came_later_replaces_it() -> None:
    found = acquired(
        record("a", window=window("01-01", "06-01")),
        record("part", supersedes="a", window=window("02-01", "06-01")),
        record(
            "before", supersedes="a", window=window("01-01", "06-01"), retrieved_at="2026-01-01T00:00:00Z"
        ),
        record("whole", supersedes="part", window=window("01-01", "07-01")),
    )
    assert names(found.successors(found.of("kansas-counties")["a"])) == ["whole"]


def test_records_that_can_not_be_read_are_told_by_dataset() -> None:
    found = acquired(record("a"), b=b"{", c=b"[]")
    assert found.unreadable == {
        "kansas-counties": (f"{FOLDER}/b/acquisition.json", f"{FOLDER}/c/acquisition.json")
    }
    assert acquired().unreadable == {}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {}, True),
        ({"url": "pkg:npm/us-atlas@3.0.1"}, {"url": "pkg:npm/us-atlas@3.0.2", "name": "x"}, True),
        ({"url": "https://a.org/d?from=1"}, {"url": "https://a.org/d?from=2#x", "name": "x"}, True),
        (
            {"url": "https://a.org/1/d"},
            {"url": "https://a.org/2/d", "version": "2", "name": "US-Atlas "},
            True,
        ),
        ({"url": "https://a.org/flow"}, {"url": "https://a.org/levels"}, False),
        ({"url": "https://a.org/d"}, {"url": "https://b.org/d", "name": "x", "version": "2"}, False),
        ({"url": "pkg:npm/us-atlas"}, {"url": "pkg:npm/world-atlas", "name": "x"}, False),
    ],
)
def test_sources(one: Any, other: Any, same: bool) -> None:
    both = read(record("a", source=one), record("b", source=other))
    assert same_source(both["a"], both["b"]) is same_source(both["b"], both["a"]) is same


def test_windows_that_meet_do_not_overlap() -> None:
    both = read(record("a", window=window("01-01", "06-01")), record("b", window=window("06-01", "07-01")))
    assert not overlap(both["a"], both["b"]) and not overlap(both["b"], both["a"])
    assert overlap(both["a"], both["a"])


@pytest.mark.parametrize(
    ("fields", "again"),
    [
        ({"digest": "b"}, True),
        ({"digest": "a"}, False),
        ({"digest": "b", "file": "states.json"}, False),
        ({"digest": "b", "window": {"start": "2018-01-01T00:00:00Z", "end": "2019-01-01T00:00:00Z"}}, False),
        ({"digest": "b", "source": {"url": "https://a.org/rivers", "name": "rivers"}}, False),
    ],
)
def test_what_fetches_again_what_another_fetched(fields: Any, again: bool) -> None:
    both = read(record("a"), record("b", **fields))
    assert (fetches_again(both["b"], both["a"]) is not None) is again
    assert fetches_again(both["a"], both["a"]) is None


@pytest.mark.parametrize(
    ("pieces", "missing"),
    [
        ([("01-01", "12-31")], []),
        ([("06-01", "12-31"), ("01-01", "06-01")], []),
        ([("01-01", "07-01"), ("03-01", "04-01"), ("06-01", "12-31")], []),
        ([], [("01-01", "12-31")]),
        (
            [("02-01", "03-01"), ("04-01", "05-01")],
            [("01-01", "02-01"), ("03-01", "04-01"), ("05-01", "12-31")],
        ),
        ([("01-01", "06-01"), ("06-02", "12-31")], [("06-01", "06-02")]),
    ],
)
def test_what_was_not_fetched(pieces: list[tuple[str, str]], missing: list[tuple[str, str]]) -> None:
    asked = Window(**window("01-01", "12-31"))
    found = gaps(asked, [Window(**window(*piece)) for piece in pieces])
    expected = [window(*each) for each in missing]
    assert found == tuple((instant(each["start"]), instant(each["end"])) for each in expected)


def test_pieces_outside_the_window_neither_help_nor_hurt() -> None:
    asked = Window(**window("03-01", "04-01"))
    assert gaps(asked, [Window(**window("01-01", "02-01")), Window(**window("05-01", "06-01"))]) == (
        (instant("2017-03-01T00:00:00Z"), instant("2017-04-01T00:00:00Z")),
    )
    assert gaps(asked, [Window(**window("01-01", "12-01"))]) == ()
