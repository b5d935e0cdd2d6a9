"""Lines of pointers, compared with a writer that notes each line as it writes."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kfm_gates.evidence.pointers import escape, walk
from kfm_gates.evidence.positions import line_of_byte, locate, locate_jsonl
from kfm_gates.evidence.strict_json import parse_json
from kfm_gates.evidence.strict_yaml import dump_yaml

DOCUMENT = b"""{
  "title": "a \\" {[ b",
  "links": [
    {"rel": "root"}, {"rel": "self",
     "href":
        "x"}
  ], "a/b": {"c~d": [[],
    {}, 7]},
  "last": null
}
"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("", 1),
        ("/title", 2),
        ("/links", 3),
        ("/links/0", 4),
        ("/links/1", 4),
        ("/links/1/rel", 4),
        ("/links/1/href", 5),
        ("/a~1b", 7),
        ("/a~1b/c~0d/0", 7),
        ("/a~1b/c~0d/1", 8),
        ("/a~1b/c~0d/2", 8),
        ("/last", 9),
        # nothing there: the nearest ancestor that exists
        ("/nope", 1),
        ("/links/2", 3),
        ("/links/-", 3),
        ("/links/01", 3),
        ("/links/x", 3),
        ("/links/1/href/deeper/still", 5),
        ("/title/0", 2),
        ("/last/x", 9),
    ],
)
def test_json(pointer: str, line: int) -> None:
    assert locate(DOCUMENT, pointer) == line


@pytest.mark.parametrize(
    ("document", "pointer", "line"),
    [
        (b"", "", None),
        (b" \n ", "/a", None),
        (b"{}", "a", None),
        (b"{}", "/~2", None),
        (b"\n\n1", "", 3),
        (b'\xef\xbb\xbf{\n"a": 1}', "/a", 2),
        (b'{"x": "\xe9",\n"a": 1}', "/a", 2),
        (b'{"\\u0061":\n1,\n"b": 2}', "/a", 1),
        (b'{"a": 1,\n"b": [1,\n2', "/b/1", 3),
        (b'{"a": 1,\n"b": [1,\n2', "/b/2", 2),
        (b'{"a" 1,\n"b": 2}', "/b", 1),
        (b'{"a": tru,\n"b": 2}', "/b", 2),
        (b'{"a"', "/a/b", 1),
        (b'[1,\n"torn', "/1", 2),
        (b'{"a": [1}, \n"b": 2}', "/b", 2),
    ],
)
def test_broken_json_is_read_as_far_as_it_goes(document: bytes, pointer: str, line: int | None) -> None:
    assert locate(document, pointer) == line


def test_depth_is_no_trouble() -> None:
    deep = b'{"skip": ' + b"[\n" * 100_000 + b"]" * 100_000 + b', "a": 1}'
    assert locate(deep, "/a") == 100_001
    assert locate(b"[\n" * 100_000, "/0" * 2_000) == 2_001


keys = st.text(alphabet='ab/~"\\{[é\n:,', max_size=3)
leaves = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text('a"\\]}é,\n', max_size=4)
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=15,
)


def _render(value: object, space: Callable[[], str], ascii_only: bool) -> tuple[str, dict[str, int]]:
    """The document as JSON with any white space, and the line of each pointer as it was written."""
    parts: list[str] = []
    lines: dict[str, int] = {}

    def put(text: str) -> None:
        parts.append(text)

    def here() -> int:
        return "".join(parts).count("\n") + 1

    def write(node: object, pointer: str) -> None:
        lines.setdefault(pointer, here())
        if isinstance(node, dict):
            put("{" + space())
            for number, (key, member) in enumerate(node.items()):
                put("," + space() if number else "")
                lines[f"{pointer}/{escape(key)}"] = here()
                put(json.dumps(key, ensure_ascii=ascii_only) + space() + ":" + space())
                write(member, f"{pointer}/{escape(key)}")
                put(space())
            put("}")
        elif isinstance(node, list):
            put("[" + space())
            for number, item in enumerate(node):
                put("," + space() if number else "")
                write(item, f"{pointer}/{number}")
                put(space())
            put("]")
        else:
            put(json.dumps(node, ensure_ascii=ascii_only))

    put(space())
    write(value, "")
    put(space())
    return "".join(parts), lines


