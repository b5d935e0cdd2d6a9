"""Parts of a run: one worker each, never more than the part, and a worker that dies costs its part alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kfm_gates import (
    PermitInvalid,
    PermitMismatch,
    RunUnsettled,
    UsageError,
    VerifiedPermit,
    guard,
    requires_permit,
    work_on,
)
from kfm_gates.front.guard import Guard
from kfm_gates.permit.settle import settle

pytestmark = pytest.mark.slow  # real processes, each with a judge of its own

Guarded = Callable[[], Guard]


@requires_permit("promote")
def build(permit: VerifiedPermit, out: Path) -> None:
    out.write_bytes(b"".join(permit.inputs.read(path) for path in permit.inputs))


@pytest.fixture
def guarded(tmp_path: Path, profile: Path, good: Path, monkeypatch: pytest.MonkeyPatch) -> Guarded:
    monkeypatch.chdir(tmp_path)
    return lambda: guard("promote", good, profile=str(profile), targets=["t"], store="store")


def test_each_worker_has_its_part_and_no_more(guarded: Guarded, tmp_path: Path) -> None:
    with guarded() as run:
        one, two = run.subjects
        first, second = run.parts.give("first", [one]), run.parts.give("second", [two])
        assert run.parts.states == {"first": "waiting", "second": "waiting"}
        with work_on(first) as permit:
            assert permit.subjects == (one,) and permit.targets == run.targets and permit.run == run.id
            build(permit, tmp_path / "first")
            other = next(path for path in run.inputs.of(two) if path not in run.inputs.of(one))
            with pytest.raises(PermitMismatch, match="was not judged"):
                permit.open(other)
            assert run.parts.states["first"] == "running"
            permit.record_receipt({"outputs": ["first"]})
        assert json.loads(first.with_suffix(".receipt.json").read_bytes()) == {"outputs": ["first"]}
        with pytest.raises(PermitMismatch, match="can't be used any more"):
            build(permit, tmp_path / "late")
        with pytest.raises(PermitInvalid, match="already used"), work_on(first):
            pytest.fail("a part is done once")
        with pytest.raises(PermitInvalid, match="finished already"):
            run.parts.give("first", [one])
        with work_on(second) as permit:
            build(permit, tmp_path / "second")
        run.record_receipt({"outputs": ["first", "second"]})
    assert not (tmp_path / "late").exists()
    with pytest.raises(PermitMismatch, match="its run is over"), work_on(first):
        pytest.fail("the run is over")


def test_a_worker_that_dies_costs_its_part(guarded: Guarded, tmp_path: Path) -> None:
    with guarded() as run:
        part = run.parts.give("all", run.subjects)
        script = (
            "import pathlib, sys, time\nfrom kfm_gates import work_on\n"
            "with work_on(sys.argv[1]):\n    pathlib.Path('working').touch()\n    time.sleep(600)\n"
        )
        worker = subprocess.Popen([sys.executable, "-c", script, str(part)], cwd=tmp_path)
        while not (tmp_path / "working").exists():
            assert worker.poll() is None
            time.sleep(0.02)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        assert run.parts.states == {"all": "running"} and run.parts.unfinished == ("all",)
        with work_on(run.parts.give_again("all")) as permit:
            build(permit, tmp_path / "built")
        assert run.parts.unfinished == ()
        run.record_receipt({"outputs": ["built"]})


def test_a_worker_that_only_seemed_dead_is_refused(guarded: Guarded, tmp_path: Path) -> None:
    with guarded() as run:
        with (
            pytest.raises(PermitInvalid, match="revoked"),
            work_on(run.parts.give("p", run.subjects)) as slow,
        ):
            with work_on(run.parts.give_again("p")) as quick:
                build(quick, tmp_path / "built")
            with pytest.raises(PermitInvalid, match="revoked"):
                build(slow, tmp_path / "late")
        run.record_receipt({"outputs": ["built"]})
    assert not (tmp_path / "late").exists()


def test_an_exception_leaves_the_part_open_and_the_run_fails_with_it(
    guarded: Guarded, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="not every part is finished: p"), guarded() as run:
        with pytest.raises(ValueError), work_on(run.parts.give("p", run.subjects)):
            raise ValueError("no")
        run.record_receipt({"outputs": []})
    with pytest.raises(RunUnsettled, match="not every part is finished"), guarded():
        pytest.fail("the next run waits")


def test_a_worker_of_a_settled_run_is_refused(guarded: Guarded, tmp_path: Path) -> None:
    """The coordinator was killed: its run is in the log as begun, and somebody settles it."""
    script = (
        "import os, signal, sys\nfrom kfm_gates import guard\n"
        "with guard('promote', sys.argv[1], profile='acme.toml', targets=['t'], store='store') as run:\n"
        "    print(run.id, run.parts.give('p', run.subjects), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    from tests.support.running import KANSAS

    done = subprocess.run(
        [sys.executable, "-c", script, str(KANSAS)], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    run, part = done.stdout.split()
    settle(tmp_path / "store", run, "repaired", "example:engineer", "nothing was written")
    with pytest.raises(PermitInvalid), work_on(part):
        pytest.fail("the run is settled")


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (lambda file: file.write_text(file.read_text().replace('"p"', '"q"')), "none that was narrowed"),
        (lambda file: shutil.copy(file.parent.parent / "permit.json", file), "is for no part|whole|part"),
        (lambda file: file.unlink(), "can't be read"),
    ],
    ids=["its name is edited", "the run's own permit", "it is gone"],
)
def test_a_forged_part_is_refused(guarded: Guarded, forge: Callable[[Path], Any], said: str) -> None:
    with pytest.raises(UsageError, match="not every part"), guarded() as run:
        file = run.parts.give("p", run.subjects)
        forge(file)
        with pytest.raises(PermitInvalid, match=said), work_on(file):
            pytest.fail("a forged permit is no permit")


def test_a_part_needs_subjects_of_the_run(guarded: Guarded, tmp_path: Path) -> None:
    with guarded() as run:
        assert run.parts.names == () and run.parts.states == {} and run.parts.unfinished == ()
        with pytest.raises(UsageError, match="name its subjects"):
            run.parts.give("p")
        with pytest.raises(PermitMismatch):
            run.parts.give("p", ["rivers/2026.00000000.00000000"])
        run.record_receipt({"outputs": []})
    with pytest.raises(PermitMismatch, match="no permit for a part"), work_on(tmp_path / "permit.json"):
        pytest.fail("that is no part")
