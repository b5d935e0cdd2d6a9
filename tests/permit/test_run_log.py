"""The run log: a chain that nobody can edit unseen, and that outlives a write that was cut off."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kfm_gates.errors import EngineError, UsageError
from kfm_gates.permit.run_log import RunLog

APPEND = """\
import sys
from pathlib import Path
from kfm_gates.permit.run_log import RunLog
log = RunLog(Path(sys.argv[1]))
for n in range(int(sys.argv[3])):
    log.append('admitted', sys.argv[2], targets=['a'], nonce=str(n))
"""


def filled(folder: Path, lines: int = 4) -> RunLog:
    log = RunLog(folder)
    for number in range(lines):
        log.append("admitted", f"run{number}", targets=["a"], nonce="00", operation="promote")
    return log


def test_lines_are_canonical_and_chained(tmp_path: Path) -> None:
    import hashlib

    import rfc8785

    log = filled(tmp_path)
    lines = log.path.read_bytes().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [0, 1, 2, 3]
    assert all(rfc8785.dumps(json.loads(line)) == line for line in lines)
    before = [None, *(f"sha256:{hashlib.sha256(line).hexdigest()}" for line in lines[:-1])]
    assert [json.loads(line)["prev"] for line in lines] == before
    assert [entry.run for entry in log.read()] == ["run0", "run1", "run2", "run3"]
    assert log.path.stat().st_mode & 0o777 == 0o600


def test_there_may_be_no_log_yet(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    log.mend("mine")
    assert log.read() == ()
    assert not log.path.exists()


def _swap(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], lines[3]]


CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a value edited": lambda lines: [lines[0], lines[1].replace(b"run1", b"runX"), *lines[2:]],
    "a line taken out": lambda lines: [lines[0], *lines[2:]],
    "the first line taken out": lambda lines: lines[1:],
    "a line twice": lambda lines: [lines[0], lines[1], *lines[1:]],
    "lines swapped": _swap,
    "an empty line": lambda lines: [lines[0], b"", *lines[1:]],
    "a space added": lambda lines: [lines[0], lines[1] + b" ", *lines[2:]],
    "no JSON": lambda lines: [*lines[:3], b"{"],
    "a list": lambda lines: [*lines[:3], b"[]"],
    "a key twice": lambda lines: [*lines[:3], lines[3].replace(b'"kind"', b'"run":"run3","kind"')],
    "another kind": lambda lines: [*lines[:3], lines[3].replace(b"admitted", b"permitted")],
    "a number for a run": lambda lines: [*lines[:3], lines[3].replace(b'"run3"', b"3")],
    "targets that are no list": lambda lines: [*lines[:3], lines[3].replace(b'["a"]', b'"a"')],
    "bytes that are no text": lambda lines: [*lines[:3], lines[3].replace(b"run3", b"\xff\xff")],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_was_changed_is_noticed(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    log = filled(tmp_path)
    log.path.write_bytes(b"".join(line + b"\n" for line in change(log.path.read_bytes().splitlines())))
    with pytest.raises(EngineError, match=r"runs\.jsonl: line \d .*; keep it for whoever looks into it"):
        log.read()


def test_every_edited_byte_is_noticed(tmp_path: Path) -> None:
    """But for the last line: of that only its own form and number can be seen."""
    log = filled(tmp_path, 3)
    whole = log.path.read_bytes()
    for at in range(whole.rindex(b"\n", 0, -1)):
        log.path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(EngineError):
            log.read()


@pytest.mark.parametrize("cut", [1, 2, 40, 120])
def test_a_write_that_was_cut_off_is_mended_and_that_is_recorded(tmp_path: Path, cut: int) -> None:
    log = filled(tmp_path)
    whole = log.path.read_bytes()
    log.path.write_bytes(whole[:-cut])
    assert [entry.run for entry in log.read()] == ["run0", "run1", "run2"]
    log.mend("mine")
    entries = log.read()
    assert [entry.kind for entry in entries] == ["admitted"] * 3 + ["mended"]
    torn = whole.splitlines(keepends=True)[-1][:-cut]
    assert entries[-1].run == "mine" and entries[-1].fields["cut"]["bytes"] == len(torn)
    log.mend("mine")
    assert len(log.read()) == 4


def test_an_append_mends_first(tmp_path: Path) -> None:
    log = filled(tmp_path, 1)
    with log.path.open("ab") as file:
        file.write(b"\0" * 5000)
    log.append("started", "run0", targets=["a"])
    assert [entry.kind for entry in log.read()] == ["admitted", "mended", "started"]


def test_a_log_of_which_the_first_write_was_cut_off_is_mended(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    log.path.write_bytes(b'{"ki')
    assert log.read() == ()
    log.append("admitted", "mine", targets=["a"])
    assert [(entry.seq, entry.kind) for entry in log.read()] == [(0, "mended"), (1, "admitted")]


def test_what_is_no_log_is_not_appended_to(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    for text in (b"hello\n", b"x" * 600_000, b"\n"):
        log.path.write_bytes(text)
        with pytest.raises(EngineError, match="last line"):
            log.append("admitted", "mine", targets=["a"])
        assert log.path.read_bytes() == text


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"")
    log = RunLog(tmp_path)
    log.path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="can't be read"):
        log.read()
    with pytest.raises(UsageError, match="can't be opened"):
        log.append("admitted", "mine", targets=["a"])
    assert (tmp_path / "elsewhere").read_bytes() == b""


def test_many_append_at_once(tmp_path: Path) -> None:
    many = [
        subprocess.Popen([sys.executable, "-c", APPEND, str(tmp_path), f"run{n}", "25"]) for n in range(4)
    ]
    assert [each.wait() for each in many] == [0] * 4
    entries = RunLog(tmp_path).read()
    assert [entry.seq for entry in entries] == list(range(100))
    for n in range(4):
        own = [entry.fields["nonce"] for entry in entries if entry.run == f"run{n}"]
        assert own == [str(k) for k in range(25)]


def test_killed_at_any_moment_the_chain_stays_whole(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    for round in range(4):
        process = subprocess.Popen([sys.executable, "-c", APPEND, str(tmp_path), f"run{round}", "100000"])
        size = log.path.stat().st_size if log.path.exists() else 0
        while not log.path.exists() or log.path.stat().st_size < size + 2000 * (round + 1):
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        log.mend("mine")
        entries = log.read()
        assert [entry.seq for entry in entries] == list(range(len(entries)))


def test_where_there_is_no_room_nothing_is_left_of_a_line(tmp_path: Path) -> None:
    log = filled(tmp_path)
    before = log.path.read_bytes()
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom kfm_gates.errors import EngineError\n"
        "from kfm_gates.permit.run_log import RunLog\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)\n"
        "try:\n    RunLog(Path(sys.argv[1])).append('admitted', 'mine', targets=['a'])\n"
        "except EngineError as error:\n    print(error)\n"
    )
    for room in (0, 1, 50):
        words = [sys.executable, "-c", code, str(tmp_path), str(len(before) + room)]
        said = subprocess.run(words, capture_output=True, text=True)
        assert "the run log can't be written, so nothing goes on" in said.stdout, said.stderr
        assert log.path.read_bytes() == before
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_what_is_not_surely_on_disk_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = filled(tmp_path)
    before = log.path.read_bytes()

    def fail(handle: int) -> None:
        raise OSError(5, os.strerror(5))

    monkeypatch.setattr("kfm_gates.permit.run_log.os.fsync", fail)
    with pytest.raises(EngineError, match="Input/output error"):
        log.append("started", "run3", targets=["a"])
    monkeypatch.undo()
    assert log.path.read_bytes() == before
    log.append("started", "run3", targets=["a"])
    assert len(log.read()) == 5


def test_a_line_may_be_as_long_as_many_targets_need(tmp_path: Path) -> None:
    from kfm_gates.permit.lease import MOST

    log = RunLog(tmp_path)
    targets = [f"{number:03}".ljust(200, "x") for number in range(MOST)]
    log.append("admitted", "mine", targets=targets)
    log.append("started", "mine", targets=targets)
    assert [entry.targets for entry in log.read()] == [tuple(targets)] * 2
    with pytest.raises(EngineError, match="can't be logged"):
        log.append("started", "mine", targets=["x" * 200_000])
