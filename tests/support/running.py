"""Running the program as a user does: real processes on copies of the example dataset."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parent.parent.parent
KANSAS = REPOSITORY / "fixtures" / "kansas-counties"
MAIN = "import sys; from kfm_gates.front.cli import main; sys.exit(main())"
"""What the installed command does."""
EVALUATED_AT = "2026-10-31T12:00:00Z"


@functools.cache
def no_network() -> tuple[str, ...]:
    """What to put before a command so that it and its children have no network; empty where nothing can."""
    for way in (("--map-current-user", "--net"), ("--map-root-user", "--net")):
        command = ("unshare", *way)
        if (
            shutil.which("unshare")
            and subprocess.run([*command, "true"], capture_output=True).returncode == 0
        ):
            return command
    return ()


@dataclass(frozen=True)
class Ran:
    """What a process came to."""

    code: int
    out: str
    err: str
    record: Path

    @property
    def said(self) -> str:
        """Everything that it said, for a test's message."""
        return f"exit {self.code}\n{self.out}\n{self.err}"

    @property
    def decision(self) -> bytes:
        """The bytes of the gate decision."""
        return (self.record / "decision.json").read_bytes()

    @property
    def predicate(self) -> Any:
        """The gate decision's predicate."""
        return json.loads(self.decision)["predicate"]

    @property
    def run(self) -> Any:
        """`run.json`."""
        return json.loads((self.record / "run.json").read_bytes())

    @property
    def permit(self) -> Path:
        """Where the permit lies, if there is one."""
        return self.record / "permit.json"

    def findings(self) -> list[Any]:
        """Every finding of every subject."""
        return [f for s in self.predicate["subjects"] for c in s["checks"] for f in c["findings"]]

    def denied(self) -> set[str]:
        """The checks that denied."""
        return {c["id"] for s in self.predicate["subjects"] for c in s["checks"] if c["status"] == "DENY"}


def kansas_copy(folder: Path) -> Path:
    """A copy of the example dataset that a test may break."""
    return Path(shutil.copytree(KANSAS, folder / "evidence"))


def environment(extra: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """This process's environment with some variables set, or removed when None."""
    result = dict(os.environ)
    for name, value in (extra or {}).items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def program(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str | None] | None = None,
    before: Sequence[str] = (),
    timeout: float = 120,
    record: Path | None = None,
    python: Path | None = None,
) -> Ran:
    """Run `kfm-gates` with these arguments in `cwd`, with the interpreter (and so the installation) `python`."""
    done = subprocess.run(
        [*before, str(python or sys.executable), "-P", "-c", MAIN, *map(str, arguments)],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        timeout=timeout,
    )
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    return Ran(done.returncode, out, err, record or cwd / ".kfm-gates" / "record")


def check(
    root: Path,
    *arguments: str | Path,
    cwd: Path,
    at: str | None = EVALUATED_AT,
    env: Mapping[str, str | None] | None = None,
    before: Sequence[str] = (),
    timeout: float = 120,
    record: Path | None = None,
) -> Ran:
    """`kfm-gates check ROOT …`; `at` None judges now, which is what a permit needs."""
    when = ("--evaluated-at", at) if at else ()
    kept = ("--record", record) if record else ()
    return program(
        "check",
        root,
        *when,
        *kept,
        *arguments,
        cwd=cwd,
        env=env,
        before=before,
        timeout=timeout,
        record=record,
    )
