import hashlib
import os
from pathlib import Path

import pytest

from kfm_gates.evidence.git import Change, GitProblem, Repository
from kfm_gates.evidence.git_disk import changes_on_disk
from tests.support.git import Git


@pytest.fixture
def git(tmp_path: Path) -> Git:
    made = Git.new(tmp_path / "work")
    made.write("data/a.json", "{}\n")
    made.write("data/b.json", "[]\n")
    made.write("README.md", "hello\n")
    made.commit()
    return made


def changes(git: Git, commit: str = "HEAD") -> tuple[Change, ...]:
    repository = Repository.around(git.folder / "data")
    assert repository is not None
    return changes_on_disk(repository, repository.commit(commit))


def test_nothing_changed(git: Git) -> None:
    assert changes(git) == ()


def test_what_is_committed_staged_or_neither(git: Git) -> None:
    git.write("data/a.json", "committed\n")
    git.commit()
    git.write("data/b.json", "staged\n")
    git("add", "data/b.json")
    git.write("data/c.json", "untracked\n")
    git.write("README.md", "outside\n")
    assert changes(git, "HEAD~1") == (
        Change("a.json", "altered"),
        Change("b.json", "altered"),
        Change("c.json", "added"),
    )


def test_deleted_or_only_out_of_the_index(git: Git) -> None:
    (git.folder / "data/a.json").unlink()
    git("rm", "--quiet", "--cached", "data/b.json")
    assert changes(git) == (Change("a.json", "deleted"),)


def test_a_change_that_was_taken_back_is_none(git: Git) -> None:
    git.write("data/a.json", "committed\n")
    git.commit()
    git.write("data/a.json", "{}\n")
    assert changes(git, "HEAD~1") == ()


def test_a_touched_file_with_the_same_bytes_is_unchanged(git: Git) -> None:
    os.utime(git.folder / "data/a.json", (1, 1))
    assert changes(git) == ()


def test_an_ignored_file_counts(git: Git) -> None:
    git.write(".gitignore", "*.tmp\n")
    git.write("data/left.tmp", "x")
    assert changes(git) == (Change("left.tmp", "added"),)


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_flag_in_the_index_hides_nothing(flag: str, git: Git) -> None:
    git("update-index", flag, "data/a.json")
    git.write("data/a.json", "hidden change\n")
    assert git("status", "--porcelain") == ""
    assert changes(git) == (Change("a.json", "altered"),)


def test_a_link_in_place_of_a_file_is_altered(git: Git) -> None:
    (git.folder / "data/a.json").unlink()
    (git.folder / "data/a.json").symlink_to("b.json")
    assert changes(git) == (Change("a.json", "altered"),)


def test_a_filter_of_the_repository_does_not_run(git: Git, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    git.write(".gitattributes", "*.json filter=evil\n")
    os.utime(git.write("data/a.json", "[1]\n"), (4_000_000_000, 4_000_000_000))  # newer than any index
    git.commit()
    git("config", "filter.evil.clean", f"touch {marker}; cat")
    git("config", "filter.evil.required", "true")
    git("diff-index", "HEAD")
    assert marker.exists(), "Git compares the bytes of a file that is newer than its index"
    marker.unlink()
    assert changes(git) == ()
    os.utime(git.write("data/a.json", "[2]\n"), (4_000_000_000, 4_000_000_000))
    assert changes(git) == (Change("a.json", "altered"),)
    assert not marker.exists()


def test_what_lfs_fetched_is_what_the_pointer_names(git: Git) -> None:
    data = b"the artifact\n" * 100
    git.write(
        "data/a.bin",
        "version https://git-lfs.github.com/spec/v1\n"
        f"oid sha256:{hashlib.sha256(data).hexdigest()}\nsize {len(data)}\n",
    )
    git.commit()
    git.write("data/a.bin", data)
    assert changes(git) == ()
    git.write("data/a.bin", data + b"more")
    assert changes(git) == (Change("a.bin", "altered"),)


def test_a_sparse_checkout_is_named(git: Git) -> None:
    git("sparse-checkout", "set", "--no-cone", "/README.md", "/data/a.json")
    assert not (git.folder / "data/b.json").exists()
    with pytest.raises(GitProblem, match=r"b\.json is not checked out"):
        changes(git)


def test_a_submodule_and_a_repository_within_are_named(git: Git, tmp_path: Path) -> None:
    inner = Git.new(git.folder / "data" / "inner")
    inner.write("x", "x")
    inner.commit()
    with pytest.raises(GitProblem, match="inner/ is a Git repository of its own"):
        changes(git)
    git("add", "data/inner")
    with pytest.raises(GitProblem, match="inner is a Git submodule"):
        changes(git)


def test_a_merge_conflict_is_an_alteration(git: Git) -> None:
    git("checkout", "--quiet", "-b", "side")
    git.write("data/a.json", "side\n")
    git.commit()
    git("checkout", "--quiet", "main")
    git.write("data/a.json", "main\n")
    git.commit()
    assert git.run("merge", "--quiet", "side", check=False).returncode != 0
    assert changes(git) == (Change("a.json", "altered"),)


def test_names_that_are_not_utf8(git: Git) -> None:
    name = os.fsdecode(b"data/\xff.json")
    git.write(name, "x")
    assert changes(git) == (Change(os.fsdecode(b"\xff.json"), "added"),)
