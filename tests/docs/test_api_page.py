"""What docs/api.md shows runs as it is written there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import kfm_gates
from tests.support.repository import REPOSITORY
from tests.support.running import KANSAS
from tests.support.trees import file_of

PAGE = (REPOSITORY / "docs" / "api.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(KANSAS, tmp_path / "evidence")
    shutil.copy(REPOSITORY / "examples" / "build-tiles" / "build.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run() -> dict[str, Any]:
    """What the names of the page stand for when its blocks were run one after the other."""
    names: dict[str, Any] = {"__name__": "page"}
    for number, block in enumerate(BLOCKS):
        code = compile(block, f"docs/api.md block {number + 1}", "exec", flags=0, dont_inherit=True)
        exec(code, names)
    return names


@pytest.mark.slow
def test_it_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(BLOCKS) == 2
    names = run()
    assert names["permit"].operation == "promote"
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("PASS ['kansas-counties/") and "('tiles:kansas-counties',)" in second


@pytest.mark.slow
def test_it_is_denied_with_a_byte_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    artifact = file_of(folder / "evidence", "artifact")
    artifact.write_bytes(artifact.read_bytes()[:-1] + b"x")
    with pytest.raises(kfm_gates.GateDenied, match="nothing ran") as caught:
        run()
    shown = artifact.relative_to(folder / "evidence").as_posix()
    assert shown in capsys.readouterr().out
    assert shown in {finding.place.file for finding in caught.value.findings}


def test_it_speaks_of_what_there_is() -> None:
    errors = set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE)) - {"TypeError"}
    public = {name for name in kfm_gates.__all__ if isinstance(getattr(kfm_gates, name), type)}
    raised = {name for name in public if issubclass(getattr(kfm_gates, name), kfm_gates.KfmGatesError)}
    assert errors == raised - {"KfmGatesError"}
    for name in ("evaluate", "guard", "requires_permit", "permit_from_environment"):
        assert re.search(rf"\b{name}\b", PAGE)
