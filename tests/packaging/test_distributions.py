"""What is installed is what is tested: the wheel and the sdist hold every file of the package, as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packaging.distributions import (
    DATA_FOLDERS,
    REPOSITORY,
    build,
    sdist_files,
    source_files,
    unpack,
    wheel_files,
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return wheel_files(build("wheel", REPOSITORY, tmp_path_factory.mktemp("wheel")))


def test_the_wheel_holds_every_file_of_the_package_byte_for_byte(wheel: dict[str, bytes]) -> None:
    source = source_files()
    assert sorted(wheel) == sorted(source)
    assert [path for path in source if wheel[path] != source[path]] == []


@pytest.mark.parametrize("folder", DATA_FOLDERS)
def test_the_wheel_holds_what_judging_needs(wheel: dict[str, bytes], folder: str) -> None:
    assert any(path.startswith(f"kfm_gates/{folder}/") for path in wheel)


@pytest.mark.slow
def test_the_sdist_is_enough_to_build_the_same_wheel(tmp_path: Path) -> None:
    sdist = build("sdist", REPOSITORY, tmp_path / "sdist")
    inside = sdist_files(sdist)
    assert {path: data for path, data in inside.items() if path.startswith("kfm_gates/")} == source_files()
    again = build("wheel", unpack(sdist, tmp_path / "tree"), tmp_path / "wheel")
    assert wheel_files(again) == source_files()


@pytest.mark.slow
def test_the_sdist_holds_no_leftovers(tmp_path: Path) -> None:
    inside = sdist_files(build("sdist", REPOSITORY, tmp_path))
    tops = {path.partition("/")[0] for path in inside}
    assert not tops & {".venv", ".ci", ".kfm-gates", "dist", "build", ".git"}
    assert not [path for path in inside if "__pycache__" in path or path.endswith(".pyc")]