@settings(deadline=None)
@given(documents, st.randoms(use_true_random=False), st.booleans())
def test_each_value_is_on_the_line_on_which_it_was_written(
    document: object, random, ascii_only: bool
) -> None:  # type: ignore[no-untyped-def]
    text, lines = _render(
        document, lambda: random.choice(["", "", " ", "\n", "\r\n", "\t", "\n\n "]), ascii_only
    )
    data = text.encode()
    assert parse_json(data) == document
    assert {pointer for pointer, _ in walk(document)} == set(lines)
    for pointer, line in lines.items():
        assert locate(data, pointer) == line
        assert locate(data, pointer + "/no such key") == line


YAML = b"""# spec
title: x
links:
  - rel: root
  -
    rel: self
    "a/b":
      {c: [1,
        2]}
text: |
  a
  b
last: null
"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("", 2),
        ("/title", 2),
        ("/links", 3),
        ("/links/0", 4),
        ("/links/0/rel", 4),
        ("/links/1", 6),
        ("/links/1/a~1b", 7),
        ("/links/1/a~1b/c", 8),
        ("/links/1/a~1b/c/1", 9),
        ("/text", 10),
        ("/last", 13),
        ("/nope", 2),
        ("/links/7", 3),
        ("/links/1/a~1b/d", 7),
        ("/last/x/y", 13),
    ],
)
def test_yaml(pointer: str, line: int) -> None:
    assert locate(YAML, pointer, yaml=True) == line


@pytest.mark.parametrize(
    ("document", "pointer", "line"),
    [
        (b"", "", None),
        (b"# x\n", "/a", None),
        (b"a: 1\nb: [1,\n", "/b/0", 2),
        (b"a: 1\nb: [1,\n", "/a", 1),
        (b"a: 1\nb: 2\n c: 3", "/c", 1),
        (b"a: &x 1\nb: *x\nc: 3\n", "/b", 2),
        (b"1: x\n2: y\n", "/2", 2),
        (b"\x01", "/a", None),
    ],
)
def test_broken_yaml_is_read_as_far_as_it_goes(document: bytes, pointer: str, line: int | None) -> None:
    assert locate(document, pointer, yaml=True) == line


shapes = st.recursive(
    st.just(0),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.text("ab~/", max_size=2), inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=50)
@given(shapes)
def test_each_number_in_yaml_is_on_the_line_that_holds_it(document: object) -> None:
    # Each leaf becomes a number of its own, so its line can be looked up in the text.
    counter = iter(range(1_000, 9_999))

    def number(node: object) -> object:
        if isinstance(node, dict):
            return {key: number(member) for key, member in node.items()}
        return [number(item) for item in node] if isinstance(node, list) else next(counter)

    numbered = number(document)
    data = dump_yaml(numbered)
    text = data.decode().split("\n")
    for pointer, leaf in walk(numbered):
        if isinstance(leaf, int):
            assert locate(data, pointer, yaml=True) == next(
                line for line, words in enumerate(text, 1) if str(leaf) in words
            )


@pytest.mark.parametrize(
    ("document", "pointer", "line"),
    [
        (b'{"a":1}\n{"a":2}\n', "/0", 1),
        (b'{"a":1}\n{"a":2}\n', "/1/a", 2),
        (b'{"a":1}\n{"a":2}', "/1", 2),
        (b'{"a":1}\n{"a":2}\n', "/2", 1),
        (b'{"a":1}\n{"a":2}\n', "", 1),
        (b'{"a":1}\n{"a":2}\n', "/x", 1),
        (b"", "/0", None),
        (b"1\n", "0", None),
    ],
)
def test_json_lines(document: bytes, pointer: str, line: int | None) -> None:
    assert locate_jsonl(document, pointer) == line


def test_lines_of_bytes() -> None:
    assert [line_of_byte(b"a\nb\n", offset) for offset in (-1, 0, 1, 2, 4, 99)] == [1, 1, 1, 2, 3, 3]
