"""Every required field of every document: absent, null, empty or of another type is refused, at its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kfm_gates.model.base import form_findings
from kfm_gates.model.finding import Finding, Place
from kfm_gates.model.published import DOCUMENTS

from .samples import EMPTY_OK, FREE, NULL_OK, SAMPLES, sample

ABSENT = object()
NOT_A_TEXT: tuple[Any, ...] = (5, "", True, [], {})


def findings(name: str, raw: Any) -> tuple[Finding, ...]:
    document, found = form_findings(DOCUMENTS[name], raw, "a/file.json")
    assert (document is None) == bool(found)
    return found


def pointers(name: str, raw: Any) -> set[str]:
    return {finding.place.pointer for finding in findings(name, raw)}


def places(raw: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    items = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in items:
        here = f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"
        yield here, value
        yield from places(value, here)


def changed(raw: Any, place: str, value: Any) -> Any:
    *above, last = [step.replace("~1", "/").replace("~0", "~") for step in place[1:].split("/")]
    parent = raw
    for step in above:
        parent = parent[int(step)] if isinstance(parent, list) else parent[step]
    key: Any = int(last) if isinstance(parent, list) else last
    if value is ABSENT:
        del parent[key]
    else:
        parent[key] = value
    return raw


PLACES = [(name, place, value) for name in SAMPLES for place, value in places(SAMPLES[name])]
MAP_KEYS = {"checksums": "/artifacts/", "decision": "/engines/", "decision-statement": "/predicate/engines/"}


def ids(case: object) -> str | None:
    return case if isinstance(case, str) and len(case) < 80 else None


def cases(allowed: dict[str, set[str]]) -> list[tuple[str, str, Any]]:
    return [case for case in PLACES if case[1] not in allowed.get(case[0], set()) | FREE.get(case[0], set())]


def is_field(name: str, place: str) -> bool:
    """Not an item of a list, nor a key of a map."""
    in_map = place.startswith(MAP_KEYS.get(name, "\0")) or place == "/assets/data"
    return not in_map and not place.rpartition("/")[2].isdigit()


def other_types(place: str, value: Any) -> list[Any]:
    """Values of every JSON type that `value` does not have; a context may be of several."""
    wrong: list[Any] = [5.5, "wrong type", True, ["wrong"], {"wrong": 1}]
    own = {int, float} if type(value) in (int, float) else {type(value)}
    own |= {str, list} if place == "/@context" else set()
    return [other for other in wrong if type(other) not in own]


def test_every_document_has_a_sample() -> None:
    assert set(SAMPLES) == set(DOCUMENTS)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_template_filled_in_passes(name: str) -> None:
    raw = sample(name)
    document, found = form_findings(DOCUMENTS[name], raw, "a/file.json")
    assert found == ()
    assert document is not None
    assert (document.raw, document.path) == (raw, "a/file.json")
    assert document.at("/x") == Place("a/file.json", "/x")
    assert document.document() == raw


@pytest.mark.parametrize(("name", "place"), [c[:2] for c in cases({}) if is_field(*c[:2])])
def test_absent(name: str, place: str) -> None:
    found = findings(name, changed(sample(name), place, ABSENT))
    assert [finding.place.pointer for finding in found] == [place]
    assert found[0].found == "nothing"
    assert "missing" in found[0].message


@pytest.mark.parametrize(("name", "place"), [case[:2] for case in cases(NULL_OK)])
def test_null(name: str, place: str) -> None:
    found = findings(name, changed(sample(name), place, None))
    assert [finding.place.pointer for finding in found] == [place]
    assert found[0].found == "null"


@pytest.mark.parametrize(
    ("name", "place", "value"), [c for c in cases(EMPTY_OK) if isinstance(c[2], str | list | dict)], ids=ids
)
def test_empty(name: str, place: str, value: Any) -> None:
    found = pointers(name, changed(sample(name), place, type(value)()))
    if isinstance(value, dict) and value:
        assert found
        assert all(pointer == place or pointer.startswith(f"{place}/") for pointer in found)
    else:
        assert found == {place}


@pytest.mark.parametrize("name", EMPTY_OK)
def test_empty_where_that_is_right(name: str) -> None:
    for place, value in places(SAMPLES[name]):
        if place in EMPTY_OK[name]:
            assert pointers(name, changed(sample(name), place, type(value)())) == set(), place


@pytest.mark.parametrize(
    ("name", "place", "value"), [case for case in cases({}) if case[2] is not None], ids=ids
)
def test_wrong_type(name: str, place: str, value: Any) -> None:
    for wrong in other_types(place, value):
        found = findings(name, changed(sample(name), place, wrong))
        assert [finding.place.pointer for finding in found] == [place], wrong


@pytest.mark.parametrize(
    ("name", "place", "wrong"),
    [
        (name, place, wrong)
        for name, place in (
            ("acquisition", "/supersedes"),
            ("acquisition", "/etag"),
            ("acquisition", "/last_modified"),
        )
        for wrong in NOT_A_TEXT
    ],
    ids=repr,
)
def test_what_may_be_null_may_be_nothing_else(name: str, place: str, wrong: Any) -> None:
    assert pointers(name, changed(sample(name), place, wrong)) == {place}


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"stac-item", "stac-collection", "dcat", "prov"}))
def test_no_object_takes_an_unknown_field(name: str) -> None:
    objects = [""] + [place for place, value in places(SAMPLES[name]) if isinstance(value, dict)]
    free = {"/environment/params", "/stores/0/question", "/stores/0/answer"} | {
        place.rstrip("/") for place in MAP_KEYS.values()
    }
    for place in objects:
        if place not in free | FREE.get(name, set()):
            raw = changed(sample(name), f"{place}/extra~1~0field", "x")
            assert pointers(name, raw) == {f"{place}/extra~1~0field"}


@pytest.mark.parametrize("raw", [None, True, 3, "text", ["list"]], ids=repr)
@pytest.mark.parametrize("name", SAMPLES)
def test_not_an_object_is_one_finding(name: str, raw: Any) -> None:
    (found,) = findings(name, raw)
    assert found.place == Place("a/file.json", "")
    assert "not an object" in found.message


@pytest.mark.parametrize("name", SAMPLES)
def test_no_jargon(name: str) -> None:
    for place, _ in places(SAMPLES[name]):
        wrongs: tuple[Any, ...] = (ABSENT, None, "", 1.5, [], {})
        for wrong in wrongs:
            if place not in FREE.get(name, set()):
                for found in findings(name, changed(sample(name), place, wrong)):
                    text = " ".join((found.message, found.expected, found.hint)).lower()
                    for word in ("pydantic", "https://errors", "nonetype", "valueerror", "tuple", "regex"):
                        assert word not in text.replace(found.place.pointer.lower(), "")
