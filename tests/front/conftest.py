"""A small policy pack of its own, judged for real, so that the doors are tested without the house's checks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.running import KANSAS, Ran, environment, kansas_copy, program
from tests.support.signing import Issuer
from tests.support.small_pack import write_pack

_PLAIN = ("-p", "no:cacheprovider", "-p", "no:randomly")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """The profile `acme` with its pack."""
    return write_pack(tmp_path)


@pytest.fixture
def good() -> Path:
    return KANSAS


@pytest.fixture
def denied(tmp_path: Path) -> Path:
    """Evidence with one manifest that `acme.label` denies."""
    root = kansas_copy(tmp_path)
    manifest = sorted((root / "release" / "manifests" / "kansas-counties").iterdir())[0]
    content = json.loads(manifest.read_bytes())
    content["policy"]["policy_label"] = "internal"
    manifest.write_text(json.dumps(content, indent=2))
    return root


@pytest.fixture
def cli(tmp_path: Path, profile: Path) -> Callable[..., Ran]:
    """Run `kfm-gates` in the folder of the profile."""
    return lambda *words, **more: program(*words, cwd=tmp_path, **more)


@pytest.fixture
def pytester_run(tmp_path: Path, profile: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run pytest in a project with a conftest.py and a test module that say when they are imported."""
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    note = f"open({str(tmp_path / 'imported')!r}, 'a').write(__file__ + chr(10))\n"
    (project / "conftest.py").write_text(note)
    (project / "test_builder.py").write_text(
        f"{note}def test_permit(kfm_permit):\n"
        "    assert kfm_permit.permit.operation == 'promote'\n"
        "    assert kfm_permit.path.is_file()\n"
        "def test_plain():\n    pass\n"
    )

    def run(
        *words: str | Path, gates: bool = True, env: dict[str, str | None] | None = None
    ) -> subprocess.CompletedProcess[str]:
        asked = ["--kfm-gates", "--kfm-profile=acme.toml"] if gates else []
        inherited = {
            "PYTEST_XDIST_WORKER": None,
            "PYTEST_ADDOPTS": None,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": None,
        }
        return subprocess.run(
            [sys.executable, "-m", "pytest", *_PLAIN, *asked, *map(os.fspath, words)],
            cwd=tmp_path,
            env=environment(inherited | (env or {})),
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def imported(tmp_path: Path) -> Callable[[], set[str]]:
    """The names of the project's files that pytest imported."""

    def names() -> set[str]:
        note = tmp_path / "imported"
        return {Path(line).name for line in note.read_text().splitlines()} if note.exists() else set()

    return names


@pytest.fixture(scope="session")
def judged_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], bytes]:
    """A permit for the example dataset by the profile `acme`, and the decision, for issuing more of them."""
    folder = tmp_path_factory.mktemp("judged-once")
    write_pack(folder)
    ran = program("check", KANSAS, "--profile", "acme.toml", cwd=folder)
    assert ran.code == 0, ran.said
    return json.loads(ran.permit.read_bytes()), ran.decision


@pytest.fixture
def issuer(tmp_path: Path, profile: Path, judged_once: tuple[dict[str, Any], bytes]) -> Issuer:
    """Issues signed permits, with which `exec` starts no judge."""
    return Issuer.trusted_in(tmp_path, *judged_once, profile.name)


@pytest.fixture
def go(tmp_path: Path, issuer: Issuer) -> Callable[..., Ran]:
    """Run a command by `kfm-gates exec` with a fresh signed permit: `go(*options, "--", *command)`."""

    def run(*words: str | Path, **more: Any) -> Ran:
        at = words.index("--")
        return program("exec", *issuer.words(), *words[:at], KANSAS, *words[at:], cwd=tmp_path, **more)

    return run
