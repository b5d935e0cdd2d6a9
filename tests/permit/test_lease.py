"""Leases, held and lost by real processes."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kfm_gates.errors import EngineError, LeaseHeld, UsageError
from kfm_gates.permit.lease import MOST, holder_of, refuse_names, take

HOLD = """\
import sys, time
from pathlib import Path
from kfm_gates.permit.lease import take
leases = take(Path(sys.argv[1]), sys.argv[2].split(','), 'other')
print('held', flush=True)
sys.stdin.read()
leases.end()
"""

PARENT = """\
import subprocess, sys
from pathlib import Path
from kfm_gates.permit.lease import take
leases = take(Path(sys.argv[1]), ['tiles:a'], 'launcher')
child = subprocess.Popen(['cat'], stdin=sys.stdin, pass_fds=leases.fds)
print('held', flush=True)
child.wait()
"""


Hold = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Hold]:
    """Start processes that say `held` and hold until their input ends; all are gone in the end."""
    with contextlib.ExitStack() as stack:

        def start(targets: str, program: str = HOLD) -> subprocess.Popen[str]:
            words = [sys.executable, "-c", program, str(tmp_path), targets]
            process = stack.enter_context(
                subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            stack.callback(process.kill)
            assert process.stdout is not None and process.stdout.readline() == "held\n"
            return process

        yield start


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate("")


def test_a_held_target_is_refused_and_the_holder_named(tmp_path: Path, hold: Hold) -> None:
    other = hold("tiles:a")
    with pytest.raises(LeaseHeld) as refused:
        take(tmp_path, ["tiles:a"], "mine")
    said = str(refused.value)
    assert refused.value.exit_code == 75
    assert said.startswith("the target tiles:a is held by the run other (process ")
    assert f"process {other.pid} of " in said and "s ago)" in said and "\n" not in said
    assert holder_of(tmp_path, "tiles:a") is not None
    finish(other)
    assert holder_of(tmp_path, "tiles:a") is None
    take(tmp_path, ["tiles:a"], "mine").end()


def test_all_targets_or_none(tmp_path: Path, hold: Hold) -> None:
    other = hold("b")
    with pytest.raises(LeaseHeld):
        take(tmp_path, ["c", "b", "a"], "mine")
    for free in "a", "c":
        assert holder_of(tmp_path, free) is None
        again = take(tmp_path, [free], "next")
        assert again.former == ()
        again.end()
    finish(other)


def test_two_runs_with_crossed_targets_do_not_wait_for_each_other(tmp_path: Path) -> None:
    first = take(tmp_path, ["b", "a"], "first")
    assert first.targets == ("a", "b")
    with pytest.raises(LeaseHeld):
        take(tmp_path, ["b", "c"], "second")
    first.end()
    take(tmp_path, ["b", "c"], "second").end()


def test_the_lease_of_one_that_died_is_free_and_its_holder_named(tmp_path: Path, hold: Hold) -> None:
    other = hold("tiles:a")
    other.kill()
    other.wait()
    leases = take(tmp_path, ["tiles:a"], "mine")
    ((target, former),) = leases.former
    assert (target, former.run, former.pid, former.ended) == ("tiles:a", "other", other.pid, None)
    leases.end()
    again = take(tmp_path, ["tiles:a"], "next")
    assert again.former == ()
    again.end()


def test_one_that_died_is_still_known_after_a_refusal(tmp_path: Path, hold: Hold) -> None:
    dead = hold("a")
    dead.kill()
    dead.wait()
    other = hold("b")
    with pytest.raises(LeaseHeld):
        take(tmp_path, ["a", "b"], "mine")
    leases = take(tmp_path, ["a"], "next")
    assert [former.run for _, former in leases.former] == ["other"]
    leases.end()
    finish(other)


def test_the_lease_lives_as_long_as_the_builder_also_when_the_launcher_was_killed(
    tmp_path: Path, hold: Hold
) -> None:
    launcher = hold("", PARENT)
    launcher.kill()
    launcher.wait()
    with pytest.raises(LeaseHeld, match="the run launcher"):
        take(tmp_path, ["tiles:a"], "mine")
    assert launcher.stdin is not None
    launcher.stdin.close()  # the builder, `cat`, ends
    assert launcher.stdout is not None and launcher.stdout.read() == ""
    leases = take(tmp_path, ["tiles:a"], "mine")
    assert [former.run for _, former in leases.former] == ["launcher"]
    leases.end()


def test_the_nonce_stands_beside_the_lock(tmp_path: Path) -> None:
    leases = take(tmp_path, ["tiles:a"], "mine")
    leases.name("ab" * 16)
    (note,) = (tmp_path / "leases").glob("*.json")
    written = json.loads(note.read_bytes())
    assert (written["target"], written["nonce"], written["ended"]) == ("tiles:a", "ab" * 16, None)
    with pytest.raises(LeaseHeld, match="nonce abab"):
        take(tmp_path, ["tiles:a"], "other")
    leases.end()
    assert json.loads(note.read_bytes())["ended"] is not None


def test_what_a_run_left_behind_is_said(tmp_path: Path) -> None:
    leases = take(tmp_path, ["tiles:a"], "mine")
    kept = os.dup(leases.fds[0])  # what a process that it left behind has inherited
    leases.end()
    with pytest.raises(LeaseHeld, match="still held by a process that the run mine left behind"):
        take(tmp_path, ["tiles:a"], "other")
    os.close(kept)
    take(tmp_path, ["tiles:a"], "other").end()


def test_locks_that_hold_nobody_off_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="locks hold nobody off on this file system"):
        take(tmp_path, ["tiles:a"], "mine", lock=lambda handle, how: None)


def test_a_file_system_without_locks_is_refused(tmp_path: Path) -> None:
    def none(handle: int, how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with pytest.raises(EngineError, match="No locks available; put the store on a local disk"):
        take(tmp_path, ["tiles:a"], "mine", lock=none)


def test_a_lock_file_that_is_replaced_meanwhile_is_refused(tmp_path: Path) -> None:
    def replaced(handle: int, how: int) -> None:
        fcntl.flock(handle, how)
        (path,) = (tmp_path / "leases").glob("*.lock")
        path.unlink()

    with pytest.raises(LeaseHeld, match="was replaced while it was being locked"):
        take(tmp_path, ["tiles:a"], "mine", lock=replaced)


def test_a_link_in_place_of_a_lock_is_refused(tmp_path: Path) -> None:
    take(tmp_path, ["tiles:a"], "mine").end()
    (path,) = (tmp_path / "leases").glob("*.lock")
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="the lease can't be opened"):
        take(tmp_path, ["tiles:a"], "mine")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff", b'{"run": 1}', b"[" * 20000])
def test_a_holder_that_can_not_be_read_counts_as_one_that_died(tmp_path: Path, text: bytes) -> None:
    take(tmp_path, ["tiles:a"], "mine").end()
    (note,) = (tmp_path / "leases").glob("*.json")
    note.write_bytes(text)
    leases = take(tmp_path, ["tiles:a"], "mine")
    assert [former.run for _, former in leases.former] == ["unknown"]
    leases.end()


@pytest.mark.parametrize("name", ["", "-a", "a b", "a\n", "ä", "a" * 201, "../x"])
def test_what_is_no_name_of_a_target_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no name of a target"):
        take(tmp_path, [name], "mine")


def test_too_many_targets_are_refused() -> None:
    with pytest.raises(UsageError, match=f"at most {MOST} targets"):
        refuse_names(f"t{n}" for n in range(MOST + 1))


def test_of_many_at_once_one_wins(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom kfm_gates.errors import LeaseHeld\n"
        "from kfm_gates.permit.lease import take\nprint('ready', flush=True)\nsys.stdin.readline()\n"
        "try:\n    take(Path(sys.argv[1]), ['a', 'b'], sys.argv[2])\nexcept LeaseHeld:\n    print('refused', flush=True)\n"
        "else:\n    print('won', flush=True)\nsys.stdin.read()\n"
    )
    with contextlib.ExitStack() as stack:
        many = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", program, str(tmp_path), f"run{n}"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for n in range(4)
        ]
        for each in many:
            assert each.stdout is not None and each.stdout.readline() == "ready\n"
        for each in many:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        said = [each.stdout.readline() for each in many if each.stdout is not None]
        for each in many:
            each.communicate()
    assert sorted(said) == ["refused\n"] * 3 + ["won\n"]


def test_a_stopped_holder_still_holds(tmp_path: Path, hold: Hold) -> None:
    other = hold("tiles:a")
    other.send_signal(signal.SIGSTOP)
    with pytest.raises(LeaseHeld):
        take(tmp_path, ["tiles:a"], "mine")
    other.send_signal(signal.SIGCONT)
    finish(other)
