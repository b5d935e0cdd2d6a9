"""Strict YAML: the traps of YAML 1.1, and what is written is read back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.malformed import Malformed
from kfm_gates.evidence.scalar_rules import MAX_DEPTH
from kfm_gates.evidence.strict_yaml import MAX_SIZE, dump_yaml, parse_yaml

BOMB = b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (c, c, c - 1, c - 1) for c in range(98, 107))

STRINGS = [
    "no", "No", "NO", "off", "Off", "yes", "on", "y", "n", "True", "TRUE", "False", "Null", "NULL",
    "22:22:22", "1:30", "010", "-01", "0o17", "0x1F", "0b11", "1_000", "+1", "+1.5", ".5", "5.",
    "2026-01-01", "2026-01-01T00:00:00Z", "2026", "1.2.3", "1e", "e5", "=", "12e03x", "1.0.0", "v1",
    "https://example.org/a#b", "sha256:00", "a b", "<<", "-x", "?x", "Kansas, the state",
]  # fmt: skip


@pytest.mark.parametrize("text", [text for text in STRINGS if text != "2026"])
def test_these_are_strings(text: str) -> None:
    assert parse_yaml(f"value: {text}\nnext: 1\n".encode()) == {"value": text, "next": 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("0", 0),
        ("-0", 0),
        ("2026", 2026),
        ("9007199254740991", 2**53 - 1),
        ("0.1", 0.1),
        ("1.0", 1.0),
        ("100.0", 100.0),
        ("-2.5", -2.5),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        ('"no"', "no"),
        ("'1.10'", "1.10"),
        ('"1.10"', "1.10"),
        ('""', ""),
        ('"~"', "~"),
        ('"null"', "null"),
        (r'"\t\x41\u00e9\U0001F600"', "\tAé😀"),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">-\n  a\n  b\n", "a b"),
        ("[a, 1, {b: no}]", ["a", 1, {"b": "no"}]),
        ('{"a": 1, "b":2}', {"a": 1, "b": 2}),
        ("[]", []),
        ("{}", {}),
        ("a # comment", "a"),
        ("a#b", "a#b"),
    ],
)
def test_these_are_what_they_look_like(text: str, value: object) -> None:
    read = parse_yaml(f"value: {text}\n".encode())
    assert repr(read) == repr({"value": value})


REFUSED = [
    # name, document, line, pointer, words of the message
    ("empty", b"", 1, "", "no value"),
    ("only a comment", b"# x\n", 1, "", "no value"),
    ("empty document", b"---\n...\n", 2, None, "no value"),
    ("empty value", b"a: 1\nlicense:\nb: 2\n", 2, "/license", "no value"),
    ("empty value at the end", b"a: 1\nlicense:", 2, "/license", "no value"),
    ("empty item", b"a:\n  - 1\n  -\n  - 2\n", 3, "/a/1", "no value"),
    ("empty flow value", b"{a: , b: 1}", 1, "/a", "no value"),
    ("flow key without value", b"{a:1}", 1, "/a:1", "no value"),
    ("value eaten by a comment", b"color: #fff\n", 1, "/color", "no value"),
    ("tilde", b"a: ~\n", 1, "/a", "null"),
    ("tilde as key", b"~: 1\n", 1, "/~0", "null"),
    ("trailing zero", b"x: 1\nversion: 1.10\n", 2, "/version", '"1.10"'),
    ("trailing zeros", b"[1.00]", 1, "/0", '"1.00"'),
    ("trailing zero, exponent", b"[1.50e3]", 1, "/0", '"1.50e3"'),
    ("duplicate key", b"a: 1\nb: 2\na: 3\n", 3, "/a", "appears twice"),
    ("duplicate by quotes", b"a: 1\n'a': 3\n", 2, "/a", "appears twice"),
    ("duplicate inside", b"x:\n  - {a: 1,\n     a: 2}\n", 3, "/x/0/a", "appears twice"),
    ("integer key", b"a: 1\n1: x\n", 2, "/1", "no string"),
    ("boolean key", b"true: x\n", 1, "/true", "no string"),
    ("null key", b"null: x\n", 1, "/null", "no string"),
    ("empty key", b"? \n: x\n", 1, "/", "no value"),
    ("key left out", b": x\n", 1, None, "not YAML"),
    ("sequence as key", b"? [a]\n: b\n", 1, None, "key"),
    ("mapping as key", b"{{a: 1}: b}\n", 1, None, "key"),
    ("anchor", b"a: &x 1\n", 1, "/a", "anchors"),
    ("anchor on a mapping", b"a: &x\n  b: 1\n", 1, "/a", "anchors"),
    ("anchor on a key", b"&x a: 1\n", 1, "/a", "anchors"),
    ("alias", b"a: 1\nb: *a\n", 2, "/b", "aliases"),
    ("alias as key", b"*a : 1\n", 1, None, "aliases"),
    ("recursion", b"&a [*a]\n", 1, "", "anchors"),
    ("alias bomb", BOMB, 1, "/a", "anchors"),
    ("merge key", b"a:\n  <<: {b: 1}\n", 2, "/a/<<", "merge"),
    ("!!str", b"a: !!str 1\n", 1, "/a", "tags"),
    ("!!set", b"a: !!set {x: null}\n", 1, "/a", "tags"),
    ("!!binary", b"a: !!binary aGk=\n", 1, "/a", "tags"),
    ("!!python", b"!!python/object/apply:os.system [id]\n", 1, "", "tags"),
    ("!own", b"a: !own x\n", 1, "/a", "tags"),
    ("!", b"a: ! 12\n", 1, "/a", "tags"),
    ("%YAML 1.1", b"%YAML 1.1\n---\na: 1\n", 1, "", "directive"),
    ("%TAG", b"%TAG ! tag:x,2026:\n---\na: 1\n", 1, "", "directive"),
    ("two documents", b"a: 1\n---\nb: 2\n", 2, None, "second document"),
    (".nan", b"a: .nan\n", 1, "/a", "no JSON number"),
    (".NaN", b"a: .NaN\n", 1, "/a", "no JSON number"),
    ("NaN", b"a: NaN\n", 1, "/a", "no JSON number"),
    (".inf", b"a: .inf\n", 1, "/a", "no JSON number"),
    ("-.INF", b"a: -.INF\n", 1, "/a", "no JSON number"),
    ("Infinity", b"a: -Infinity\n", 1, "/a", "no JSON number"),
    ("overflow", b"a: 1e400\n", 1, "/a", "too large"),
    ("2^53", b"a:\n  9007199254740992\n", 2, "/a", "beyond"),
    ("lossy", b"a: 0.1000000000000000055\n", 1, "/a", "would be read"),
    ("tab as indent", b"a:\n\tb: 1\n", 2, "", "tabs"),
    ("tab in text", b"a: 'x\ty'\n", 1, "", "tabs"),
    ("carriage return alone", b"a: 1\rb: 2\n", 1, "", "U\\+000D"),
    ("next line", "a: 1\nb: x\x85y".encode(), 2, "", "U\\+0085"),
    ("line separator", "a: 'x\u2028y'".encode(), 1, "", "U\\+2028"),
    ("byte-order mark", b"\xef\xbb\xbfa: 1\n", 1, "", "byte-order mark"),
    ("UTF-16", "a: 1\n".encode("utf-16"), 1, "", "byte-order mark"),
    ("Latin-1", b"a: 1\nb: \xe9\n", 2, "", "not UTF-8"),
    ("control character", b"a: 1\nb: \x01\n", 2, None, "not YAML"),
    ("NFD value", "a: 1\nb: e\u0301\n".encode(), 2, "/b", "NFC"),
    ("NFD in quotes", "a: 1\nb: 'e\u0301'\n".encode(), 2, "/b", "NFC"),
    ("NFD by escape", b'a: "e\\u0301"\n', 1, "/a", "NFC"),
    ("NFD key", "e\u0301: 1\n".encode(), 1, "/e\u0301", "NFC"),
    ("lone surrogate", b'a: "\\ud800"\n', 1, "/a", "surrogate"),
    ("pair of surrogates", b'a: "\\ud83d\\ude02"\n', 1, "/a", "surrogate"),
    ("escape beyond Unicode", b'x: 1\na: "\\U00110000"\n', 2, None, "not YAML"),
    ("unclosed", b"a: 1\nb: [1, 2\n", 3, None, "not YAML"),
    ("two colons", b"x: 1\na: b: c\n", 2, None, "not YAML"),
    ("at sign", b"a: @x\n", 1, None, "not YAML"),
    ("percent", b"a: %x\n", 1, None, "not YAML"),
    ("wrong indent", b"a:\n    b: 1\n  c: 2\n", 3, None, "not YAML"),
    ("65 levels", b"[" * 65 + b"]" * 65, 1, "/0" * 64, "64 levels"),
    ("65 levels of blocks", b"- " * 65 + b"1", 1, "/0" * 64, "64 levels"),
    ("100,000 open sequences", b"[" * 100_000, 1, "/0" * 64, "64 levels"),
    ("100,000 block sequences", b"- " * 100_000, 1, "/0" * 64, "64 levels"),
    ("100,000 open mappings", b"{a: " * 100_000, 1, "/a" * 64, "64 levels"),
    ("too large", b"a: " + b"x" * MAX_SIZE, 1, "", "bytes"),
]


@pytest.mark.parametrize(
    ("document", "line", "pointer", "words"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
def test_refused(document: bytes, line: int, pointer: str | None, words: str) -> None:
    with pytest.raises(Malformed, match=words) as caught:
        parse_yaml(document)
    assert caught.value.line == line
    if pointer is not None:
        assert caught.value.pointer == pointer
    assert ";" in str(caught.value), "the message names the way out"


def test_the_largest_document_and_the_deepest_are_read() -> None:
    assert len(parse_yaml(b"'" + b"x" * (MAX_SIZE - 2) + b"'")) == MAX_SIZE - 2
    value = parse_yaml(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert parse_yaml(dump_yaml(value)) == value


def test_windows_line_ends_are_line_ends() -> None:
    assert parse_yaml(b"a: 1\r\nb: |\r\n  x\r\n  y\r\n") == {"a": 1, "b": "x\ny\n"}


def test_a_document_may_say_where_it_begins_and_ends() -> None:
    assert parse_yaml(b"---\na: 1\n...\n") == {"a": 1}


finite = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not 2**53 <= abs(x) < 1e21)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | finite
nfc = st.text(st.characters(codec="utf-8", max_codepoint=0x2FF), max_size=8)
yaml_like = st.text(
    alphabet="ab01 :#-?,[]{}&*!|>'\"%@`\\\n\r\t\x00\x07\x85\u2028\ufeff\uffff😂~.=<e", max_size=10
)
words = st.sampled_from(
    [*STRINGS, "", "~", "null", "true", "1.10", ".nan", "---", "...", "- a", "key: value", " x ", "x" * 1200]
)
strings = nfc | yaml_like | words
documents = st.recursive(
    scalars | strings,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(strings, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(documents)
def test_what_is_written_is_read_back(document: object) -> None:
    assert repr(parse_yaml(dump_yaml(document))) == repr(document)


def test_what_is_written_is_for_people() -> None:
    document = {
        "title": "Counties of Kansas, 2026",
        "license": "no",
        "version": "1.10",
        "bbox": [-102.05, 36.99],
        "columns": [{"name": "geoid", "type": "string"}, {"name": "empty", "of": {}}],
        "none": None,
    }
    assert dump_yaml(document).decode() == (
        "title: Counties of Kansas, 2026\n"
        'license: "no"\n'
        'version: "1.10"\n'
        "bbox:\n"
        "  - -102.05\n"
        "  - 36.99\n"
        "columns:\n"
        "  - name: geoid\n"
        "    type: string\n"
        "  - name: empty\n"
        "    of: {}\n"
        "none: null\n"
    )


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("-inf"),
        2**53,
        10**5000,
        1e16,
        "\ud800",
        "e\u0301",
        {"e\u0301": 1},
        {1: 2},
        {None: 1},
        {1},
        b"x",
        (1,),
    ],
    ids=lambda value: ascii(value)[:20] if not isinstance(value, int) else f"{value.bit_length()} bits",
)
def test_what_the_parser_would_refuse_is_not_written(value: object) -> None:
    with pytest.raises(EvidenceError, match="can't be written"):
        dump_yaml({"value": [value]})


def test_too_deep_is_not_written() -> None:
    value: list[object] = []
    for _ in range(MAX_DEPTH):
        value = [value]
    with pytest.raises(EvidenceError, match="levels"):
        dump_yaml(value)


@settings(deadline=None)
@given(st.text(alphabet="ab01 :#-?,[]{}&*!|>'\"%\\\nUxu~.=<e", max_size=40))
def test_any_text_is_read_or_refused(document: str) -> None:
    try:
        value = parse_yaml(document.encode())
    except Malformed as error:
        assert 1 <= error.line <= document.count("\n") + 1
    else:
        assert repr(parse_yaml(dump_yaml(value))) == repr(value)


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        parse_yaml(data)
    except Malformed as error:
        assert error.line >= 1
