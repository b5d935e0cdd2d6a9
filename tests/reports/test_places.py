from __future__ import annotations

from pathlib import Path

import pytest

from kfm_gates.reports.places import below, in_repository, near


def test_paths_are_shown_from_the_working_folder(tmp_path: Path) -> None:
    assert near(str(tmp_path / "a" / "b"), str(tmp_path)) == "a/b"
    assert near("/elsewhere", str(tmp_path)) == "/elsewhere"


def test_the_root_is_seen_from_the_repository_that_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "repository" / "some" / "evidence"
    root.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert in_repository(str(root)) is None
    monkeypatch.chdir(tmp_path)
    assert in_repository(str(root)) == "repository/some/evidence"
    (tmp_path / "repository" / ".git").write_text("gitdir: as in a worktree")
    assert in_repository(str(root)) == "some/evidence"
    (root / ".git").mkdir()
    assert in_repository(str(root)) == ""
    assert in_repository("") is None


@pytest.mark.parametrize(
    ("prefix", "file", "expected"),
    [
        ("", "a/b.json", "a/b.json"),
        ("ev", "a/b.json", "ev/a/b.json"),
        ("ev", "", "ev"),
        ("", "", ""),
        ("ev", "../../etc/passwd", "ev/etc/passwd"),
        ("", "//evil.example/x", "evil.example/x"),
        ("ev", "/etc/./passwd", "ev/etc/passwd"),
    ],
)
def test_a_file_of_the_evidence_lies_below_it_whatever_it_is_called(
    prefix: str, file: str, expected: str
) -> None:
    assert below(prefix, file) == expected
