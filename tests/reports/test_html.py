from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from kfm_gates.reports import html
from kfm_gates.reports.html import SHOWN, render
from kfm_gates.reports.result import Result


def words(page: str) -> list[str]:
    """The texts that a reader sees, in order."""

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []

        def handle_data(self, data: str) -> None:
            if data.strip() and self.cdata_elem is None:
                self.found.append(data.strip())

    reader = Reader()
    reader.feed(page)
    return reader.found


def test_a_denial_says_where_what_and_the_way_out(make: Any) -> None:
    absent = {"id": "catalog.b", "gate": "catalog", "fact": "has_x", "value": False, "digest": ""}
    subject = make.subject(
        "s/1",
        make.check("rights.a", "rights", "DENY", findings=[make.finding("rights.a")]),
        make.check("rights.b", "rights", "ABSTAIN", ["rights.a"]),
        not_planned=[absent],
    )
    page = render(Result.of(make.verdict(subject)))
    found = words(page)
    assert found[:4] == ["kfm-gates: DENY", "DENY", "promotion-v1 for promote", "as of"]
    start = found.index("1 denied, 1 not judged")
    assert found[start : found.index("All checks")] == [
        "1 denied, 1 not judged", "DENY", "rights.a", "gate B rights, s/1", "is wrong", "at", "data/one.json:3 (/a)",
        "found", "1", "expected", "2", "hint", "write 2", "waiting", "rights.b",
    ]  # fmt: skip
    assert found[-3:] == ["D catalog", "catalog.b", "not planned, since has_x is false"]
    assert "does not apply" in found


def test_a_pass_has_nothing_in_its_way(make: Any) -> None:
    found = words(
        render(Result.of(make.verdict(make.subject("s/1", make.check("a.b", "rights")), exit_code=0)))
    )
    assert found[1] == "PASS" and "DENY" not in found and "1 passed" not in found


def test_no_verdict_says_why() -> None:
    assert words(render(Result.failed(3, "the judge died"))) == [
        "kfm-gates: ERROR", "ERROR", "no verdict", "the judge died",
    ]  # fmt: skip


def test_many_are_counted(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "ROWS", 2)
    findings = [make.finding("rights.a", f"wrong {n}") for n in range(SHOWN + 5)]
    good = [make.subject(f"s/{n}", make.check("rights.a", "rights")) for n in range(3)]
    bad = make.subject("s/z", make.check("rights.a", "rights", "DENY", findings=findings))
    found = words(render(Result.of(make.verdict(*good, bad))))
    assert sum(each.startswith("wrong ") for each in found) == SHOWN
    assert any(each.startswith("… and 5 more findings") for each in found)
    assert "… and 2 more subjects" in found and found.index("s/z") < found.index("s/0")


def test_the_page_loads_nothing(make: Any) -> None:
    page = render(Result.of(make.verdict(make.subject("s/1", make.check("a.b", "rights")))))
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in page
    assert not any(each in page for each in ("src=", "href=", "url(", "@import", "<script"))
