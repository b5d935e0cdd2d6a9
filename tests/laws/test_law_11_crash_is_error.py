"""Law 11. A crash is an error: a death, a timeout or a full disk never ends as a pass, nor as a denial."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from kfm_gates.errors import EngineError
from kfm_gates.judge.launch import judge_in_process
from kfm_gates.judge.request import Request
from kfm_gates.model.finding import Json
from tests.support.installations import install
from tests.support.processes import await_below, below, command
from tests.support.repository import PACKAGE, check_ids, checks
from tests.support.running import EVALUATED_AT, MAIN, kansas_copy
from tests.support.selection import some

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")


def _first(kind: str) -> str:
    return next(id for id in check_ids() if checks()[id].about.kind == kind)


def _started(root: Path, folder: Path) -> subprocess.Popen[bytes]:
    """`kfm-gates check`, running."""
    return subprocess.Popen(
        [sys.executable, "-P", "-c", MAIN, "check", str(root)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def test_the_death_of_the_judge_is_an_error(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    killed: list[int] = []

    def kill(_: Mapping[str, Json]) -> None:
        if not killed:
            for pid in below(os.getpid(), "kfm_gates.judge"):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    with pytest.raises(EngineError, match=r"SIGKILL|signal 9"):
        judge_in_process(Request(str(tmp_path), (str(root),), record="record"), kill)
    assert killed
    assert not (tmp_path / "record" / "permit.json").exists()


@pytest.mark.parametrize("service", ["rego", "shapes"])
def test_the_death_of_a_worker_is_an_error(tmp_path: Path, service: str) -> None:
    """It is killed while it starts; whatever it should have judged has no verdict."""
    root = kansas_copy(tmp_path)
    process = _started(root, tmp_path)
    for pid in await_below(process.pid, f"worker_main {service}"):
        os.kill(pid, signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 3, out + err
    assert not (tmp_path / ".kfm-gates/record/permit.json").exists()


def test_a_judging_process_that_dies_is_an_error(tmp_path: Path) -> None:
    """With several jobs each subject is judged in a process of its own."""
    changed = install(
        tmp_path, {"judge/parallel.py": ("suite, target = prepare(asked)", "import os; os._exit(0)")}
    )
    ran = changed.check(kansas_copy(tmp_path), "--jobs", "2", cwd=tmp_path)
    assert ran.code == 3, ran.said
    assert "died" in ran.err
    assert not ran.permit.exists()


LOOP = """
default allow := false
allow if count(deny) == 0
deny contains {"msg": "never"} if {
    some i in numbers.range(1, 100000)
    some j in numbers.range(1, 100000)
    i * j == -1
}
"""


def test_a_rule_that_does_not_end_is_an_error(tmp_path: Path) -> None:
    id = _first("rego")
    name = f"rego/{id.replace('.', '/')}.rego"
    head, _, _ = (PACKAGE / name).read_text("utf-8").partition("\npackage ")
    changed = install(
        tmp_path,
        {
            name: f"{head}\npackage kfm.{id}\n{LOOP}",
            "engines/limits.py": ("request_seconds: float = 30.0", "request_seconds: float = 1.0"),
        },
    )
    ran = changed.check(kansas_copy(tmp_path), "--evaluated-at", EVALUATED_AT, cwd=tmp_path)
    assert ran.code == 3, ran.said
    assert not ran.permit.exists()


def test_a_judge_that_does_not_end_is_an_error(tmp_path: Path) -> None:
    changed = install(
        tmp_path, {"judge/known_answers.py": ("fresh = set(checks) - self._proven", "while True: pass")}
    )
    ran = changed.check(kansas_copy(tmp_path), "--timeout", "3", cwd=tmp_path)
    assert ran.code == 3, ran.said
    assert "did not end" in ran.err
    assert not ran.permit.exists()


CRASHES = [
    "raise SystemExit(0)",
    "raise KeyboardInterrupt",
    "raise MemoryError",
    "raise BaseException",
    "1 / 0",
    "import os; os._exit(0)",
    "import os; os.kill(os.getpid(), 11)",
]


@pytest.mark.parametrize("crash", some(CRASHES, ("raise SystemExit(0)", "import os; os._exit(0)")))
def test_a_crash_while_judging_is_an_error(tmp_path: Path, crash: str) -> None:
    changed = install(
        tmp_path, {"judge/session.py": ("    docket = plan(suite, facts, selected)", f"    {crash}")}
    )
    ran = changed.check(kansas_copy(tmp_path), cwd=tmp_path)
    assert ran.code == 3, ran.said
    assert "Traceback" not in ran.out
    assert not ran.permit.exists()


def test_a_crash_while_the_record_is_written_leaves_no_permit(tmp_path: Path) -> None:
    changed = install(
        tmp_path,
        {
            "judge/process.py": (
                'record.write(folder, "run.json"',
                'raise OSError(28, "No space left on device")',
            )
        },
    )
    ran = changed.check(kansas_copy(tmp_path), cwd=tmp_path)
    assert ran.code == 3, ran.said
    assert not ran.permit.exists()


def test_ctrl_c_and_terminate_leave_neither_permit_nor_processes(tmp_path: Path) -> None:
    root = kansas_copy(tmp_path)
    for number in (signal.SIGINT, signal.SIGTERM):
        process = _started(root, tmp_path)
        workers = await_below(process.pid, "worker_main")
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=60)
        assert process.returncode in (128 + number, 130), out + err
        assert b"Traceback" not in out + err
        assert not (tmp_path / ".kfm-gates/record/permit.json").exists()
        for pid in workers:
            _assert_gone(pid)


def _assert_gone(pid: int) -> None:
    end = time.monotonic() + 5
    while "worker_main" in command(pid):
        assert time.monotonic() < end, f"the worker {pid} outlived the program"
        time.sleep(0.05)


def test_a_crash_of_the_command_is_an_error(tmp_path: Path) -> None:
    changed = install(tmp_path, {"front/commands/check.py": ("asked = outputs(arguments.format)", "1 / 0")})
    ran = changed.check(kansas_copy(tmp_path), cwd=tmp_path)
    assert ran.code == 3, ran.said
    assert "ZeroDivisionError" in ran.err and "Traceback" not in ran.err
