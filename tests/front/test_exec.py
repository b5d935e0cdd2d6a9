"""`kfm-gates exec` as a user meets it: real gates, real commands, real signals."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import LeaseHeld
from kfm_gates.permit.lease import holder_of, take
from kfm_gates.permit.run_log import RunLog
from tests.support.processes import await_below
from tests.support.running import MAIN, Ran, environment
from tests.support.signing import Issuer

pytestmark = pytest.mark.slow  # real processes, each with a judge of its own

Cli = Callable[..., Ran]
PROMOTE = ("exec", "--profile", "acme.toml", "--operation", "promote")
TARGET = "promote:kansas-counties"
BUILD = 'echo built >> marker; echo "{}" > "$KFM_GATES_RECEIPT"'


def log(folder: Path) -> list[dict[str, Any]]:
    path = folder / ".kfm-gates" / "store" / "runs.jsonl"
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def kinds(folder: Path) -> list[str]:
    return [line["kind"] for line in log(folder)]


@contextlib.contextmanager
def started(
    folder: Path, *words: str | Path, ready: str = "ready", **more: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A launcher whose command has made the file `ready`."""
    called = [sys.executable, "-P", "-c", MAIN, *map(str, words)]
    with subprocess.Popen(called, cwd=folder, env=environment(), **more) as process:
        try:
            while not (folder / ready).exists():
                assert process.poll() is None, process.returncode
                time.sleep(0.01)
            yield process
        finally:
            process.kill()


def test_an_open_gate_runs_the_command_and_closes_the_run(cli: Cli, good: Path, tmp_path: Path) -> None:
    ran = cli(*PROMOTE, good, "--", "sh", "-c", f"{BUILD}; env; echo said >&2")
    assert ran.code == 0, ran.said
    assert ran.err == "said\n"
    assert (tmp_path / "marker").read_text() == "built\n"
    assert kinds(tmp_path) == ["admitted", "started", "closed"]
    admitted, begun, closed = log(tmp_path)
    assert admitted["targets"] == [TARGET] and admitted["root"] == str(good)
    assert begun["program"] == "sh"
    assert (closed["outcome"], closed["exit_code"], closed["signal"]) == ("succeeded", 0, None)
    env = dict(line.split("=", 1) for line in ran.out.splitlines() if line.startswith("KFM_GATES_"))
    folder = tmp_path / ".kfm-gates" / "store" / "runs" / admitted["run"]
    assert env == {
        "KFM_GATES_PERMIT": str(folder / "permit.json"),
        "KFM_GATES_RECEIPT": str(folder / "receipt.json"),
        "KFM_GATES_RUN": admitted["run"],
    }
    assert closed["receipt"]["path"] == str(folder / "receipt.json")
    assert json.loads((folder / "permit.json").read_bytes())["nonce"] == admitted["nonce"]
    assert (tmp_path / ".kfm-gates" / "store" / "consumed" / f"{admitted['nonce']}.json").is_file()


def test_a_denial_runs_nothing(cli: Cli, denied: Path, tmp_path: Path) -> None:
    ran = cli(*PROMOTE, denied, "--record", "record", "--", "sh", "-c", BUILD)
    assert ran.code == 126, ran.said
    assert not (tmp_path / "marker").exists() and kinds(tmp_path) == []
    assert ran.out == ""
    assert "DENY acme.label" in ran.err and "exit code: 126" in ran.err
    assert ran.err.endswith("kfm-gates: the gates did not open (DENY); nothing ran\n")
    assert (tmp_path / "record" / "decision.json").is_file()
    assert not list(tmp_path.rglob("permit.json"))
    assert holder_of(tmp_path / ".kfm-gates" / "store", TARGET) is None


