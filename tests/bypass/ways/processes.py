"""Ways in by ending, racing or repeating processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.bypass.arena import Arena
from tests.bypass.scenario import scenario
from tests.support.processes import await_below
from tests.support.running import Ran

JUDGE = "kfm_gates.judge"


def _ended(arena: Arena, process: object) -> Ran:
    import subprocess

    if not isinstance(process, subprocess.Popen):
        raise TypeError(process)
    code = process.wait(timeout=60)
    return Ran(code, "", "", arena.folder / "again")


@scenario("processes", wants="kill the judge and go on", must="exit 125, nothing started, no permit", says="")
def the_judge_is_killed(arena: Arena) -> Ran:
    process = arena.started(*arena.exec_words())
    os.kill(await_below(process.pid, JUDGE)[0], signal.SIGKILL)
    return _ended(arena, process)


@scenario("processes", wants="kill an engine and go on", must="exit 125 or 126, nothing started", says="")
def the_engines_are_killed(arena: Arena) -> Ran:
    process = arena.started(*arena.exec_words())
    for pid in await_below(process.pid, "worker_main"):
        os.kill(pid, signal.SIGKILL)
    return _ended(arena, process)


@scenario(
    "processes", wants="leave a judge that issues later", must="nothing started, no permit used", says=""
)
def the_launcher_is_killed_while_judging(arena: Arena) -> Ran:
    process = arena.started(*arena.exec_words())
    judge = await_below(process.pid, JUDGE)[0]
    os.kill(process.pid, signal.SIGKILL)
    ran = _ended(arena, process)
    for _ in range(600):
        if not Path(f"/proc/{judge}").exists():
            break
        time.sleep(0.05)
    return ran


@scenario("processes", wants="interrupt the gates and go on", must="nothing started", says="")
def the_launcher_is_interrupted(arena: Arena) -> Ran:
    process = arena.started(*arena.exec_words())
    await_below(process.pid, JUDGE)
    os.kill(process.pid, signal.SIGINT)
    return _ended(arena, process)


@scenario(
    "processes", wants="end the gates by a time limit and go on", must="exit 125", says="did not end within"
)
def the_time_is_too_short(arena: Arena) -> Ran:
    return arena.exec("--timeout", "0.05")


@scenario(
    "processes", wants="swap a file while it is judged", must="exit 125 or 126, nothing started", says=""
)
def a_file_changes_while_judging(arena: Arena) -> Ran:
    from tests.support.trees import file_of

    path = file_of(arena.evidence, "artifact", ending=".parquet")
    process = arena.started(*arena.exec_words())
    await_below(process.pid, "worker_main")
    data = path.read_bytes()
    while process.poll() is None:  # never the same bytes for long
        path.write_bytes(data + b"x")
        path.write_bytes(data)
    path.write_bytes(data + b"x")
    return _ended(arena, process)


@scenario(
    "processes", wants="build twice at once into one target", must="one waits: exit 75", says="held|lease"
)
def another_launcher_holds_the_target(arena: Arena) -> Ran:
    (arena.folder / "slow.py").write_text(
        "import pathlib, sys, time\npathlib.Path('running').touch()\n"
        "while not pathlib.Path('stop').exists():\n    time.sleep(0.02)\n"
    )
    words = arena.exec_words("--permit", arena.permit, "--target", "tiles:kansas")
    slow = [*words[: words.index("--")], "--", arena.builder[0], "-I", arena.folder / "slow.py"]
    process = arena.started(*slow)
    for _ in range(1000):
        if (arena.folder / "running").exists():
            break
        time.sleep(0.02)
    try:
        return arena.exec("--target", "tiles:kansas")
    finally:
        (arena.folder / "stop").touch()
        process.wait(timeout=60)


@scenario(
    "processes",
    wants="go on with the lease of a builder that outlived its launcher",
    must="exit 75",
    says="held|lease",
)
def the_launcher_died_and_its_builder_runs_on(arena: Arena) -> Ran:
    (arena.folder / "slow.py").write_text(
        "import os, pathlib, time\npathlib.Path('running').write_text(str(os.getpid()))\n"
        "while not pathlib.Path('stop').exists():\n    time.sleep(0.02)\n"
    )
    words = arena.exec_words("--permit", arena.permit, "--target", "tiles:kansas")
    process = arena.started(
        *words[: words.index("--")], "--", arena.builder[0], "-I", arena.folder / "slow.py"
    )
    for _ in range(1000):
        if (arena.folder / "running").exists():
            break
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    try:
        return arena.exec("--target", "tiles:kansas")
    finally:
        (arena.folder / "stop").touch()


@scenario(
    "processes",
    wants="repeat a run that died half way",
    must="exit 126 until it is settled",
    says="settle|repair",
)
def a_builder_was_killed(arena: Arena) -> Ran:
    (arena.folder / "builder.py").write_text("import os\nos.kill(os.getpid(), 9)\n")
    killed = arena.exec_permit()
    if killed.code != 128 + 9:
        raise RuntimeError(killed.said)
    return arena.exec()


@scenario(
    "processes",
    wants="have a missing command count as done",
    must="exit 127, no permit used",
    says="not found|no such",
)
def the_command_is_not_there(arena: Arena) -> Ran:
    words = arena.exec_words("--permit", arena.permit)
    return arena.run(*words[: words.index("--")], "--", "no-such-command-anywhere")


@scenario("processes", wants="run nothing and call it a run", must="exit 125", says="command|CMD")
def there_is_no_command(arena: Arena) -> Ran:
    words = arena.exec_words("--permit", arena.permit)
    return arena.run(*words[: words.index("--")])
