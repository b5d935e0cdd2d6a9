from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kfm_gates import __version__
from tests.support.processes import await_below, command
from tests.support.running import MAIN, Ran

Cli = Callable[..., Ran]


def start(tmp_path: Path, *words: str | Path, **more: object) -> subprocess.Popen[bytes]:
    called = [sys.executable, "-P", "-c", MAIN, *map(str, words)]
    return subprocess.Popen(called, cwd=tmp_path, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload]


def test_an_open_run_ends_with_0_and_leaves_a_permit(cli: Cli, good: Path) -> None:
    ran = cli("check", good, "--profile", "acme.toml")
    assert ran.code == 0, ran.said
    assert ran.permit.is_file()
    assert "verdict:   PASS  acme for promote" in ran.out
    assert "permit:    .kfm-gates/record/permit.json\nexit code: 0\n" in ran.out


def test_a_denial_ends_with_1_and_says_why(cli: Cli, denied: Path) -> None:
    ran = cli("check", denied, "--profile", "acme.toml")
    assert ran.code == 1, ran.said
    assert not ran.permit.exists()
    assert "DENY acme.label  gate A naming, kansas-counties/" in ran.out
    assert "    at evidence/release/manifests/kansas-counties/" in ran.out
    assert "(/policy/policy_label)\n      reason:   is refused\n      found:    internal\n" in ran.out
    assert "    … and 1 check that waits for it: acme.waits\n" in ran.out
    assert "permit:    none: the gates did not open (DENY)\nexit code: 1\n" in ran.out
    assert ran.err == ""


def test_a_denial_takes_an_earlier_permit_away(cli: Cli, good: Path, denied: Path) -> None:
    assert cli("check", good, "--profile", "acme.toml").permit.is_file()
    assert not cli("check", denied, "--profile", "acme.toml").permit.exists()


def test_one_manifest_is_judged_alone(cli: Cli, denied: Path) -> None:
    bad, fine = sorted((denied / "release" / "manifests" / "kansas-counties").iterdir())
    assert cli("check", fine, "--profile", "acme.toml").code == 0
    assert cli("check", bad, "--profile", "acme.toml").code == 1
    assert cli("check", bad, fine, "--profile", "acme.toml").code == 1


def test_a_part_can_open_but_yields_no_permit(cli: Cli, denied: Path) -> None:
    for narrow in (("--gate", "B", "--check", "acme.quality"), ("--check", "acme.quality")):
        ran = cli("check", denied, "--profile", "acme.toml", *narrow)
        assert ran.code == 0, ran.said
        assert "partial:" in ran.out
        assert not ran.permit.exists()


def test_no_subject_is_5(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = cli("check", "empty", "--profile", "acme.toml")
    assert ran.code == 5, ran.said
    assert "nothing was judged" in ran.err


def test_json_is_the_predicate_that_is_recorded(cli: Cli, denied: Path) -> None:
    ran = cli("check", denied, "--profile", "acme.toml", "--format", "json")
    assert json.loads(ran.out) == ran.predicate


def test_two_reports_one_in_a_file(cli: Cli, denied: Path, tmp_path: Path) -> None:
    ran = cli("check", denied, "--profile", "acme.toml", "--format", "text", "--format", "json:out.json")
    assert "verdict:" in ran.out
    assert json.loads((tmp_path / "out.json").read_bytes()) == ran.predicate


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "COMMAND"),
        (("chek",), "invalid choice: 'chek'"),
        (("check", "--frmat", "text"), "unrecognized arguments: --frmat"),
        (("check", "--form", "text"), "unrecognized arguments: --form"),
        (("check", "nowhere"), "nowhere: there is no such file or folder"),
        (("check",), "no evidence was named"),
        (("check", ".", "--format", "xml"), "unknown format 'xml'"),
        (("check", ".", "--format", "json:"), "must name a file"),
        (("check", ".", "--format", "json:no/such/x"), "there is no folder no/such"),
        (("check", ".", "--format", "json", "--format", "text"), "same place"),
        (("check", ".", "--jobs", "0"), "must be a whole number from 1 on"),
        (("check", ".", "--timeout", "nan"), "must be a number of seconds above 0"),
        (("check", ".", "--profile", "nix"), "unknown profile 'nix'"),
        (("check", "root", "--profile", "acme.toml", "--check", "acme.labl"), "did you mean 'acme.label'"),
        (("check", "root", "--profile", "acme.toml", "--operation", "build"), "for the operation 'promote'"),
        (
            ("check", "root", "--profile", "acme.toml", "--record", "root/rec"),
            "can't lie inside the evidence",
        ),
        (("explain", "nix.nix"), "unknown check 'nix.nix'"),
        (("explain", "rights.licence"), "did you mean 'rights.license'"),
        (("seal", "nowhere"), "there is no such folder"),
        (("digest", "nowhere"), "nowhere: No such file"),
        (("spec-hash", "nowhere"), "the spec can't be read"),
        (("permit",), "ACTION"),
    ],
)
def test_a_usage_error_is_one_sentence_and_2(
    cli: Cli, words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "root").mkdir()
    ran = cli(*words)
    assert ran.code == 2, ran.said
    assert ran.out == ""
    assert ran.err.startswith("kfm-gates: ") and ran.err.count("\n") == 1
    assert sentence in ran.err


