"""Which conftest judges: what is missing, unknown, old or another than pinned is refused before it judges."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from kfm_gates.engines.conftest_binary import ConftestChoice, identify, locate
from kfm_gates.errors import EngineError
from tests.support.conftest_program import VERSION, program, real_conftest


def test_one_that_is_named(tmp_path: Path) -> None:
    path = program(tmp_path, VERSION)
    found = identify(ConftestChoice(path))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.version, found.opa, found.sha256) == ("0.71.1", "1.21.1", digest)
    assert found.described == f"0.71.1 (OPA 1.21.1) sha256:{digest}"
    assert (
        identify(ConftestChoice(path, f"sha256:{digest}")) == identify(ConftestChoice(path, digest)) == found
    )


def test_one_on_path_but_not_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(tmp_path / "bin", VERSION)
    monkeypatch.chdir(tmp_path / "bin")
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", str(tmp_path / "nothing")]))
    with pytest.raises(
        EngineError, match=r"conftest is missing: there is none on PATH; install conftest 0\.66\.0"
    ):
        locate(ConftestChoice())
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert locate(ConftestChoice()) == path


@pytest.mark.parametrize("kind", ["absent", "folder", "not executable"])
def test_one_that_is_named_and_not_there(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "conftest"
    if kind == "folder":
        path.mkdir()
    elif kind == "not executable":
        path.write_text("")
    with pytest.raises(EngineError, match=r"conftest is missing: .* is no executable file; install conftest"):
        identify(ConftestChoice(path))


def test_another_digest_is_not_even_started(tmp_path: Path) -> None:
    path = program(tmp_path, f"touch {tmp_path}/started\n{VERSION}")
    with pytest.raises(
        EngineError, match=r"conftest at .* has the digest [0-9a-f]{64}, not the pinned 0{64}"
    ):
        identify(ConftestChoice(path, "0" * 64))
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize("version", ["0.65.9", "0.59.0", "v0.23.0", "0.9.0"])
def test_an_older_version(tmp_path: Path, version: str) -> None:
    path = program(tmp_path, f"echo 'Conftest: {version}'\n")
    words = rf"conftest at .* is {version.removeprefix('v')}, which is too old; install conftest 0\.66\.0 or newer"
    with pytest.raises(EngineError, match=words):
        identify(ConftestChoice(path))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo '[]'", r"\[\]"),
        ("exit 0", "nothing"),
        ("echo 'Conftest: dev'", "Conftest: dev"),
        ("echo 'Conftest: 0.71.1'; exit 1", r"Conftest: 0\.71\.1"),
        ("echo 'Version: 0.71.1'", r"Version: 0\.71\.1"),
    ],
)
def test_what_says_no_version(tmp_path: Path, script: str, said: str) -> None:
    with pytest.raises(
        EngineError, match=rf"says no version that is known \(it says {said}\); install conftest"
    ):
        identify(ConftestChoice(program(tmp_path, script)))


def test_one_that_is_exchanged_later(tmp_path: Path) -> None:
    path = program(tmp_path, VERSION)
    found = identify(ConftestChoice(path))
    found.demand_unchanged()
    other = program(tmp_path / "other", VERSION)
    os.replace(other, path)
    with pytest.raises(EngineError, match="was exchanged while it judged"):
        found.demand_unchanged()


def test_one_that_vanishes_later(tmp_path: Path) -> None:
    found = identify(ConftestChoice(program(tmp_path, VERSION)))
    found.path.unlink()
    with pytest.raises(EngineError, match="was exchanged while it judged"):
        found.demand_unchanged()


@pytest.mark.conftest
def test_the_real_one(tmp_path: Path) -> None:
    real = real_conftest()
    assert real is not None
    link = tmp_path / "conftest"
    link.symlink_to(real)
    found = identify(ConftestChoice(link))
    assert found.path == real.resolve()
    assert shutil.which("conftest", path=str(tmp_path)) == str(link)
