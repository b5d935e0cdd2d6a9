import os
import re
from pathlib import Path

import pytest

from kfm_gates.evidence.git import Change, GitProblem, Repository, refuse_submodules
from tests.support.git import Git


@pytest.fixture
def git(tmp_path: Path) -> Git:
    made = Git.new(tmp_path / "work")
    made.write("data/a.json", "{}\n")
    made.write("data/b c.json", "[]\n")
    made.write("README.md", "hello\n")
    made.commit()
    return made


@pytest.fixture
def repository(git: Git) -> Repository:
    found = Repository.around(git.folder / "data")
    assert found is not None
    return found


def test_a_folder_outside_of_any_work_tree_has_none(tmp_path: Path) -> None:
    assert Repository.around(tmp_path) is None


def test_the_inside_of_a_git_folder_is_no_work_tree(git: Git) -> None:
    assert Repository.around(git.folder / ".git") is None


def test_a_bare_repository_among_the_evidence_is_no_work_tree(git: Git, tmp_path: Path) -> None:
    git("clone", "--quiet", "--bare", git.folder, tmp_path / "planted")
    assert Repository.around(tmp_path / "planted") is None


def test_files_are_named_from_the_folder(repository: Repository) -> None:
    assert sorted(repository.files(repository.commit("HEAD"))) == ["a.json", "b c.json"]


def test_bytes_at_a_commit(git: Git, repository: Repository) -> None:
    old = repository.commit("HEAD")
    git.write("data/a.json", "changed\n")
    git.commit()
    assert repository.read(old, "a.json") == b"{}\n"
    assert repository.read("HEAD", "a.json") == b"changed\n"
    assert repository.read(old, "never.json") is None
    assert repository.read(old, "../README.md") == b"hello\n"


def test_changes_between_two_commits(git: Git, repository: Repository) -> None:
    old = repository.commit("HEAD")
    git.write("data/a.json", "changed\n")
    git.write("data/ü\n.json", "new\n")
    git("mv", "data/b c.json", "data/moved.json")
    git.write("README.md", "elsewhere\n")
    new = git.commit()
    assert repository.changes(old, new) == (
        Change("a.json", "altered"),
        Change("b c.json", "deleted"),
        Change("moved.json", "added"),
        Change("ü\n.json", "added"),
    )


def test_a_file_that_became_a_link_is_altered_and_a_mere_mode_is_not(
    git: Git, repository: Repository
) -> None:
    old = repository.commit("HEAD")
    (git.folder / "data/a.json").unlink()
    (git.folder / "data/a.json").symlink_to("b c.json")
    (git.folder / "data/b c.json").chmod(0o755)
    assert repository.changes(old, git.commit()) == (Change("a.json", "altered"),)


@pytest.mark.parametrize("revision", ["", "-h", "--upload-pack=x", "nowhere", "a\nb", "HEAD:README.md"])
def test_what_is_no_commit_is_named(revision: str, repository: Repository) -> None:
    with pytest.raises(GitProblem, match="a branch, a tag or a commit"):
        repository.commit(revision)


def test_a_shallow_clone_is_named_with_the_way_out(git: Git, tmp_path: Path) -> None:
    old = git("rev-parse", "HEAD").strip()
    git.write("data/a.json", "2\n")
    git.commit()
    git("clone", "--quiet", "--depth=1", f"file://{git.folder}", tmp_path / "cut")
    cut = Repository.around(tmp_path / "cut")
    assert cut is not None
    assert cut.shallow
    with pytest.raises(GitProblem, match="fetch-depth: 0"):
        cut.commit(old)


def test_a_merge_base_that_was_cut_off_is_named(git: Git, tmp_path: Path) -> None:
    git("branch", "side")
    for branch in ("main", "side"):
        git("checkout", "--quiet", branch)
        git.write(f"data/{branch}.json", branch)
        git.commit()
    clone = tmp_path / "cut"
    git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{git.folder}", clone)
    cut = Repository.around(clone)
    assert cut is not None
    with pytest.raises(GitProblem, match=r"no common ancestor here: this clone is shallow.*fetch-depth: 0"):
        cut.merge_base(cut.commit("origin/main"), cut.commit("origin/side"))


def test_merge_base(git: Git, repository: Repository) -> None:
    base = repository.commit("HEAD")
    git("checkout", "--quiet", "-b", "side")
    git.write("side", "side")
    side = git.commit()
    git("checkout", "--quiet", "main")
    git.write("main", "main")
    main = git.commit()
    git("checkout", "--quiet", "--orphan", "stranger")
    stranger = git.commit()
    assert repository.merge_base(side, main) == base
    with pytest.raises(GitProblem, match="they share no history"):
        repository.merge_base(side, stranger)


def test_the_environment_of_the_caller_leads_nowhere(
    git: Git, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Git.new(tmp_path / "other")
    other.write("data/a.json", "planted\n")
    other.commit()
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "alias.rev-parse")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "!false")
    assert repository.read(repository.commit("HEAD"), "a.json") == b"{}\n"
    assert not (tmp_path / "trace").exists()


def test_a_git_among_the_evidence_is_not_run(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = repository.folder / "git"
    planted.write_text("#!/bin/sh\ntouch ran\n")
    planted.chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(repository.folder)
    assert repository.commit("HEAD")
    assert not (repository.folder / "ran").exists()


def test_a_replaced_commit_is_seen_as_it_was(git: Git, repository: Repository) -> None:
    old = repository.commit("HEAD")
    git.write("data/a.json", "forged\n")
    git("replace", old, git.commit())
    assert git("show", f"{old}:data/a.json") == "forged\n"
    assert repository.read(old, "a.json") == b"{}\n"


def test_a_partial_clone_fetches_nothing(git: Git, tmp_path: Path) -> None:
    git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial"
    git("clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{git.folder}", clone)
    partial = Repository.around(clone)
    assert partial is not None
    with pytest.raises(GitProblem, match="partial clone"):
        partial.read("HEAD", "README.md")


def test_without_git_there_is_a_sentence(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository.folder))
    with pytest.raises(GitProblem, match="git is not installed"):
        repository.commit("HEAD")


def test_a_repository_of_somebody_else_is_named(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A Git that answers as Git does about a folder of another user, which a test can't make.
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    said = f"fatal: detected dubious ownership in repository at '{git.folder}'"
    program.write_text(f'#!/bin/sh\necho "{said}" >&2\nexit 128\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(GitProblem, match=f"safe.directory '{re.escape(str(git.folder))}'"):
        Repository.around(git.folder)


def test_a_submodule_is_refused(git: Git, repository: Repository, tmp_path: Path) -> None:
    inner = Git.new(tmp_path / "inner")
    inner.commit()
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.folder, "data/inner")
    files = repository.files(git.commit())
    with pytest.raises(GitProblem, match="inner is a Git submodule"):
        refuse_submodules(files)
