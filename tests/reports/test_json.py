from __future__ import annotations

import json
from typing import Any

from kfm_gates.reports.json import render
from kfm_gates.reports.result import Result


def test_it_is_exactly_the_predicate(make: Any) -> None:
    evil = make.finding("rights.a", "\x1b[2J\u202e\u2028 ü ##[error]x ###")
    verdict = make.verdict(make.subject("s/1", make.check("rights.a", "rights", "DENY", (), [evil])))
    text = render(Result.of(verdict))
    assert json.loads(text) == verdict.statement["predicate"]
    assert text.isascii() and "##" not in text
    assert all(line.isprintable() for line in text.split("\n"))


def test_nothing_judged_is_null() -> None:
    assert render(Result.failed(3, "the judge died")) == "null\n"