def test_one_byte_of_evidence_changed_runs_nothing(tmp_path: Path, denied: Path, cli: Cli) -> None:
    """With the profile that is built in, on the example dataset."""
    manifest = sorted((denied / "release" / "manifests" / "kansas-counties").iterdir())[0]
    manifest.write_bytes(manifest.read_bytes().replace(b"internal", b"public"))
    artifact = next(path for path in denied.rglob("*.parquet"))
    data = bytearray(artifact.read_bytes())
    data[len(data) // 2] ^= 1
    artifact.write_bytes(data)
    ran = cli("exec", "--operation", "promote", denied, "--", "sh", "-c", BUILD)
    assert ran.code == 126, ran.said
    assert not (tmp_path / "marker").exists() and kinds(tmp_path) == []


def test_the_commands_own_code_is_passed_on_and_the_target_waits(cli: Cli, go: Cli, tmp_path: Path) -> None:
    ran = go("--", "sh", "-c", f"{BUILD}; exit 7")
    assert ran.code == 7, ran.said
    run = log(tmp_path)[0]["run"]
    assert ran.err == (
        f"kfm-gates: the run {run} failed: the command ended with 7; {TARGET} waits until its repair or rollback is "
        f"recorded: kfm-gates runs settle {run} --as repaired --by … --reason …\n"
    )
    closed = log(tmp_path)[-1]
    assert (closed["outcome"], closed["reason"], closed["exit_code"]) == ("failed", "exit", 7)
    assert closed["receipt"]["digest"].startswith("sha256:")

    again = go("--", "sh", "-c", BUILD)
    assert again.code == 126 and f"the run {run} (promote of {TARGET}) failed" in again.err, again.said
    assert (tmp_path / "marker").read_text() == "built\n"
    other = go("--target", "tiles:other", "--", "sh", "-c", BUILD)
    assert other.code == 0, other.said

    (tmp_path / "repair.json").write_text('{"repaired": true}')
    words = (
        "--as",
        "repaired",
        "--by",
        "steward@example.org",
        "--reason",
        "built anew",
        "--receipt",
        "repair.json",
    )
    settled = cli("runs", "settle", run, *words)
    assert (settled.code, settled.out) == (0, f"the run {run} is settled as repaired\n"), settled.said
    assert cli("runs", "settle", run, *words).code == 2
    assert go("--", "sh", "-c", BUILD).code == 0
    listed = cli("runs")
    assert "settled as repaired by steward@example.org: built anew\n" in listed.out, listed.said
    assert [each["state"] for each in json.loads(cli("runs", "--format", "json").out)] == [
        "settled",
        "succeeded",
        "succeeded",
    ]


@pytest.mark.parametrize(
    ("command", "reason", "said"),
    [
        ("true", "no_receipt", "no receipt was written to"),
        ("echo '[]' > $KFM_GATES_RECEIPT", "receipt_refused", "the receipt is no JSON object"),
        ("echo '{' > $KFM_GATES_RECEIPT", "receipt_refused", "this is not JSON"),
        ('echo \'{"a":1,"a":2}\' > $KFM_GATES_RECEIPT', "receipt_refused", "appears twice"),
        (": > $KFM_GATES_RECEIPT", "receipt_refused", "the file is empty"),
        ("mkdir $KFM_GATES_RECEIPT", "receipt_refused", "is no regular file"),
        ("mkfifo $KFM_GATES_RECEIPT", "receipt_refused", "is no regular file"),
        ("ln -s /etc/hostname $KFM_GATES_RECEIPT", "receipt_refused", "can't be read"),
    ],
)
def test_without_a_receipt_it_failed(go: Cli, tmp_path: Path, command: str, reason: str, said: str) -> None:
    ran = go("--", "sh", "-c", command)
    assert ran.code == 125, ran.said
    assert "the command ended with 0, but " in ran.err and said in ran.err and ran.err.count("\n") == 1
    assert (log(tmp_path)[-1]["outcome"], log(tmp_path)[-1]["reason"]) == ("failed", reason)


def test_a_receipt_where_the_caller_wants_it(go: Cli, tmp_path: Path) -> None:
    ran = go("--receipt", "out.json", "--", "sh", "-c", BUILD)
    assert ran.code == 0, ran.said
    assert log(tmp_path)[-1]["receipt"]["path"] == "out.json"
    again = go("--receipt", "out.json", "--", "sh", "-c", BUILD)
    assert again.code == 125 and "out.json: is there already" in again.err, again.said
    assert (tmp_path / "marker").read_text() == "built\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 125, "required: --operation"),
        (("--operation", "promote"), 125, "no command was given; write it after `--`"),
        (("--operation", "promote", "root", "--"), 125, "no command was given"),
        (("--operation", "promote", "--bogus", "--", "true"), 125, "unrecognized arguments: --bogus"),
        (("--operation", "promote", "nowhere", "--", "true"), 125, "nowhere: there is no such file"),
        (("--operation", "promote", "root", "--", "true"), 126, "no dataset version was found"),
        (("--operation", "promote", "--target", "a", "root", "--", "true"), 126, "no dataset version was found"),
        (("--operation", "build", "GOOD", "--", "true"), 125, "for the operation 'promote', not 'build'"),
        (("--operation", "cutover", "GOOD", "--", "true"), 125, "a cutover needs --expect-pack"),
        (("--operation", "promote", "--target", "a b", "GOOD", "--", "true"), 125, "no name of a target"),
        (("--operation", "promote", "--store", "root/store", "root", "--", "true"), 125, "inside the evidence"),
        (("--operation", "promote", "--record", "root/r", "--target", "a", "root", "--", "true"), 125, "inside the"),
        (("--operation", "promote", "--receipt", "no/such", "GOOD", "--", "true"), 125, "there is no such folder"),
        (("--operation", "promote", "--permit", "nowhere.json", "GOOD", "--", "true"), 126, "can't be read"),
        (("--operation", "promote", "GOOD", "--", "no-such-command"), 127, "no-such-command: command not found"),
        (("--operation", "promote", "GOOD", "--", "./acme.toml"), 127, "./acme.toml: can't be executed"),
        (("--operation", "promote", "GOOD", "--", "./root"), 127, "./root: can't be executed"),
        (("--operation", "promote", "GOOD", "--", ""), 127, "command not found"),
        (("--operation", "promote", "--expect-pack", "sha256:" + "0" * 64, "GOOD", "--", "true"), 126, "not the expected"),
        (("--operation", "promote", "--timeout", "0.01", "GOOD", "--", "true"), 125, "did not end within"),
    ],
)  # fmt: skip
def test_what_can_not_be_done_is_one_sentence(
    cli: Cli, good: Path, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    (tmp_path / "root").mkdir()
    ran = cli("exec", "--profile", "acme.toml", *(str(good) if each == "GOOD" else each for each in words))
    assert ran.code == code, ran.said
    assert ran.err.startswith("kfm-gates: ") and ran.err.count("\n") == 1 and said in ran.err, ran.said
    assert ran.out == "" and kinds(tmp_path) == []
    assert not list((tmp_path / "root").iterdir())


def test_what_the_system_can_not_execute_is_127_and_blocks_nothing(go: Cli, tmp_path: Path) -> None:
    script = tmp_path / "script"
    for text, said in (("#!/no/such/interpreter\n", "No such file"), ("hello\n", "does it begin with `#!`?")):
        script.write_text(text)
        script.chmod(0o755)
        ran = go("--", "./script")
        assert ran.code == 127 and said in ran.err and ran.err.count("\n") == 1, ran.said
        assert log(tmp_path)[-1]["outcome"] == "not_run"
    assert go("--", "sh", "-c", BUILD).code == 0


def test_a_second_launcher_is_75_and_the_builder_runs_once(
    cli: Cli, go: Cli, issuer: Issuer, good: Path, tmp_path: Path
) -> None:
    wait = 'echo built >> marker; touch ready; while test ! -e go; do sleep 0.05; done; echo "{}" > $KFM_GATES_RECEIPT'
    with started(tmp_path, "exec", *issuer.words(), good, "--", "sh", "-c", wait) as first:
        second = go("--", "sh", "-c", "echo twice >> marker")
        assert second.code == 75, second.said
        run = log(tmp_path)[0]
        assert f"the target {TARGET} is held by the run {run['run']} (process {first.pid} of " in second.err
        assert f"nonce {run['nonce']}" in second.err and second.err.count("\n") == 1
        assert "running" in cli("runs").out
        settle = ("runs", "settle", run["run"], "--as", "repaired", "--by", "me", "--reason", "it hangs")
        assert cli(*settle).code == 75
        (tmp_path / "go").touch()
        assert first.wait() == 0
    assert (tmp_path / "marker").read_text() == "built\n"
    assert kinds(tmp_path) == ["admitted", "started", "closed"]


def test_many_launchers_at_once_run_one_after_the_other_or_are_refused(
    good: Path, issuer: Issuer, tmp_path: Path
) -> None:
    command = (
        'mkdir only || exit 9; sleep 0.2; rmdir only; echo x >> marker; echo "{}" > "$KFM_GATES_RECEIPT"'
    )
    called = [sys.executable, "-P", "-c", MAIN, "exec", *issuer.words(), str(good), "--", "sh", "-c", command]
    many = [
        subprocess.Popen(called, cwd=tmp_path, stderr=subprocess.DEVNULL, env=environment()) for _ in range(4)
    ]
    codes = [each.wait() for each in many]
    assert set(codes) <= {0, 75} and 0 in codes
    assert (tmp_path / "marker").read_text() == "x\n" * codes.count(0)


def test_a_killed_launcher_leaves_the_lease_to_its_command(
    cli: Cli, go: Cli, issuer: Issuer, good: Path, tmp_path: Path
) -> None:
    store = tmp_path / ".kfm-gates" / "store"
    wait = "touch ready; while test ! -e go; do sleep 0.05; done; touch done"
    with started(tmp_path, "exec", *issuer.words(), good, "--", "sh", "-c", wait) as first:
        first.kill()
        first.wait()
        assert go("--", "true").code == 75
        (tmp_path / "go").touch()
    until = time.monotonic() + 20
    while holder_of(store, TARGET) is not None and time.monotonic() < until:
        time.sleep(0.02)
    run = log(tmp_path)[0]["run"]
    ran = go("--", "sh", "-c", BUILD)
    assert ran.code == 126 and "it began and was never closed" in ran.err, ran.said
    over = log(tmp_path)[-1]
    assert (over["kind"], over["run"], over["targets"], over["holder"]["pid"]) == (
        "taken_over",
        run,
        [TARGET],
        first.pid,
    )
    assert f"{run}  " in cli("runs").out and "died: it began" in cli("runs").out
    settled = cli("runs", "settle", run, "--as", "rolled-back", "--by", "me", "--reason", "removed the tiles")
    assert settled.code == 0, settled.said
    assert go("--", "sh", "-c", BUILD).code == 0


def test_a_command_that_leaves_a_process_behind_leaves_it_the_lease(go: Cli, tmp_path: Path) -> None:
    daemon = "(while test ! -e go; do sleep 0.05; done) >/dev/null 2>&1 &"
    ran = go("--", "sh", "-c", f"{BUILD}\n{daemon}")
    assert ran.code == 0, ran.said
    assert ran.err == f"kfm-gates: a process that the command left behind still holds the lease of {TARGET}\n"
    again = go("--", "true")
    assert again.code == 75 and "still held by a process that the run" in again.err, again.said
    (tmp_path / "go").touch()
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with contextlib.suppress(LeaseHeld):
            take(tmp_path / ".kfm-gates" / "store", [TARGET], "looking").end()
            break
        time.sleep(0.02)
    assert go("--", "sh", "-c", BUILD).code == 0


TRAP = "trap 'echo {0} >> got; exit 3' {0}; touch ready; while :; do sleep 0.02; done"


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP", "USR1", "USR2", "QUIT", "WINCH"])
def test_signals_are_passed_on(issuer: Issuer, good: Path, tmp_path: Path, name: str) -> None:
    with started(tmp_path, "exec", *issuer.words(), good, "--", "sh", "-c", TRAP.format(name)) as launcher:
        launcher.send_signal(getattr(signal, f"SIG{name}"))
        assert launcher.wait(20) == 3
    assert (tmp_path / "got").read_text() == f"{name}\n"
    assert log(tmp_path)[-1]["exit_code"] == 3


def test_a_command_that_a_signal_ends_is_128_and_its_number(go: Cli, tmp_path: Path) -> None:
    for name in ("TERM", "KILL", "SEGV"):
        ran = go("--target", f"t:{name}", "--", "sh", "-c", f"kill -{name} $$")
        assert ran.code == 128 + getattr(signal, f"SIG{name}"), ran.said
        assert log(tmp_path)[-1]["signal"] == f"SIG{name}"


def test_the_command_finds_signals_as_a_shell_would_leave_them(go: Cli, tmp_path: Path) -> None:
    look = ("sh", "-c", f"{BUILD}; grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status")
    shown = go("--", *look)
    plain = subprocess.run(
        look, cwd=tmp_path, env={"KFM_GATES_RECEIPT": "x", **os.environ}, capture_output=True
    )
    assert shown.code == 0, shown.said
    assert shown.out == plain.stdout.decode()


def test_what_nohup_ignores_stays_ignored(go: Cli) -> None:
    command = ("sh", "-c", "grep ^SigIgn /proc/self/status; " + BUILD)
    ignored = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    ran = go("--", *command, before=(sys.executable, "-c", ignored))
    assert ran.code == 0, ran.said
    assert int(ran.out.split()[1], 16) & 1 << (signal.SIGHUP - 1)


def test_ctrl_c_on_a_terminal_reaches_the_command_once(good: Path, issuer: Issuer, tmp_path: Path) -> None:
    trap = "trap 'echo INT >> got' INT; touch ready; n=0; while test $n -lt 40; do sleep 0.05; n=$((n+1)); done; exit 4"
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execv(
            sys.executable,
            [sys.executable, "-P", "-c", MAIN, "exec", *issuer.words(), str(good), "--", "sh", "-c", trap],
        )
    try:
        while not (tmp_path / "ready").exists():
            time.sleep(0.02)
        os.write(terminal, b"\x03")
        while not (tmp_path / "got").exists():
            time.sleep(0.02)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 4
        assert (tmp_path / "got").read_text() == "INT\n"
    finally:
        os.close(terminal)


def test_a_signal_while_the_gates_are_judged_runs_nothing(good: Path, cli: Cli, tmp_path: Path) -> None:
    called = [sys.executable, "-P", "-c", MAIN, *PROMOTE, str(good), "--", "sh", "-c", BUILD]
    with subprocess.Popen(called, cwd=tmp_path, stderr=subprocess.PIPE, env=environment()) as launcher:
        await_below(launcher.pid, "kfm_gates.judge")
        launcher.send_signal(signal.SIGTERM)
        assert launcher.wait(20) == 143
        assert launcher.stderr is not None and launcher.stderr.read() == b"kfm-gates: stopped by signal 15\n"
    assert kinds(tmp_path) == [] and not (tmp_path / "marker").exists()
    assert cli(*PROMOTE, good, "--", "sh", "-c", BUILD).code == 0
    assert kinds(tmp_path) == ["admitted", "started", "closed"]


def test_the_callers_own_variables_are_not_passed_on(go: Cli) -> None:
    forged = {
        "KFM_GATES_PERMIT": "/forged",
        "KFM_GATES_INPUTS": "/forged",
        "KFM_GATES_X": "1",
        "OTHER": "kept",
    }
    ran = go("--", "sh", "-c", BUILD + "; env", env=forged)
    assert ran.code == 0 and "forged" not in ran.out and "KFM_GATES_X" not in ran.out, ran.said
    assert "OTHER=kept\n" in ran.out


def test_standard_input_and_arguments_reach_the_command_untouched(
    issuer: Issuer, good: Path, tmp_path: Path
) -> None:
    code = (
        "import sys, json, os; print(json.dumps(sys.argv[1:])); print(sys.stdin.read()); "
        "open(os.environ['KFM_GATES_RECEIPT'], 'w').write('{}')"
    )
    called = [
        sys.executable,
        "-P",
        "-c",
        MAIN,
        "exec",
        *issuer.words(),
        str(good),
        "--",
        sys.executable,
        "-c",
        code,
    ]
    done = subprocess.run(
        [*called, "--", "--operation", "-h", "", "ä b"],
        cwd=tmp_path,
        input=b"given\n",
        capture_output=True,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0]) == ["--", "--operation", "-h", "", "ä b"]
    assert done.stdout.endswith(b"given\n\n") and done.stderr == b""


