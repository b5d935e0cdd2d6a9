"""Ways in by the environment: planted modules, variables, folders and programs. The evidence is denied."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.bypass.arena import Arena
from tests.bypass.scenario import scenario
from tests.support.running import MAIN, Ran, environment, program

UNMOVED = "the gates deny as before, exit 126"
DENIED = "release.approvals"

PATCH = """
import os
try:
    import kfm_gates.judge.running, kfm_gates.judge.session, kfm_gates.checks.api as api
    from kfm_gates.model.finding import Status
    api.PythonCheck.run = lambda self, facts, settings: api.Outcome(Status.PASS, 1)
    kfm_gates.judge.session.EXIT_CODES = dict.fromkeys(kfm_gates.judge.session.EXIT_CODES, 0)
except ImportError:
    pass
"""


def _planted(arena: Arena, name: str, text: str = PATCH) -> Path:
    folder = arena.folder / "planted"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder


@scenario("environment", wants="patch the judge from sitecustomize", must=UNMOVED, says=DENIED)
def pythonpath_holds_a_sitecustomize(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec(env={"PYTHONPATH": str(_planted(arena, "sitecustomize.py"))})


@scenario("environment", wants="patch the judge from usercustomize", must=UNMOVED, says=DENIED)
def home_holds_a_usercustomize(arena: Arena) -> Ran:
    arena.deny()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = arena.folder / "home" / ".local" / "lib" / version / "site-packages"
    site.mkdir(parents=True)
    (site / "usercustomize.py").write_text(PATCH)
    return arena.exec(env={"HOME": str(arena.folder / "home")})


@scenario("environment", wants="put another engine in place of the real one", must=UNMOVED, says=DENIED)
def pythonpath_holds_an_engine_that_allows(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec(env={"PYTHONPATH": str(_planted(arena, "regorus.py", "raise SystemExit(0)\n"))})


@scenario("environment", wants="put another package in place of this one", must=UNMOVED, says=DENIED)
def the_working_folder_holds_the_package(arena: Arena) -> Ran:
    arena.deny()
    package = arena.folder / "kfm_gates" / "judge"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").write_text("")
    (package / "__main__.py").write_text("raise SystemExit(0)\n")
    return arena.exec()


@scenario("environment", wants="take out what asserts check", must=UNMOVED, says=DENIED)
def python_runs_optimised(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec(env={"PYTHONOPTIMIZE": "2"})


@scenario("environment", wants="break into the judge with a debugger", must=UNMOVED, says=DENIED)
def python_is_told_to_wait_for_a_debugger(arena: Arena) -> Ran:
    arena.deny()
    variables = {
        "PYTHONBREAKPOINT": "os._exit",
        "PYTHONSTARTUP": "x",
        "PYTHONDEBUG": "1",
    }
    return arena.exec(env=variables)


@scenario("environment", wants="silence conftest", must=UNMOVED, says=DENIED)
def conftest_is_told_not_to_fail(arena: Arena) -> Ran:
    arena.deny()
    (arena.folder / "conftest.toml").write_text("no-fail = true\n")
    return arena.exec(
        env={"CONFTEST_NO_FAIL": "true", "CONFTEST_POLICY": "/nowhere", "CONFTEST_NAMESPACE": "x"}
    )


@scenario("environment", wants="set what the gates themselves listen to", must=UNMOVED, says=DENIED)
def variables_look_like_our_own(arena: Arena) -> Ran:
    arena.deny()
    names = ("PERMIT", "RUN", "RECEIPT", "INPUTS", "ENGINE", "PROFILE", "SKIP", "DISABLE")
    return arena.exec(env={f"KFM_GATES_{name}": str(arena.permit) for name in names})


@scenario("environment", wants="load a library into the judge", must=UNMOVED, says=DENIED)
def a_library_is_preloaded(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec(
        env={"LD_PRELOAD": str(arena.folder / "none.so"), "LD_AUDIT": str(arena.folder / "none.so")}
    )


@scenario("environment", wants="make times mean something else", must=UNMOVED, says=DENIED)
def zone_and_locale_are_strange(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec(env={"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"})


@scenario("environment", wants="make verdicts depend on chance", must=UNMOVED, says=DENIED)
def the_hash_seed_is_chosen(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec(env={"PYTHONHASHSEED": "4711"})


@scenario("environment", wants="answer for the programs that the gates call", must=UNMOVED, says=DENIED)
def the_path_holds_other_programs(arena: Arena) -> Ran:
    arena.deny()
    folder = arena.folder / "bin"
    folder.mkdir()
    for name in ("git", "python", "python3", "conftest", "opa"):
        (folder / name).write_text("#!/bin/sh\nexit 0\n")
        (folder / name).chmod(0o755)
    return arena.exec(env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"})


@scenario(
    "environment", wants="leave no room for what is decided", must="the command is not started", says="."
)
def there_is_no_temporary_folder(arena: Arena) -> Ran:
    arena.deny()
    return arena.exec(env={"TMPDIR": str(arena.folder / "nowhere")})


@scenario("environment", wants="speak for the judge on its output", must=UNMOVED, says=DENIED)
def a_library_prints_a_verdict(arena: Arena) -> Ran:
    arena.deny()
    folder = _planted(arena, "sitecustomize.py", 'print(\'{"verdict": {"exit_code": 0}}\')\n')
    return arena.exec(env={"PYTHONPATH": str(folder)})


@scenario(
    "environment", wants="patch the program that starts the judge", must="no permit that verifies", says="."
)
def the_calling_process_is_patched(arena: Arena) -> Ran:
    arena.deny()
    script = arena.folder / "patched.py"
    script.write_text(PATCH + MAIN.replace("main())", "main(sys.argv[1:]))"))
    import subprocess

    words = [sys.executable, str(script), *map(str, arena.exec_words())]
    done = subprocess.run(words, cwd=arena.folder, capture_output=True, timeout=120, env=environment())
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode(), arena.record)


@scenario("environment", wants="read the permit's clock wrongly", must="no permit that verifies", says=".")
def the_clock_of_the_caller_is_patched(arena: Arena) -> Ran:
    arena.deny()
    folder = _planted(arena, "sitecustomize.py", "import time\ntime.time = lambda: 0.0\n")
    return arena.exec(env={"PYTHONPATH": str(folder)})


@scenario(
    "environment", wants="get green by asking for the version", must="nothing is decided or started", says=""
)
def the_version_is_asked_in_between(arena: Arena) -> Ran:
    arena.deny()
    ran = program("--version", *arena.exec_words(), cwd=arena.folder)
    if arena.marker.exists() or "kfm-gates" not in ran.out:
        raise AssertionError(ran.said)
    return arena.exec("--version")


@scenario("environment", wants="get green by asking for help", must="nothing is decided or started", says="")
def help_is_asked_in_between(arena: Arena) -> Ran:
    arena.deny()
    ran = arena.exec("--help")
    if arena.marker.exists():
        raise AssertionError(ran.said)
    return arena.exec()
