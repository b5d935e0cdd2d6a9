"""JSON pointers, with the examples of RFC 6901 §5."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.evidence.pointers import escape, index_of, join, resolve, split, walk

RFC_6901 = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}

documents = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/~01", max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", RFC_6901),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
    ],
)
def test_the_examples_of_the_rfc(pointer: str, value: object) -> None:
    assert resolve(RFC_6901, pointer) == value
    assert join(*split(pointer)) == pointer


@pytest.mark.parametrize(
    "pointer",
    [
        "foo",
        "/nope",
        "/foo/2",
        "/foo/-",
        "/foo/01",
        "/foo/-1",
        "/foo/\u0660",
        "/foo/0/x",
        "/m~n",
        "/m~2n",
        "/foo/ 0",
        "#/foo",
    ],
)
def test_what_names_nothing(pointer: str) -> None:
    with pytest.raises(LookupError):
        resolve(RFC_6901, pointer)


def test_escaping() -> None:
    assert escape("a/b~c") == "a~1b~0c"
    assert escape(3) == "3"
    assert join("a", "b/c", 0) == "/a/b~1c/0"
    assert join() == ""
    assert split("/~01") == ("~1",)


@pytest.mark.parametrize(
    ("token", "index"), [("0", 0), ("10", 10), ("01", None), ("-", None), ("1" * 40, None)]
)
def test_indexes(token: str, index: int | None) -> None:
    assert index_of(token) == index


@given(documents)
def test_walk_names_each_node_once_and_resolve_finds_it(document: object) -> None:
    nodes = list(walk(document))
    assert nodes[0] == ("", document)
    assert len({pointer for pointer, _ in nodes}) == len(nodes)
    for pointer, node in nodes:
        assert resolve(document, pointer) is node


def test_walk_is_in_document_order_and_takes_any_depth() -> None:
    assert [pointer for pointer, _ in walk({"b": [1, 2], "a": {"c": 3}})] == [
        "",
        "/b",
        "/b/0",
        "/b/1",
        "/a",
        "/a/c",
    ]
    deep: list[object] = []
    for _ in range(3_000):
        deep = [deep]
    assert sum(1 for _ in walk(deep)) == 3_001