def test_the_sealed_copy_has_the_judged_bytes_and_is_gone_afterwards(
    go: Cli, tmp_path: Path, good: Path
) -> None:
    compare = f'cd "$KFM_GATES_INPUTS" && find . -type f -exec cmp {{}} {good}/{{}} \\; -print'
    ran = go("--sealed", "--", "sh", "-c", f"({compare}) && {BUILD}")
    assert ran.code == 0, ran.said
    manifest = sorted(path.relative_to(good).as_posix() for path in good.glob("release/manifests/*/*.json"))[
        0
    ]
    assert f"./{manifest}\n" in ran.out and "differ" not in ran.out
    assert not list((tmp_path / ".kfm-gates" / "store").rglob("inputs"))


def test_a_permit_that_was_issued_before_is_used_once(cli: Cli, good: Path, tmp_path: Path) -> None:
    assert cli("check", good, "--profile", "acme.toml").code == 0
    given = ("--permit", ".kfm-gates/record/permit.json")
    ran = cli(*PROMOTE, *given, good, "--", "sh", "-c", BUILD)
    assert ran.code == 0, ran.said
    nonce = json.loads((tmp_path / ".kfm-gates" / "record" / "permit.json").read_bytes())["nonce"]
    assert log(tmp_path)[0]["nonce"] == nonce
    again = cli(*PROMOTE, *given, good, "--", "sh", "-c", BUILD)
    assert again.code == 126 and "was already used" in again.err, again.said
    assert (tmp_path / "marker").read_text() == "built\n"


