from __future__ import annotations

import sys

import pytest

from kfm_gates.reports.harmless import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Grüße, 日本", "Grüße, 日本"),
        ("a\nb\rc\td", "a\\nb\\rc\\td"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b31m", "\\x9b31m"),
        ("\x00\x07\x08\x7f", "\\x00\\x07\\x08\\x7f"),
        ("a\u202eb\u2066c\u200f", "a\\u202eb\\u2066c\\u200f"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("line\u2028sep\u0085", "line\\u2028sep\\x85"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("lone \ud800", "lone \\ud800"),
        ("no\u00a0break", "no\\xa0break"),
        (
            "filler\u3164 joiner\u034f selector\ufe0f blank\u2800",
            "filler\\u3164 joiner\\u034f selector\\ufe0f blank\\u2800",
        ),
        ("::error::x", "\\x3a:error::x"),
        (" ::error::x", " \\x3a:error::x"),
        ("a ::error::x", "a ::error::x"),
        ("##[error]x ##vso[task", "#\\#[error]x #\\#vso[task"),
    ],
)
def test_what_can_not_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_every_character_comes_out_printable() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert visible(everything, len(everything)).isprintable()


def test_long_text_is_cut() -> None:
    assert visible("x" * 5000, 100) == "x" * 99 + "…"
