"""Strict JSON: what is refused, on which line, and that all else is read as json reads it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.strict_json import parse_json

REFUSED = [
    # name, document, line, pointer, words of the message
    ("empty", b"", 1, "", "empty"),
    ("blank", b" \n\t\r\n", 1, "", "empty"),
    ("byte-order mark", b"\xef\xbb\xbf{}", 1, "", "byte-order mark"),
    ("UTF-16 little endian", '{"a":1}'.encode("utf-16"), 1, "", "byte-order mark"),
    ("UTF-16 without mark", '{"a":1}'.encode("utf-16-le"), 1, "", "not JSON"),
    ("UTF-32", '{"a":1}'.encode("utf-32-be"), 1, "", "not JSON|byte-order"),
    ("Latin-1", b'{"a":\n"\xe9"}', 2, "", "not UTF-8"),
    ("surrogate as UTF-8", b'"\xed\xa0\x80"', 1, "", "not UTF-8"),
    ("duplicate key", b'{"a": 1,\n "a": 1}', 2, "/a", "'a' appears twice"),
    ("duplicate by escape", b'{"a": 1,\n\n "\\u0061": 1}', 3, "/a", "'a' appears twice"),
    ("duplicate inside", b'{"a": [{}, {"b": 1,\n "c": 2,\n "b": 3}]}', 3, "/a/1/b", "'b' appears twice"),
    ("duplicate after an empty object", b'{"x": {}, "a": {"x": 1},\n "x": 1}', 2, "/x", "'x' appears twice"),
    ("NaN", b'{"a":\nNaN}', 2, "/a", "NaN"),
    ("Infinity", b"[1,\n\nInfinity]", 3, "/1", "Infinity"),
    ("-Infinity", b"[-Infinity]", 1, "/0", "-Infinity"),
    ("overflow", b"[\n1e400]", 2, "/0", "too large"),
    ("underflow", b"[\n1e-400]", 2, "/0", "would be read as 0.0"),
    ("2^53", b'{"n":\n9007199254740992}', 2, "/n", "beyond"),
    ("-2^53", b"-9007199254740992", 1, "", "beyond"),
    ("5000 digits", b"[" + b"9" * 5000 + b"]", 1, "/0", "beyond"),
    ("lossy whole number", b"[\n9007199254740993.0]", 2, "/0", "beyond"),
    ("whole number with exponent", b"[1e16]", 1, "/0", "beyond"),
    ("lossy fraction", b"[0.5,\n0.1000000000000000055]", 2, "/1", "would be read as 0.1"),
    ("lone surrogate", b'{"a":\n"\\ud800"}', 2, "/a", "surrogate"),
    ("lone low surrogate", b'["x\\uDFFF"]', 1, "/0", "surrogate"),
    ("lone surrogate in a key", b'{"ok": 1,\n"\\ud83d": 2}', 2, "/\ud83d", "surrogate"),
    ("NFD value", '["a",\n"e\u0301"]'.encode(), 2, "/1", "NFC"),
    ("NFD key", '{\n"e\u0301": 1}'.encode(), 2, "/e\u0301", "NFC"),
    ("NFD by escape", b'["e\\u0301"]', 1, "/0", "NFC"),
    ("NFD by escape in a key", b'{"x":{"e\\u0301":1}}', 1, "/x/e\u0301", "NFC"),
    ("trailing data", b"{}\n{}", 2, "", "extra data"),
    ("trailing comma", b"[1,\n]", 2, "/0", "not JSON"),
    ("comment", b"// x\n1", 1, "", "not JSON"),
    ("single quotes", b"{'a': 1}", 1, "", "not JSON"),
    ("unquoted key", b"{a: 1}", 1, "", "not JSON"),
    ("True", b"[True]", 1, "", "not JSON"),
    ("leading zero", b"[010]", 1, "/0", "not JSON"),
    ("plus", b"[+1]", 1, "", "not JSON"),
    ("hexadecimal", b"[0x1F]", 1, "/0", "not JSON"),
    ("full-width digit", "[\uff11]".encode(), 1, "", "not JSON"),
    ("control character", b'{"a":\n"x\ty"}', 2, "/a", "not JSON"),
    ("no-break space", b"[1,\xc2\xa02]", 1, "/0", "not JSON"),
    ("bad escape", b'["\\x41"]', 1, "", "not JSON"),
    ("torn", b'{"a": {"b": [1,', 1, "/a/b/0", "not JSON"),
    ("torn string", b'["abc', 1, "", "not JSON"),
    ("65 levels", b"[" * 65 + b"]" * 65, 1, "/0" * 64, "64 levels"),
    ("65 levels of objects", b'{"a":\n' * 65 + b"1" + b"}" * 65, 65, "/a" * 64, "64 levels"),
    ("deep on one side", b"[[]," + b"[" * 64 + b"]" * 65, 1, "/1" + "/0" * 63, "64 levels"),
    ("100,000 open arrays", b"[" * 100_000, 1, "/0" * 64, "64 levels"),
    ("100,000 arrays", b"[" * 100_000 + b"]" * 100_000, 1, "/0" * 64, "64 levels"),
    ("100,000 objects", b'{"a":' * 100_000, 1, "/a" * 64, "64 levels"),
    ("100,000 ends before as many beginnings", b"]" * 100_000 + b"[" * 100_000, 1, "", "not JSON"),
    ("brackets in a string that never ends", b'"' + b"[" * 100_000, 1, "", "not JSON"),
]


@pytest.mark.parametrize(
    ("document", "line", "pointer", "words"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
def test_refused(document: bytes, line: int, pointer: str, words: str) -> None:
    with pytest.raises(Malformed, match=words) as caught:
        parse_json(document)
    assert caught.value.line == line
    if words != "not JSON":
        assert caught.value.pointer == pointer
    assert ";" in str(caught.value), "the message names the way out"


@pytest.mark.parametrize(
    ("document", "value"),
    [
        (b"{}", {}),
        (b" [ ] \n", []),
        (b"null", None),
        (b'"x"', "x"),
        (b"[0.1, 1.0, 1e0, -0.0, 1.50, 9007199254740991]", [0.1, 1.0, 1.0, -0.0, 1.5, 9007199254740991]),
        (b"[-96.12345678901234, 1e-7, 1E+2]", [-96.12345678901234, 1e-07, 100.0]),
        (b'"\\ud83d\\ude02 \\u00e9"', "😂 é"),
        ('{"é": "日本"}'.encode(), {"é": "日本"}),
        (b'{"a": {"a": [{"a": 1}, {"a": 2}]}}', {"a": {"a": [{"a": 1}, {"a": 2}]}}),
        (b'"[[[[{{{{\\"[[[["', '[[[[{{{{"[[[['),
        (b'["' + b"[" * 100_000 + b'"]', ["[" * 100_000]),
        (b"[" + b"[],{}," * 200 + b"1]", [*([[], {}] * 200), 1]),
        (
            b'"1234567890123456789012345678901234567890 1e400"',
            "1234567890123456789012345678901234567890 1e400",
        ),
    ],
)
def test_read(document: bytes, value: object) -> None:
    read = parse_json(document)
    assert read == value
    assert repr(read) == repr(value)


def test_sixty_four_levels_are_enough() -> None:
    document = b"[" * 64 + b"]" * 64
    assert parse_json(document) == json.loads(document)


finite = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not 2**53 <= abs(x) < 1e21)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | finite
text = st.text(st.characters(codec="utf-8", max_codepoint=0x2FF), max_size=6)
documents = st.recursive(
    scalars | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=20,
)


@given(documents, st.booleans(), st.sampled_from([None, 1]))
def test_what_json_writes_is_read_back(document: object, ascii_only: bool, indent: int | None) -> None:
    data = json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode()
    assert repr(parse_json(data)) == repr(json.loads(data))


@given(st.text(alphabet='[]{},:"\\ \n01e.-+nultrfasNdI9\u0301', max_size=40))
def test_any_text_is_read_as_json_reads_it_or_refused(document: str) -> None:
    try:
        value = parse_json(document.encode())
    except Malformed as error:
        assert 1 <= error.line <= document.count("\n") + 1
    else:
        assert value == json.loads(document)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        parse_json(data)
    except Malformed as error:
        assert error.line >= 1