def test_an_unexpected_policy_pack_is_refused(cli: Cli, good: Path) -> None:
    ran = cli("check", good, "--profile", "acme.toml", "--expect-pack", "sha256:" + "0" * 64)
    assert ran.code == 1, ran.said
    assert "not the expected" in ran.err
    assert not ran.permit.exists()


def test_a_judge_that_takes_too_long_is_3(cli: Cli, good: Path) -> None:
    ran = cli("check", good, "--profile", "acme.toml", "--timeout", "0.05")
    assert ran.code == 3, ran.said
    assert "did not end within" in ran.err and "Traceback" not in ran.err


def test_a_check_that_passes_everything_is_3(cli: Cli, good: Path, tmp_path: Path) -> None:
    path = tmp_path / "pack" / "checks" / "acme" / "label.py"
    path.write_text(path.read_text().replace("if found in refused", "if False"))
    ran = cli("check", good, "--profile", "acme.toml")
    assert ran.code == 3, ran.said
    assert "does not deny a bad sample" in ran.err


def test_a_report_never_lands_in_the_evidence(cli: Cli, denied: Path) -> None:
    manifest = sorted((denied / "release" / "manifests" / "kansas-counties").iterdir())[0]
    before = manifest.read_bytes()
    ran = cli("check", denied, "--profile", "acme.toml", "--format", f"json:{manifest}")
    assert ran.code == 2, ran.said
    assert "can't lie inside the evidence root" in ran.err
    assert manifest.read_bytes() == before


def test_nobody_reads_the_report(tmp_path: Path, profile: Path, good: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = start(tmp_path, "check", good, "--profile", "acme.toml", stdout=writer)
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert b"Traceback" not in err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_report_that_can_not_be_written(tmp_path: Path, profile: Path, good: Path) -> None:
    with open("/dev/full", "wb") as full:
        process = start(tmp_path, "check", good, "--profile", "acme.toml", stdout=full)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert b"No space left" in err and b"Traceback" not in err


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_the_judge_too_and_is_never_0(
    tmp_path: Path, profile: Path, good: Path, number: int, code: int
) -> None:
    slow = tmp_path / "pack" / "checks" / "acme" / "label.py"
    slow.write_text(f"import time\ntime.sleep(60)\n{slow.read_text()}")
    process = start(tmp_path, "check", good, "--profile", "acme.toml", stdout=subprocess.PIPE)
    judge = await_below(process.pid, "kfm_gates.judge")
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == code, err
    assert b"Traceback" not in err
    end = time.monotonic() + 20  # one that was just being started ends by itself: nobody asks it anything
    while command(judge[0]) and time.monotonic() < end:
        time.sleep(0.05)
    assert not command(judge[0])
    assert not (tmp_path / ".kfm-gates" / "record" / "permit.json").exists()


def test_an_own_crash_is_3_without_a_traceback(tmp_path: Path) -> None:
    crash = (
        "import kfm_gates.front.commands.digest as d\n"
        "def run(*_): raise {}\n"
        "d.run = run\n"
        "import sys; from kfm_gates.front.cli import main; sys.exit(main(['digest', 'x']))"
    )
    for error in ("RuntimeError('boom')", "SystemExit(0)", "GeneratorExit()", "MemoryError()"):
        done = subprocess.run([sys.executable, "-c", crash.format(error)], capture_output=True, text=True)
        assert done.returncode == 3, error
        assert done.stderr.startswith("kfm-gates: failed unexpectedly") and "Traceback" not in done.stderr


def test_colour_on_a_terminal(tmp_path: Path, profile: Path, good: Path) -> None:
    ours, theirs = pty.openpty()
    words = ("check", good, "--profile", "acme.toml")
    process = start(tmp_path, *words, stdout=theirs, env={**os.environ, "TERM": "xterm-256color"})
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:
        pass
    os.close(ours)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"\x1b[32mPASS" in shown


def test_version_and_help(cli: Cli) -> None:
    assert cli("--version").out == f"kfm-gates {__version__}\n"
    assert "examples:" in cli("--help").out
    assert cli("check", "--help").code == 0


HEAVY = {"pydantic", "rich", "rdflib", "pyshacl", "yaml", "pathlib", "dataclasses", "subprocess", "json"}


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (["--version"], set()),
        (["--help"], set()),
        (["explain", "rights.license"], {"json"}),
        (["explain", "evidence.present"], {"json"}),
    ],
)
def test_what_must_be_instant_imports_nothing_heavy(words: list[str], allowed: set[str]) -> None:
    """Cold start is bought with imports: this holds whatever the machine's load is."""
    code = f"import sys; from kfm_gates.front.cli import main; main({words!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & (HEAVY - allowed)
    assert len(loaded) < 120


def test_judging_imports_no_engine_in_the_callers_process(tmp_path: Path, profile: Path, good: Path) -> None:
    words = ["check", str(good), "--profile", "acme.toml"]
    code = f"import sys; from kfm_gates.front.cli import main; main({words!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"pydantic", "rdflib", "pyshacl", "regorus", "pyarrow", "jsonschema_rs", "rich"}
