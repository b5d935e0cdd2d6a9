"""Which versions a change touches, asked of a Git repository with the example dataset."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.evidence.layout import Layout
from kfm_gates.evidence.snapshot import Folder, Snapshot
from kfm_gates.evidence.subjects import discover
from kfm_gates.judge.changed import Touched, touched_since
from kfm_gates.judge.configuration import load_configuration
from kfm_gates.judge.suite import assemble
from tests.support.git import Git
from tests.support.running import KANSAS
from tests.support.trees import edit, file_of, version_of

PUBLIC, GENERAL = version_of(KANSAS, "public"), version_of(KANSAS, "public_generalized")
PACK_CHECK = '''\
from kfm_gates.checks.api import check
from kfm_gates.model.finding import OK, Verdict
from kfm_gates.model.manifest import Manifest


@check("acme.nothing", serves="R-001")
def nothing(manifest: Manifest) -> Verdict:
    """Deny nothing."""
    return OK
'''


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """The example dataset in a folder of a repository."""
    made = Git.new(tmp_path / "work")
    shutil.copytree(KANSAS, made.folder / "evidence")
    made.write("README.md", "hello\n")
    made.commit()
    return made


@pytest.fixture
def root(git: Git) -> Path:
    return git.folder / "evidence"


def touched(git: Git, revision: str = "HEAD") -> Touched:
    root = git.folder / "evidence"
    suite = assemble(load_configuration(None, git.folder, root))
    snapshot = Snapshot(Folder(root))
    found = discover(snapshot, Layout.kfm_v1())
    return touched_since(revision, root, suite, snapshot, found, "2026-10-31T12:00:00Z")


def versions(git: Git, revision: str = "HEAD") -> set[str]:
    return {subject.version for subject in touched(git, revision).subjects}


def test_nothing_changed(git: Git) -> None:
    assert touched(git).subjects == frozenset()


def test_a_change_outside_of_the_evidence_touches_nothing(git: Git) -> None:
    git.write("README.md", "other\n")
    git.commit()
    assert versions(git, "HEAD~1") == set()


OWN = ("dcat", "prov", "stac_collection", "manifest", "checksums", "qa_report")


@pytest.mark.parametrize("template", OWN)
@pytest.mark.parametrize("how", ["altered", "deleted"])
def test_an_own_document_touches_its_version(template: str, how: str, git: Git, root: Path) -> None:
    file = file_of(root, template, "public_generalized")
    file.unlink() if how == "deleted" else file.write_bytes(file.read_bytes() + b"\n")
    found = touched(git)
    assert {subject.version for subject in found.subjects} == {GENERAL}
    assert {subject.version for subject in found.altered} == {GENERAL}


@pytest.mark.parametrize("how", ["altered", "deleted"])
def test_what_was_derived_from_a_version_is_touched_with_it(how: str, git: Git, root: Path) -> None:
    # The generalized version was made from the public one, whose artifact its receipt names.
    artifact = root / f"data/processed/kansas-counties/{PUBLIC}/artifacts/counties.parquet"
    artifact.unlink() if how == "deleted" else artifact.write_bytes(b"x")
    assert versions(git) == {PUBLIC, GENERAL}


@pytest.mark.parametrize("how", ["altered", "deleted"])
@pytest.mark.parametrize(
    ("template", "label", "expected"),
    [
        ("spec", "public_generalized", {GENERAL}),
        ("spec", "public", {PUBLIC, GENERAL}),  # of the version before
        ("policy_decision", "public_generalized", {GENERAL}),
        ("acquisition", "public", {PUBLIC, GENERAL}),
        ("terms", "public", {PUBLIC, GENERAL}),
        ("raw_artifact", "public", {PUBLIC, GENERAL}),
    ],
)
def test_a_shared_document_touches_those_that_use_it(
    template: str, label: str, expected: set[str], how: str, git: Git, root: Path
) -> None:
    file = file_of(root, template, label)
    file.unlink() if how == "deleted" else file.write_bytes(file.read_bytes() + b"\n")
    found = touched(git)
    assert {subject.version for subject in found.subjects} == expected
    assert found.altered == frozenset()


@pytest.mark.parametrize("how", ["altered", "deleted"])
def test_an_environment_touches_the_versions_whose_runs_name_it(how: str, git: Git, root: Path) -> None:
    for file in sorted((root / "environments").iterdir()):
        users = {
            path.parent.name
            for path in (root / "data/receipts").rglob("*.json")
            if file.stem in path.read_text("utf-8")
        }
        assert users
        before = file.read_bytes()
        file.unlink() if how == "deleted" else file.write_bytes(before + b"\n")
        assert versions(git) >= users
        file.write_bytes(before)


def test_a_new_version_touches_itself_and_what_it_replaces(git: Git, root: Path) -> None:
    manifest = root / "release/manifests/kansas-counties/2018.90834627.00000000.json"
    manifest.write_text(json.dumps({"supersedes": PUBLIC}))
    assert versions(git) == {"2018.90834627.00000000", PUBLIC}


def test_an_appended_line_touches_the_version_that_it_names(git: Git, root: Path) -> None:
    ledger = root / "audit/ledger.jsonl"
    line = json.dumps({"dataset_slug": "kansas-counties", "dataset_version_id": GENERAL})
    ledger.write_bytes(ledger.read_bytes() + line.encode() + b"\n")
    (root / "audit/checkpoint").write_text("{}")
    assert versions(git) == {GENERAL}


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "audit/checkpoint").write_text("{}"),
        lambda root: (root / "audit/checkpoint").unlink(),
        lambda root: (root / "audit/ledger.jsonl").unlink(),
        lambda root: (root / "audit/ledger.jsonl").write_bytes(b""),
        lambda root: (root / "audit/ledger.jsonl").write_bytes(
            (root / "audit/ledger.jsonl").read_bytes().replace(b'"seq":1', b'"seq":7')
        ),
    ],
    ids=["checkpoint", "checkpoint-gone", "ledger-gone", "ledger-emptied", "line-edited"],
)
def test_a_ledger_that_was_not_only_appended_to_touches_all(
    change: Callable[[Path], object], git: Git, root: Path
) -> None:
    change(root)
    assert versions(git) == {PUBLIC, GENERAL}


def test_a_version_of_which_nothing_is_left_is_touched(git: Git, root: Path) -> None:
    for path in list(root.rglob("*")):
        if path.is_file() and GENERAL in str(path):
            path.unlink()
    ledger = root / "audit/ledger.jsonl"
    ledger.write_text("".join(line for line in ledger.read_text().splitlines(True) if GENERAL not in line))
    assert GENERAL not in {subject.version for subject in discover(Snapshot(Folder(root)), Layout.kfm_v1())}
    git.commit()
    assert versions(git, "HEAD~1") == {PUBLIC, GENERAL}


def test_a_draft_that_was_withdrawn_touches_nothing(git: Git, root: Path) -> None:
    draft = root / "release/manifests/kansas-counties/2018.90834627.00000000.json"
    draft.write_text("{}")
    base = git.commit()
    draft.unlink()
    git.commit()
    assert versions(git, base) == set()


def test_a_stray_touches_those_that_answer_for_it(git: Git, root: Path) -> None:
    (root / f"data/catalog/kansas-counties/{GENERAL}/notes.md").write_text("x")
    assert versions(git) == {GENERAL}
    (root / "data/notes.md").write_text("outside of the folders that hold evidence")
    (root / "data/raw/notes.md").write_text("everybody's")
    assert versions(git) == {PUBLIC, GENERAL}


def test_compared_with_where_the_branch_parted(git: Git, root: Path) -> None:
    base = git("rev-parse", "HEAD").strip()
    git("checkout", "--quiet", "-b", "side")
    edit(file_of(root, "manifest", "public_generalized"), lambda document: document.pop("qa"))
    git.commit()
    git("checkout", "--quiet", "main")
    (root / "release/manifests/kansas-counties/2018.90834627.00000000.json").write_text("{}")
    git.commit()
    git("checkout", "--quiet", "side")
    found = touched(git, "main")
    assert {subject.version for subject in found.subjects} == {GENERAL}
    assert found.commit == base


def test_not_committed_counts_as_well(git: Git, root: Path) -> None:
    file_of(root, "dcat", "public").write_text("{}")
    assert versions(git) == {PUBLIC}


def test_configuration_and_profile_touch_all(git: Git) -> None:
    git.write("pyproject.toml", "[project]\nname = 'x'\n[tool.kfm-gates]\nprofile = 'acme.toml'\n")
    git.write("acme.toml", "[profile]\nname = 'acme'\nextends = 'promotion-v1'\n")
    git.commit()
    assert versions(git) == set()
    assert versions(git, "HEAD~1") == {PUBLIC, GENERAL}
    git.write("acme.toml", "[profile]\nname = 'acme'\nextends = 'promotion-v1'\n# edited\n")
    assert versions(git) == {PUBLIC, GENERAL}
    git("checkout", "--quiet", ".")
    git.write("pyproject.toml", "[project]\nname = 'y'\n[tool.kfm-gates]\nprofile = 'acme.toml'\n")
    assert versions(git) == set()


def test_a_pack_touches_all(git: Git) -> None:
    git.write("kfm-gates.toml", "profile = 'acme.toml'\n")
    git.write(
        "acme.toml",
        "[profile]\nname = 'acme'\nextends = 'promotion-v1'\npacks = ['pack']\n"
        "[gates.acme]\nchecks = ['acme.nothing']\n",
    )
    git.write("pack/checks/acme/nothing.py", PACK_CHECK)
    git.write("pack/denials/acme.nothing/case.json", '{"base": "public", "ops": []}')
    git.commit()
    assert versions(git) == set()
    git.write("pack/checks/acme/__pycache__/nothing.pyc", b"left behind")
    assert versions(git) == set()
    git.write("pack/rego/data/terms.json", "{}")
    assert versions(git) == {PUBLIC, GENERAL}


@pytest.mark.parametrize("revision", ["nowhere", "-x", "", "0" * 40])
def test_a_revision_that_is_not_there(revision: str, git: Git) -> None:
    with pytest.raises(UsageError, match=f"--changed-since {revision}: "):
        touched(git, revision)


def test_a_folder_without_git(tmp_path: Path) -> None:
    bare = Git(tmp_path)
    shutil.copytree(KANSAS, tmp_path / "evidence")
    with pytest.raises(UsageError, match="lies in no Git work tree"):
        touched(bare)
