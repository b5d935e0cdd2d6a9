"""What Git knows: edits of released files and of the ledger, in commits and in the work tree."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kfm_gates.errors import EngineError
from kfm_gates.evidence.snapshot import Folder
from kfm_gates.facts.container import Facts
from kfm_gates.facts.given import Since
from kfm_gates.facts.history import History
from tests.support.git import Git
from tests.support.judging import KANSAS, kansas

from .on_trees import facts, subject

PARQUET = next(p for p in kansas() if p.endswith("parquet") and subject("public").version in p)
RAW = next(p for p in kansas() if "/raw/" in p and "/artifacts/" in p)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """The example dataset as the one commit of a repository."""
    made = Git.new(tmp_path / "root")
    shutil.copytree(KANSAS, made.folder, dirs_exist_ok=True)
    made.commit()
    return made


def edits(git: Git, label: str = "public") -> list[tuple[str, str, bool]]:
    found = facts(Folder(git.folder), label).get(History).edits
    return [(edit.path, edit.kind, edit.commit is not None) for edit in found]


def test_nothing_was_edited(git: Git) -> None:
    assert edits(git) == []


def test_a_commit_altered_an_artifact_and_another_restored_it(git: Git) -> None:
    before = (git.folder / PARQUET).read_bytes()
    git.write(PARQUET, before + b"\0")
    git.commit()
    git.write(PARQUET, before)
    git.commit()
    assert edits(git) == [(PARQUET, "altered", True)] * 2
    assert edits(git, "public_generalized") == []


def test_raw_data_was_deleted_and_not_committed(git: Git) -> None:
    (git.folder / RAW).unlink()
    assert edits(git) == [(RAW, "deleted", False)]
    assert edits(git, "public_generalized") == [(RAW, "deleted", False)]


def test_an_edit_before_the_release_is_none(tmp_path: Path) -> None:
    git = Git.new(tmp_path / "root")
    shutil.copytree(KANSAS, git.folder, dirs_exist_ok=True)
    ledger = (git.folder / "audit/ledger.jsonl").read_bytes().splitlines(keepends=True)
    git.write("audit/ledger.jsonl", b"".join(ledger[:2]))
    git.write(PARQUET, b"a draft")
    git.commit()
    git.write(PARQUET, kansas()[PARQUET])
    git.commit()
    git.write("audit/ledger.jsonl", b"".join(ledger))
    git.commit()
    assert edits(git) == []


def test_the_ledger_was_cut_in_a_merge(git: Git) -> None:
    git("checkout", "--quiet", "-b", "side")
    ledger = (git.folder / "audit/ledger.jsonl").read_bytes()
    git.write("audit/ledger.jsonl", b"".join(ledger.splitlines(keepends=True)[:-1]))
    git.commit()
    git("checkout", "--quiet", "main")
    git.commit()
    git("merge", "--quiet", "--no-ff", "--no-edit", "side")
    assert edits(git) == [("audit/ledger.jsonl", "altered", True)]


def test_the_ledger_on_disk_lacks_what_was_committed(git: Git) -> None:
    git.write("audit/ledger.jsonl", kansas()["audit/ledger.jsonl"][:-2])
    assert ("audit/ledger.jsonl", "altered", False) in edits(git)


def test_attributes_do_not_hide_a_cut(git: Git) -> None:
    git.write(".gitattributes", "audit/ledger.jsonl binary -diff\n")
    git.commit()
    git.write("audit/ledger.jsonl", kansas()["audit/ledger.jsonl"].replace(b"kansas", b"kanzas", 1))
    git.commit()
    git.write("audit/ledger.jsonl", kansas()["audit/ledger.jsonl"])
    git.commit()
    assert [each for each in edits(git) if each[0] == "audit/ledger.jsonl"] == [
        ("audit/ledger.jsonl", "altered", True)
    ] * 2


def test_a_root_below_the_top_of_a_work_tree_has_no_history(tmp_path: Path) -> None:
    git = Git.new(tmp_path)
    shutil.copytree(KANSAS, tmp_path / "root")
    git.commit()
    git.write(f"root/{PARQUET}", b"other bytes")
    git.commit()
    assert facts(Folder(tmp_path / "root")).get(History).edits == ()


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    git = Git.new(tmp_path / "root")
    shutil.copytree(KANSAS, git.folder, dirs_exist_ok=True)
    assert edits(git) == []


def since(git: Git, root: Path, commit: str, label: str = "public") -> list[tuple[str, str, str | None]]:
    given = {**facts(Folder(root), label).given, Since: Since(commit)}
    return [(edit.path, edit.kind, edit.since) for edit in Facts(given).get(History).edits]


@pytest.fixture
def below(tmp_path: Path) -> Git:
    """The example dataset in a folder of a repository."""
    made = Git.new(tmp_path / "top")
    shutil.copytree(KANSAS, made.folder / "evidence")
    made.commit()
    return made


def test_what_differs_from_a_commit_counts_wherever_the_root_lies(below: Git) -> None:
    root, base = below.folder / "evidence", below("rev-parse", "HEAD").strip()
    assert since(below, root, base) == []
    below.write(f"evidence/{PARQUET}", b"other")
    below.commit()
    (root / RAW).unlink()
    expected = [(RAW, "deleted", base), (PARQUET, "altered", base)]
    assert sorted(since(below, root, base)) == sorted(expected)
    assert since(below, root, base, "public_generalized") == [(RAW, "deleted", base)]


def test_a_ledger_that_differs_from_a_commit_by_more_than_appended_lines(below: Git) -> None:
    root, base = below.folder / "evidence", below("rev-parse", "HEAD").strip()
    ledger = (root / "audit/ledger.jsonl").read_bytes()
    below.write("evidence/audit/ledger.jsonl", ledger + b"{}\n")
    assert since(below, root, base) == []
    below.write("evidence/audit/ledger.jsonl", ledger[:-2])
    assert since(below, root, base) == [("audit/ledger.jsonl", "altered", base)]


def test_what_the_history_tells_is_not_told_twice(git: Git) -> None:
    base = git("rev-parse", "HEAD").strip()
    git.write(PARQUET, b"other")
    git.commit()
    assert since(git, git.folder, base) == [(PARQUET, "altered", None)]


def test_what_was_not_released_at_that_commit_may_change(below: Git) -> None:
    root = below.folder / "evidence"
    ledger = (root / "audit/ledger.jsonl").read_bytes()
    below.write("evidence/audit/ledger.jsonl", b"")
    base = below.commit()
    below.write("evidence/audit/ledger.jsonl", ledger)
    below.write(f"evidence/{PARQUET}", b"other")
    assert since(below, root, base) == []


def test_without_a_repository_nothing_can_be_told(tmp_path: Path) -> None:
    shutil.copytree(KANSAS, tmp_path / "evidence")
    with pytest.raises(EngineError, match="lies in no Git work tree"):
        since(Git(tmp_path), tmp_path / "evidence", "0" * 40)