def test_a_permit_for_other_bytes_runs_nothing(cli: Cli, denied: Path, good: Path, tmp_path: Path) -> None:
    assert cli("check", good, "--profile", "acme.toml").code == 0
    ran = cli(*PROMOTE, "--permit", ".kfm-gates/record/permit.json", denied, "--", "sh", "-c", BUILD)
    assert ran.code == 126, ran.said
    assert kinds(tmp_path) == [] and not (tmp_path / "marker").exists()


def test_a_store_of_another_is_not_believed(cli: Cli, good: Path) -> None:
    assert cli("check", good, "--profile", "acme.toml").code == 0
    words = ("--store", "elsewhere", "--permit", ".kfm-gates/record/permit.json")
    ran = cli(*PROMOTE, *words, good, "--", "sh", "-c", BUILD)
    assert ran.code == 126 and "the permit is for the store" in ran.err, ran.said


def test_an_edited_run_log_stops_everything(cli: Cli, go: Cli, tmp_path: Path) -> None:
    for _ in range(2):
        assert go("--", "sh", "-c", BUILD).code == 0
    path = tmp_path / ".kfm-gates" / "store" / "runs.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"program":"sh"', b'"program":"no"', 1))
    ran = go("--", "sh", "-c", BUILD)
    assert ran.code == 125 and "line 3 does not follow from the line above it" in ran.err, ran.said
    assert cli("runs").code == 3
    assert (tmp_path / "marker").read_text() == "built\n" * 2


