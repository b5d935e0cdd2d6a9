"""Law 9. The clock is an input: same evidence and `evaluated_at`, same bytes, wherever and however it runs."""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.running import KANSAS, check, kansas_copy
from tests.support.selection import some


@functools.cache
def _locales() -> tuple[str, ...]:
    if not shutil.which("locale"):
        return ()
    said = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
    return tuple(name for name in said if name not in ("C", "POSIX"))[-1:]


@pytest.fixture(scope="module")
def decision(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return _decision(tmp_path_factory.mktemp("plain"))


def _decision(
    folder: Path, *arguments: str, env: Mapping[str, str] | None = None, root: Path = KANSAS
) -> bytes:
    ran = check(root, *arguments, cwd=folder, env=env)
    assert ran.code == 0, ran.said
    return ran.decision


@pytest.mark.parametrize("seed", some(("0", "1", "2", "3"), ("0", "3")))
def test_the_hash_seed_changes_nothing(tmp_path: Path, decision: bytes, seed: str) -> None:
    assert _decision(tmp_path, env={"PYTHONHASHSEED": seed}) == decision


def test_the_number_of_workers_changes_nothing(tmp_path: Path, decision: bytes) -> None:
    assert _decision(tmp_path, "--jobs", "2") == decision


@pytest.mark.parametrize("name", ["C", *_locales()])
def test_the_locale_changes_nothing(tmp_path: Path, decision: bytes, name: str) -> None:
    assert _decision(tmp_path, env={"LC_ALL": name, "LANG": name}) == decision


@pytest.mark.parametrize("zone", ["Pacific/Chatham"])
def test_the_time_zone_changes_nothing(tmp_path: Path, decision: bytes, zone: str) -> None:
    assert _decision(tmp_path, env={"TZ": zone}) == decision


def test_where_the_evidence_lies_changes_nothing(tmp_path: Path, decision: bytes) -> None:
    assert _decision(tmp_path, root=kansas_copy(tmp_path)) == decision


def test_the_times_of_files_and_the_order_on_disk_change_nothing(tmp_path: Path, decision: bytes) -> None:
    root = tmp_path / "evidence"
    for path in sorted((p for p in KANSAS.rglob("*") if p.is_file()), reverse=True):
        to = root / path.relative_to(KANSAS)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(path.read_bytes())
    assert _decision(tmp_path, root=root) == decision


def test_a_denial_is_the_same_bytes_too(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    for path in sorted(root.rglob("*.json"))[::3]:
        path.write_bytes(path.read_bytes().replace(b'"public', b'"Public'))
    found = set()
    for number, env in enumerate(
        ({"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}, {"PYTHONHASHSEED": "2", "LC_ALL": "C"})
    ):
        (tmp_path / str(number)).mkdir()
        ran = check(root, "--jobs", str(number + 1), cwd=tmp_path / str(number), env=env)
        assert ran.code != 0, ran.said
        found.add(ran.decision)
    assert len(found) == 1


def test_another_moment_is_another_decision_and_nothing_else(tmp_path: Path, decision: bytes) -> None:
    ran = check(KANSAS, cwd=tmp_path, at="2026-10-31T12:00:01Z")
    assert ran.decision.replace(b"2026-10-31T12:00:01Z", b"2026-10-31T12:00:00Z") == decision
