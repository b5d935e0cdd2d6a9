"""`check --changed-since` on a repository: what is judged, what is denied, and what is said when nothing is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kfm_gates.evidence.seal import seal_folder
from tests.support.git import Git
from tests.support.running import KANSAS, Ran, check
from tests.support.trees import LAYOUT, edit, file_of, version_of

PUBLIC, GENERAL = version_of(KANSAS, "public"), version_of(KANSAS, "public_generalized")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """The example dataset, released, in a folder of a repository."""
    made = Git.new(tmp_path / "work")
    shutil.copytree(KANSAS, made.folder / "evidence")
    made.commit()
    return made


@pytest.fixture
def root(git: Git) -> Path:
    return git.folder / "evidence"


def since(git: Git, *words: str, revision: str = "HEAD") -> Ran:
    return check(Path("evidence"), "--changed-since", revision, *words, cwd=git.folder)


def judged(ran: Ran) -> set[str]:
    return {subject["id"].partition("/")[2] for subject in ran.predicate["subjects"]}


def of_git(ran: Ran) -> set[str]:
    """The files of which Git knows that they changed after the release."""
    return {each["file"] for each in ran.findings() if each["check"] == "identity.immutable"}


def test_no_version_is_touched(git: Git) -> None:
    git.write("README.md", "hello\n")
    git.commit()
    ran = since(git, revision="HEAD~1")
    assert ran.code == 5, ran.said
    assert "no dataset version in use is touched by what changed below" in ran.err
    assert "since HEAD~1 (" in ran.err
    assert ran.err.rstrip().endswith("; nothing was judged")
    assert not ran.permit.exists()


def test_a_version_that_was_added_is_judged_and_yields_no_permit(git: Git, root: Path) -> None:
    whole = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    for path in whole:
        if GENERAL in str(path):
            path.unlink()
    ledger = root / "audit/ledger.jsonl"
    lines = ledger.read_text().splitlines(True)
    first = next(number for number, line in enumerate(lines) if GENERAL in line)
    ledger.write_text("".join(lines[:first]))
    git.commit()
    for path, data in whole.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    git.commit()
    ran = check(Path("evidence"), "--changed-since", "HEAD~1", cwd=git.folder, at=None)
    assert ran.code == 0, ran.said
    assert GENERAL in judged(ran)
    assert ran.predicate["partial"] is True
    assert not ran.permit.exists()
    assert ran.run["no_permit"]


def test_released_bytes_that_were_sealed_anew_are_denied(git: Git, root: Path) -> None:
    artifact = root / f"data/processed/kansas-counties/{PUBLIC}/artifacts/counties.pmtiles"
    artifact.write_bytes(artifact.read_bytes() + b"\0")
    seal_folder(root, LAYOUT)
    git.commit()
    ran = since(git, revision="HEAD~1")
    assert ran.code == 1, ran.said
    assert judged(ran) == {PUBLIC, GENERAL}
    assert of_git(ran) == {
        artifact.relative_to(root).as_posix(),
        f"data/processed/kansas-counties/{PUBLIC}/checksums.json",
        "audit/ledger.jsonl",
    }
    (finding, *_) = [each for each in ran.findings() if each["file"].endswith("counties.pmtiles")]
    assert "was altered since the commit " in finding["message"]
    assert finding["message"].endswith(", after the version was released")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_released_version_of_which_nothing_is_left_is_denied(jobs: str, git: Git, root: Path) -> None:
    for path in list(root.rglob("*")):
        if path.is_file() and GENERAL in str(path):
            path.unlink()
    ledger = root / "audit/ledger.jsonl"
    ledger.write_text("".join(line for line in ledger.read_text().splitlines(True) if GENERAL not in line))
    seal_folder(root, LAYOUT)
    git.commit()
    ran = since(git, "--jobs", jobs, revision="HEAD~1")
    assert ran.code == 1, ran.said
    assert judged(ran) == {PUBLIC, GENERAL}
    assert {"evidence.present", "identity.immutable"} <= ran.denied()
    assert "audit/ledger.jsonl" in of_git(ran)


def test_an_acquisition_that_was_edited_denies_what_was_made_from_it(git: Git, root: Path) -> None:
    edit(file_of(root, "acquisition"), lambda document: document.update(notes="later"))
    ran = since(git)
    assert ran.code == 1, ran.said
    assert judged(ran) == {PUBLIC, GENERAL}
    assert of_git(ran) == {file_of(root, "acquisition").relative_to(root).as_posix()}


OWN = sorted(
    path.relative_to(KANSAS).as_posix()
    for path in KANSAS.rglob("*")
    if path.is_file() and PUBLIC in str(path)
)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["altered", "deleted"])
@pytest.mark.parametrize("name", OWN)
def test_every_file_of_a_released_version_counts(name: str, how: str, git: Git, root: Path) -> None:
    file = root / name
    file.unlink() if how == "deleted" else file.write_bytes(file.read_bytes() + b"\n")
    git.commit()
    ran = since(git, revision="HEAD~1")
    assert ran.code == 1, ran.said
    assert PUBLIC in judged(ran)
    assert any(name in (each["file"] + each["message"] + each["found"]) for each in ran.findings()), ran.said


def test_narrowed_to_subjects_and_manifests(git: Git, root: Path) -> None:
    edit(file_of(root, "acquisition"), lambda document: document.update(notes="later"))
    assert judged(since(git, "--subject", f"kansas-counties/{GENERAL}")) == {GENERAL}
    manifest = Path(f"evidence/release/manifests/kansas-counties/{PUBLIC}.json")
    ran = check(manifest, "--changed-since", "HEAD", cwd=git.folder)
    assert judged(ran) == {PUBLIC}


def test_a_notice_alone_leaves_nothing_to_judge_unless_released_bytes_went_with_it(
    git: Git, root: Path
) -> None:
    notice = {
        "kfm_version_status_version": "v1",
        "dataset_slug": "kansas-counties",
        "dataset_version_id": GENERAL,
        "status": "withdrawn",
        "reason": "Two counties had exchanged names.",
        "decided_at": "2026-10-01T09:00:00Z",
        "decided_by": {"principal": "example:steward-1", "role": "steward"},
    }
    git.write(f"evidence/release/status/kansas-counties/{GENERAL}.json", json.dumps(notice))
    ran = since(git)
    assert ran.code == 5, ran.said
    (root / f"data/processed/kansas-counties/{GENERAL}/artifacts/counties.pmtiles").unlink()
    ran = since(git)
    assert ran.code == 1, ran.said
    assert judged(ran) == {GENERAL}
    assert of_git(ran) == {f"data/processed/kansas-counties/{GENERAL}/artifacts/counties.pmtiles"}


def test_a_shallow_clone_is_named(git: Git, tmp_path: Path) -> None:
    git.write("README.md", "hello\n")
    git.commit()
    old = git("rev-parse", "HEAD~1").strip()
    git("clone", "--quiet", "--depth=1", f"file://{git.folder}", tmp_path / "cut")
    ran = check(Path("evidence"), "--changed-since", old, cwd=tmp_path / "cut")
    assert ran.code == 2, ran.said
    assert "this clone is shallow" in ran.err
    assert "fetch-depth: 0" in ran.err
    assert not ran.permit.exists()


@pytest.mark.parametrize(
    ("revision", "said"), [("nowhere", "is not in this repository"), ("-x", "expected one argument")]
)
def test_a_revision_that_can_not_be_had(revision: str, said: str, git: Git) -> None:
    ran = since(git, revision=revision)
    assert ran.code == 2, ran.said
    assert said in ran.err


def test_a_folder_without_versions_is_not_one_in_which_nothing_changed(git: Git) -> None:
    git.write("elsewhere/README.md", "x")
    git.commit()
    ran = check(Path("elsewhere"), "--changed-since", "HEAD", cwd=git.folder)
    assert ran.code == 2, ran.said
    assert "there is no dataset version below" in ran.err
    assert "give the evidence root" in ran.err


def test_without_a_repository(tmp_path: Path) -> None:
    shutil.copytree(KANSAS, tmp_path / "evidence")
    ran = check(Path("evidence"), "--changed-since", "HEAD", cwd=tmp_path)
    assert ran.code == 2, ran.said
    assert "lies in no Git work tree" in ran.err