LIMITED = (
    "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); "
    "os.execv(sys.argv[2], sys.argv[2:])"
)


@pytest.mark.parametrize(("room", "begun"), [(0, 0), (200, 0), (600, 0), (1000, 1)])
def test_a_run_log_without_room_stops_at_every_step(go: Cli, tmp_path: Path, room: int, begun: int) -> None:
    """No line of it is written in part, and nothing begins that could not be logged."""
    assert go("--", "sh", "-c", BUILD).code == 0
    store = tmp_path / ".kfm-gates" / "store"
    for _ in range(20):  # longer than any other file that is written, so that the limit meets no other
        RunLog(store).append("mended", "x", cut={"text": "x" * 100_000})
    size = (store / "runs.jsonl").stat().st_size
    ran = go("--", "sh", "-c", BUILD, before=(sys.executable, "-c", LIMITED, str(size + room)))
    assert ran.code == 125 and ran.err.count("\n") == 1, ran.said
    assert "the run log can't be written, so nothing goes on: File too large" in ran.err or "only " in ran.err
    assert (tmp_path / "marker").read_text() == "built\n" * (1 + begun)
    assert kinds(tmp_path).count("started") == 1 + begun
    after = go("--", "sh", "-c", BUILD)
    assert after.code == (126 if begun else 0), after.said
    assert [entry.seq for entry in RunLog(store).read()] == list(range(len(log(tmp_path))))


