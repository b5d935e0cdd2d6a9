from __future__ import annotations

import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from kfm_gates.reports import markdown
from kfm_gates.reports.markdown import LONGEST, ROWS, SHOWN, code, render
from kfm_gates.reports.result import Result


def test_a_table_per_gate_and_subject_then_what_blocks(make: Any) -> None:
    absent = {"id": "catalog.b", "gate": "catalog", "fact": "has_x", "value": False, "digest": ""}
    denied = make.subject(
        "s/2",
        make.check("rights.a", "rights", "DENY", findings=[make.finding("rights.a")]),
        make.check("rights.b", "rights"),
        make.check("catalog.a", "catalog", "ABSTAIN", ["rights.a"]),
    )
    good = make.subject("s/1", make.check("rights.a", "rights"), not_planned=[absent])
    assert render(Result.of(make.verdict(good, denied, record="/x/rec"))) == (
        "## kfm-gates: DENY\n"
        "\n"
        "`promotion-v1` for `promote`, as of `2026-10-01T12:00:00Z`\n"
        "\n"
        "| subject | status | B `rights` | D `catalog` |\n"
        "|---|---|---|---|\n"
        "| `s/2` | **DENY** | **DENY** 1 of 2 | **ABSTAIN** 1 of 1 |\n"
        "| `s/1` | PASS | PASS 1 | - |\n"
        "\n"
        "### 1 denied, 1 not judged, 2 passed\n"
        "\n"
        "**DENY** `rights.a`, gate `B rights`, `s/2`\n"
        "\n"
        "- `data/one.json:3 (/a)`  \n"
        "  `is wrong`  \n"
        "  found `1`  \n"
        "  expected `2`  \n"
        "  hint `write 2`  \n"
        "- not judged because of it: `catalog.a`\n"
        "\n"
        "- permit: `none: the gates did not open`\n"
        "- decision: `/x/rec/decision.json` `sha256:" + "a" * 64 + "`\n"
        "- policy pack: `sha256:" + "a" * 64 + "`\n"
    )


def test_no_verdict_says_why() -> None:
    assert render(Result.failed(3, "the judge died")) == (
        "## kfm-gates: ERROR\n\nNothing was decided: `the judge died`\n"
    )


def test_a_part_says_that_it_is_one(make: Any) -> None:
    verdict = make.verdict(make.subject("s/1", make.check("rights.a", "rights")), exit_code=0)
    verdict.statement["predicate"]["partial"] = True
    assert "Only a part of the profile" in render(Result.of(verdict))


def test_findings_and_subjects_are_capped_and_counted(make: Any) -> None:
    findings = [make.finding("rights.a", f"wrong {n}") for n in range(SHOWN + 7)]
    good = [make.subject(f"s/{n}", make.check("rights.a", "rights")) for n in range(ROWS + 2)]
    bad = make.subject("s/z", make.check("rights.a", "rights", "DENY", findings=findings))
    text = render(Result.of(make.verdict(*good, bad)))
    assert text.count("`wrong ") == SHOWN
    assert "… and 7 more findings" in text
    assert text.count("| `s/") == ROWS
    assert "… and 3 more subjects: 3 PASS" in text
    assert text.index("`s/z`") < text.index("`s/0`")


def test_a_summary_is_never_larger_than_what_is_taken(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "LONGEST", 2000)
    findings = [make.finding("rights.a", f"wrong {n}") for n in range(40)]
    text = render(
        Result.of(
            make.verdict(make.subject("s/1", make.check("rights.a", "rights", "DENY", findings=findings)))
        )
    )
    assert len(text.encode()) < 2200 < LONGEST
    assert text.endswith("… the rest does not fit here; decision.json and --format json have all\n")


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "`",
        "``",
        "a`b``c",
        "` `",
        " a ",
        "\\",
        "a\\",
        "|",
        "<b>",
        "*",
        "`a",
        "a`",
        "&amp;",
        "   ",
        "[x](y)",
    ],
)
def test_a_code_span_holds_exactly_the_text(text: str) -> None:
    inline = MarkdownIt("commonmark").parse(f"before {code(text)} after")[1]
    kinds = [(child.type, child.content) for child in inline.children or ()]
    assert kinds == [("text", "before "), ("code_inline", text), ("text", " after")]


def test_nothing_is_a_dash_and_a_bar_does_not_end_a_cell(make: Any) -> None:
    assert code("") == "`-`"
    subject = make.subject("a|b\\|c", make.check("rights.a", "rights"))
    (row,) = re.findall(r"^\| `a.*$", render(Result.of(make.verdict(subject, exit_code=0))), re.MULTILINE)
    assert row == "| `a\\x7cb\\\\x7cc` | PASS | PASS 1 |"
