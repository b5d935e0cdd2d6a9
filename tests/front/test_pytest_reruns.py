"""pytest-rerunfailures tries a failing test again: it can't try a denial until it passes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

reruns = pytest.importorskip(
    "pytest_rerunfailures",
    reason="`make pytest-test` installs pytest-rerunfailures beside the locked packages",
)
PATH = {"PYTHONPATH": str(Path(reruns.__file__).parent)}
PERMIT = Path(".kfm-gates/record/permit.json")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    "words",
    [
        ("--reruns=3",),
        ("--reruns=3", "--reruns-delay=0.01"),
        ("--reruns=3", "--only-rerun=."),
        ("--reruns=3", "-n", "2"),
        ("-p", "rerunfailures", "--reruns=1", "project"),
    ],
    ids=" ".join,
)
def test_a_denial_stays_a_denial(
    words: tuple[str, ...], pytester_run: Run, denied: Path, tmp_path: Path
) -> None:
    done = pytester_run(f"--kfm-target={denied}", *words, env=PATH)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "acme.label" in done.stdout and "rerun" not in done.stdout.partition("short test summary")[2]
    assert not (tmp_path / PERMIT).exists()


def test_a_test_that_passes_when_tried_again_leaves_the_permit(
    pytester_run: Run, good: Path, tmp_path: Path
) -> None:
    (tmp_path / "project" / "test_flaky.py").write_text(
        "import pathlib\n"
        "def test_flaky():\n"
        "    tried = pathlib.Path('tried')\n"
        "    before = tried.exists()\n"
        "    tried.touch()\n"
        "    assert before\n"
    )
    done = pytester_run(f"--kfm-target={good}", "--reruns=1", "project", env=PATH)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 rerun" in done.stdout and (tmp_path / PERMIT).exists()


def test_a_test_that_fails_every_time_takes_the_permit_away(
    pytester_run: Run, good: Path, tmp_path: Path
) -> None:
    (tmp_path / "project" / "test_red.py").write_text("def test_red():\n    assert False\n")
    done = pytester_run(f"--kfm-target={good}", "--reruns=2", "project", env=PATH)
    assert done.returncode == 1 and "2 rerun" in done.stdout, done.stdout
    assert not (tmp_path / PERMIT).exists()
