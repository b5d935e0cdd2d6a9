"""action.yml and the example workflows through the linters of the trade: no finding, and both linters alive.

zizmor (security, offline, its strictest persona) comes with the locked dependencies. actionlint is a Go program:
`make lint-action` builds it, locked by requirements/actionlint/go.sum, and only then its tests can run.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import REPOSITORY

WORKFLOWS = sorted((REPOSITORY / "examples" / "workflows").glob("*.yml"))
BIN = Path(sys.executable).parent
ZIZMOR, ACTIONLINT = BIN / "zizmor", BIN / "actionlint"
OWN = re.compile(r"uses: OWNER/kfm-gates@\S+.*")

needs_actionlint = pytest.mark.skipif(
    not ACTIONLINT.exists(), reason="actionlint is not built; `make lint-action` builds and runs it"
)


def _zizmor(*files: Path) -> subprocess.CompletedProcess[str]:
    command = [ZIZMOR, "--offline", "--persona=auditor", "--no-ignores", "--strict-collection", *files]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def _actionlint(folder: Path) -> subprocess.CompletedProcess[str]:
    """actionlint on a repository that uses this action from its own folder, so that its inputs are looked at."""
    return subprocess.run(
        [ACTIONLINT, "-no-color", "-shellcheck=", "-pyflakes="],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with this action at its top and the example workflows, which use it from there."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    shutil.copy(REPOSITORY / "action.yml", tmp_path)
    for workflow in WORKFLOWS:
        text, count = OWN.subn("uses: ./", workflow.read_text("utf-8"))
        assert count
        (tmp_path / ".github" / "workflows" / workflow.name).write_text(text, "utf-8")
    return tmp_path


def test_zizmor_finds_nothing() -> None:
    done = _zizmor(REPOSITORY / "action.yml", *WORKFLOWS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout
    assert done.stderr.count("completed") == 1 + len(WORKFLOWS)


MISTAKES = {
    "pasted-input": ('"$GITHUB_ACTION_PATH"\n', '"${{ inputs.root }}"\n'),
    "moving-version": ("@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0", "@v6"),
    "environment-file": ('>> "$GITHUB_OUTPUT"', '>> "$GITHUB_ENV"'),
}


@pytest.mark.parametrize(("old", "new"), MISTAKES.values(), ids=MISTAKES)
def test_zizmor_would_find_a_mistake(tmp_path: Path, old: str, new: str) -> None:
    text = (REPOSITORY / "action.yml").read_text("utf-8")
    assert old in text
    (tmp_path / "action.yml").write_text(text.replace(old, new, 1), "utf-8")
    assert _zizmor(tmp_path / "action.yml").returncode != 0


@needs_actionlint
def test_actionlint_finds_nothing(project: Path) -> None:
    done = _actionlint(project)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@needs_actionlint
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (".github/workflows/promote.yml", "root: data/evidence", "rood: data/evidence"),
        (".github/workflows/build.yml", "          operation: promote\n", ""),
        (".github/workflows/build.yml", "needs: gates", "needs: gate"),
        ("action.yml", "using: composite", "using: compositt"),
        ("action.yml", "icon: shield", "icon: shiel"),
    ],
)
def test_actionlint_would_find_a_mistake(project: Path, file: str, old: str, new: str) -> None:
    text = (project / file).read_text("utf-8")
    assert old in text
    (project / file).write_text(text.replace(old, new), "utf-8")
    assert _actionlint(project).returncode == 1