@pytest.mark.stores
@pytest.mark.parametrize("size", ["8k", "32k", "96k"])
def test_a_store_on_a_full_or_read_only_file_system(go: Cli, tmp_path: Path, size: str) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small file system can't be mounted here")
    words = ("--store", "small/store", "--", "sh", "-c", "echo again >> marker")
    try:
        ran = go(*words)
        assert ran.code == 125 and ran.err.startswith("kfm-gates: ") and "Traceback" not in ran.err, ran.said
        path = small / "store" / "runs.jsonl"
        begun = path.exists() and b'"kind":"started"' in path.read_bytes()
        assert begun or not (tmp_path / "marker").exists()
        before = (tmp_path / "marker").exists()
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        ran = go(*words)
        assert ran.code in (125, 126) and ran.err.count("\n") == 1, ran.said
        assert (tmp_path / "marker").exists() == before
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_it_holds_without_asserts(cli: Cli, denied: Path, good: Path, tmp_path: Path) -> None:
    assert cli(*PROMOTE, denied, "--", "sh", "-c", BUILD, env={"PYTHONOPTIMIZE": "2"}).code == 126
    assert not (tmp_path / "marker").exists()
    assert cli(*PROMOTE, good, "--", "sh", "-c", BUILD, env={"PYTHONOPTIMIZE": "2"}).code == 0


