from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kfm_gates.reports.github import SHOWN, render
from kfm_gates.reports.result import Result
from tests.reports.workflow_commands import Command, commands


def test_a_finding_is_annotated_at_its_file_in_the_repository(make: Any, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    denied = make.finding("rights.a", "100 % wrong", file="data/a,b:c.json")
    subject = make.subject(
        "s/1",
        make.check("rights.a", "rights", "DENY", findings=[denied]),
        make.check("catalog.a", "catalog", "ABSTAIN", ["rights.a"]),
    )
    text = render(Result.of(make.verdict(subject, root=str(tmp_path / "ev"))))
    assert text.startswith("::error file=ev/data/a%2Cb%3Ac.json,line=3,title=DENY rights.a::100 %25 wrong%0A")
    first, last = commands(text)
    assert first == Command(
        "error",
        {"file": "ev/data/a,b:c.json", "line": "3", "title": "DENY rights.a"},
        "100 % wrong\nfound: 1\nexpected: 2\nhint: write 2\nat /a\nnot judged because of it: catalog.a\n"
        "gate B rights, s/1",
    )
    assert (last.name, last.properties) == ("notice", {"title": "kfm-gates"})
    assert last.data == (
        "DENY: promotion-v1 for promote, 1 subjects: 1 denied, 1 not judged; permit: none: the gates did not open"
    )


def test_errors_are_capped_with_the_worst_first_and_the_rest_counted(make: Any) -> None:
    findings = [make.finding("rights.a", f"wrong {n}") for n in range(SHOWN + 5)]
    subject = make.subject(
        "s/1",
        make.check("rights.a", "rights", "DENY", findings=findings),
        make.check("rights.b", "rights", "ERROR", ["rights.b: nothing was examined"]),
    )
    found = commands(render(Result.of(make.verdict(subject))))
    assert [each.name for each in found] == ["error"] * SHOWN + ["notice", "notice"]
    assert found[0].properties["title"] == "ERROR rights.b"
    assert found[-2].data.startswith("6 more of 16 are not shown here; see the job summary")


def test_a_pass_is_a_notice(make: Any) -> None:
    good = make.subject("s/1", make.check("rights.a", "rights"))
    (only,) = commands(render(Result.of(make.verdict(good, exit_code=0, permit="/x/permit.json"))))
    assert only.name == "notice"
    assert only.data == "PASS: promotion-v1 for promote, 1 subjects: 1 passed; permit: /x/permit.json"


def test_no_verdict_is_an_error() -> None:
    found = commands(render(Result.failed(3, "the judge died")))
    assert [(each.name, each.data) for each in found] == [
        ("error", "the judge died"),
        ("notice", "nothing was decided; there is no permit"),
    ]


@pytest.mark.parametrize("file", ["", "data/one.json"])
def test_evidence_outside_of_a_repository_is_annotated_nowhere(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    denied = make.subject(
        "s/1", make.check("rights.a", "rights", "DENY", findings=[make.finding("rights.a", file=file)])
    )
    first, _ = commands(render(Result.of(make.verdict(denied, root=str(tmp_path)))))
    assert first.properties == {"title": "DENY rights.a"}
