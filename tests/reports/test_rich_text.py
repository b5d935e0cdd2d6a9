from __future__ import annotations

import io
import re
from typing import Any

import pytest

from kfm_gates.reports import rich_text, text
from kfm_gates.reports.result import Result


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
    ],
)
def test_colour_only_where_it_is_wanted(environment: dict[str, str], expected: bool) -> None:
    assert rich_text.wanted(Terminal(), environment) is expected
    assert rich_text.wanted(io.StringIO(), environment) is False


def test_the_words_are_those_of_the_plain_text(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    evil = make.finding("rights.a", "[bold red]x[/] :smile: [link=http://a]b\x1b[2J" + "w" * 300)
    result = Result.of(
        make.verdict(make.subject("s/1", make.check("rights.a", "rights", "DENY", (), [evil])))
    )
    out = Terminal()
    rich_text.show(result, out)
    shown = out.getvalue()
    assert "\x1b[" in shown
    assert "\x1b[2J" not in shown
    plain = [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()]
    assert plain == text.render(result).splitlines()