@pytest.mark.slow
def test_a_rollback_is_admitted_after_a_failure_and_settles_it(cli: Cli, good: Path, tmp_path: Path) -> None:
    profile = (tmp_path / "acme.toml").read_text()
    (tmp_path / "back.toml").write_text(profile.replace('operation = "promote"', 'operation = "rollback"'))
    target = ("--target", "tiles:kansas-counties")
    assert cli(*PROMOTE, *target, good, "--", "false").code == 1
    back = ("exec", "--profile", "back.toml", "--operation", "rollback", *target, good, "--", "sh", "-c")
    assert cli(*back, "exit 5").code == 5
    assert cli(*PROMOTE, *target, good, "--", "sh", "-c", BUILD).code == 126
    assert cli(*back, BUILD).code == 0
    assert kinds(tmp_path)[-2:] == ["settled", "settled"]
    assert {line["as"] for line in log(tmp_path) if line["kind"] == "settled"} == {"rolled-back"}
    assert cli(*PROMOTE, *target, good, "--", "sh", "-c", BUILD).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("runs",), "there is no permit store"),
        (("runs", "settle"), "required: RUN"),
        (("runs", "settle", "x", "--as", "fine", "--by", "me", "--reason", "r"), "invalid choice: 'fine'"),
        (("runs", "settle", "x", "--as", "repaired", "--by", "me"), "required: --reason"),
    ],
)
def test_runs_says_what_is_wrong(cli: Cli, words: tuple[str, ...], said: str) -> None:
    ran = cli(*words)
    assert ran.code == 2 and said in ran.err and ran.err.count("\n") == 1, ran.said


def test_a_run_is_settled_with_a_reason_or_not_at_all(cli: Cli, go: Cli, tmp_path: Path) -> None:
    assert go("--", "false").code == 1
    assert "no run" not in cli("runs", "--target", TARGET).out
    run = log(tmp_path)[0]["run"]
    full = {"--as": "repaired", "--by": "me", "--reason": "because"}
    for wrong, said in (
        ({"--reason": "  "}, "--reason: write"),
        ({"--by": ""}, "--by: write"),
        ({"--receipt": "nowhere.json"}, "no receipt was written to nowhere.json"),
    ):
        ran = cli("runs", "settle", run, *(word for pair in (full | wrong).items() for word in pair))
        assert ran.code == 2 and said in ran.err, ran.said
    assert cli("runs", "settle", "ffff", *(word for pair in full.items() for word in pair)).code == 2
    assert kinds(tmp_path) == ["admitted", "started", "closed"]
