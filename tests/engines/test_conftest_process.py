"""One run of a program that is not ours: it ends in any case, and gets nothing that could steer it."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from kfm_gates.engines import conftest_process
from kfm_gates.engines.conftest_process import run
from kfm_gates.engines.limits import Limits
from kfm_gates.errors import EngineError
from tests.support.conftest_program import program

SHORT = Limits(request_seconds=1)


def test_what_it_says(tmp_path: Path) -> None:
    path = program(tmp_path, 'echo out; echo "$2" >&2; exit 3\n')
    ended = run([str(path), "a", "b c; echo d"], tmp_path, Limits())
    assert (ended.code, ended.stdout, ended.stderr) == (3, "out\n", "b c; echo d\n")


def test_nothing_of_the_environment_reaches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFTEST_NO_FAIL", "CONFTEST_POLICY", "XDG_DATA_HOME", "GODEBUG", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "true")
    path = program(
        tmp_path, f"exec {sys.executable} -c 'import json,os;print(json.dumps(dict(os.environ)))'\n"
    )
    seen = json.loads(run([str(path)], tmp_path, Limits()).stdout)
    assert not [name for name in seen if name.startswith(("CONFTEST", "XDG", "GO", "SSL"))]
    assert seen["HOME"] == seen["TMPDIR"] == str(tmp_path)


@pytest.mark.parametrize(
    "script", ["sleep 600", "trap '' TERM INT HUP; sleep 600 & sleep 600", "sleep 600 & exit 0"]
)
def test_a_hang_is_killed_with_all_that_it_started(tmp_path: Path, script: str) -> None:
    path = program(tmp_path, f"echo $$ > {tmp_path}/pid\n{script}\n")
    with pytest.raises(EngineError, match="conftest took too long and was killed"):
        run([str(path)], tmp_path, SHORT)
    group = int((tmp_path / "pid").read_text())
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process of the group is left")


def test_a_flood_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest_process, "LONGEST_ANSWER", 100_000)
    with pytest.raises(EngineError, match="conftest answered with more than 100000 bytes and was killed"):
        run([str(program(tmp_path, "yes\n"))], tmp_path, Limits())


def test_errors_without_end_are_not_kept(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"took too long .*; it last said: (y ){100}") as caught:
        run([str(program(tmp_path, "yes >&2\n"))], tmp_path, SHORT)
    assert len(str(caught.value)) < 500


def test_a_crash_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="conftest was ended by signal 11; it last said: oh"):
        run([str(program(tmp_path, "echo oh >&2; kill -SEGV $$\n"))], tmp_path, Limits())


def test_what_is_no_text_or_no_program(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="conftest answered with what is no text"):
        run([str(program(tmp_path, r"printf '\377'"))], tmp_path, Limits())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
def test_memory_is_limited(tmp_path: Path) -> None:
    path = program(tmp_path, f"exec {sys.executable} -c 'x = bytearray(800_000_000)'\n")
    ended = run([str(path)], tmp_path, Limits(memory_bytes=500_000_000))
    assert ended.code == 1
    assert "MemoryError" in ended.stderr
