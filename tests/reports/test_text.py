from __future__ import annotations

from typing import Any

import pytest

from kfm_gates.reports.result import Result
from kfm_gates.reports.text import SHOWN, render

EVIL = "\n::error::owned\x1b[2J\u202e[bold]x[/]##[error]y"


def test_a_denial_says_where_what_and_the_way_out(make: Any) -> None:
    denied = make.check("rights.a", "rights", "DENY", findings=[make.finding("rights.a")])
    text = render(Result.of(make.verdict(make.subject("s/1", make.check("rights.b", "rights"), denied))))
    assert text == (
        "subject s/1  DENY\n"
        "  B  Rights  DENY    1 denied, 1 passed\n"
        "\n"
        "DENY rights.a  gate B rights, s/1\n"
        "    at data/one.json:3 (/a)\n"
        "      reason:   is wrong\n"
        "      found:    1\n"
        "      expected: 2\n"
        "      hint:     write 2\n"
        "\n"
        "verdict:   DENY  promotion-v1 for promote, as of 2026-10-01T12:00:00Z\n"
        "permit:    none: the gates did not open\n"
        "exit code: 1\n"
    )


def test_followers_are_counted_and_named_once(make: Any) -> None:
    text = render(
        Result.of(
            make.verdict(
                make.subject(
                    "s/1",
                    make.check("evidence.a", "evidence", "DENY", findings=[make.finding("evidence.a")]),
                    make.check("rights.a", "rights", "ABSTAIN", ["evidence.a"]),
                    make.check("catalog.a", "catalog", "ABSTAIN", ["evidence.a"]),
                )
            )
        )
    )
    assert "    … and 2 checks that wait for it: rights.a, catalog.a\n" in text
    assert text.count("rights.a") == 1


def test_the_same_denial_in_another_subject_is_not_repeated(make: Any) -> None:
    denied = make.check("evidence.a", "evidence", "DENY", findings=[make.finding("evidence.a", "gone")])
    text = render(Result.of(make.verdict(make.subject("s/1", denied), make.subject("s/2", denied))))
    assert text.count("gone") == 1
    assert "    the same as in s/1\n" in text


def test_an_error_gives_its_reason(make: Any) -> None:
    failed = make.check("rights.a", "rights", "ERROR", ["rights.a: nothing was examined"])
    text = render(Result.of(make.verdict(make.subject("s/1", failed), exit_code=3)))
    assert "ERROR rights.a  gate B rights, s/1\n    rights.a: nothing was examined\n" in text
    assert text.endswith("exit code: 3\n")


def test_what_does_not_apply_is_said_with_its_fact(make: Any) -> None:
    absent = {"id": "rights.b", "gate": "rights", "fact": "has_obligations", "value": False, "digest": ""}
    text = render(
        Result.of(make.verdict(make.subject("s/1", make.check("rights.a", "rights"), not_planned=[absent])))
    )
    assert "not planned, since has_obligations is false: rights.b\n" in text
    assert "1 passed, 1 not planned" in text


def test_many_findings_are_counted(make: Any) -> None:
    findings = [make.finding("rights.a", f"wrong {n}") for n in range(SHOWN + 5)]
    text = render(
        Result.of(make.verdict(make.subject("s/1", make.check("rights.a", "rights", "DENY", (), findings))))
    )
    assert text.count("reason:") == SHOWN
    assert "… and 5 more findings" in text


def test_many_open_subjects_are_one_line_each(make: Any) -> None:
    subjects = [make.subject(f"s/{n}", make.check("rights.a", "rights")) for n in range(30)]
    denied = make.check("rights.a", "rights", "DENY", findings=[make.finding("rights.a")])
    text = render(Result.of(make.verdict(*subjects, make.subject("s/z", denied))))
    assert text.count("PASS") == 30
    assert text.count("  B  Rights") == 1


def test_an_open_run_names_decision_and_permit(
    make: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = {
        "record": str(tmp_path / "rec"),
        "permit": str(tmp_path / "rec" / "permit.json"),
        "no_permit": None,
    }
    verdict = make.verdict(make.subject("s/1", make.check("rights.a", "rights")), exit_code=0, **run)
    text = render(Result.of(verdict))
    assert "decision:  rec/decision.json  sha256:aaa" in text
    assert "permit:    rec/permit.json\nexit code: 0\n" in text


def test_files_are_shown_from_the_working_folder(
    make: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    denied = make.check("rights.a", "rights", "DENY", findings=[make.finding("rights.a")])
    verdict = make.verdict(make.subject("s/1", denied), root=str(tmp_path / "evidence"))
    assert "    at evidence/data/one.json:3 (/a)\n" in render(Result.of(verdict))


def test_evidence_can_not_steer_a_terminal_or_a_build_log(make: Any) -> None:
    """Every text that comes from evidence holds escapes, line ends, bidi marks and workflow commands."""
    evil = make.finding("rights.a", EVIL, file=EVIL, pointer=EVIL, found=EVIL, expected=EVIL, hint=EVIL)
    absent = {"id": EVIL, "gate": "rights", "fact": EVIL, "value": EVIL, "digest": ""}
    text = render(
        Result.of(
            make.verdict(
                make.subject(
                    EVIL,
                    make.check("rights.a", "rights", "DENY", findings=[evil]),
                    make.check("rights.b", "rights", "ERROR", [EVIL]),
                    make.check(EVIL, EVIL, "ABSTAIN", [EVIL]),
                    not_planned=[absent],
                ),
                root="/" + EVIL,
                record="/" + EVIL,
                no_permit=EVIL,
            )
        )
    )
    assert all(line.isprintable() for line in text.split("\n"))
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
    assert "##[" not in text
    assert "owned" in text
