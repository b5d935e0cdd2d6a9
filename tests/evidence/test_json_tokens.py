"""The second look at a JSON text: tokens with their places, whatever the text is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.evidence.json_tokens import line_at, tokens, unquote


def test_each_token_has_its_path_and_depth() -> None:
    text = '{"a": [1, {"b/c": "x"}],\n "d": null}'
    found = [(token.kind, token.raw, tuple(token.path), token.depth) for token in tokens(text)]
    assert found == [
        ("open", "{", (), 0),
        ("key", '"a"', ("a",), 1),
        ("open", "[", ("a",), 1),
        ("word", "1", ("a", 0), 2),
        ("open", "{", ("a", 1), 2),
        ("key", '"b/c"', ("a", 1, "b/c"), 3),
        ("string", '"x"', ("a", 1, "b/c"), 3),
        ("close", "}", ("a", 1), 2),
        ("close", "]", ("a",), 1),
        ("key", '"d"', ("d",), 1),
        ("word", "null", ("d",), 1),
        ("close", "}", (), 0),
    ]


@given(st.text(alphabet='[]{},:"\\ \na1-eu', max_size=60))
def test_no_text_stops_it(text: str) -> None:
    for token in tokens(text):
        assert text.startswith(token.raw, token.offset)
        assert len(token.path) == token.depth


def test_depth_is_no_trouble() -> None:
    assert max(token.depth for token in tokens("[" * 100_000)) == 99_999


@pytest.mark.parametrize(
    ("raw", "value"), [('"a"', "a"), (r'"\u0061\n"', "a\n"), ('"a', '"a'), (r'"\x"', r'"\x"'), ("12", "12")]
)
def test_unquote(raw: str, value: str) -> None:
    assert unquote(raw) == value


def test_lines_begin_at_one() -> None:
    assert [line_at("a\nb\n", offset) for offset in (0, 1, 2, 4)] == [1, 1, 2, 3]
