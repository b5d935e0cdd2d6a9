"""Running the commands of an example's page in a copy of it, with the evidence where it looks for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.permit.run_log import RunLog
from kfm_gates.permit.runs import states
from tests.support.running import KANSAS, MAIN, REPOSITORY, environment
from tests.support.trees import file_of


@dataclass(frozen=True)
class Example:
    """A copy of one example that a test may change."""

    folder: Path
    evidence: Path
    commands: Path
    """A folder with `python` and `kfm-gates`."""

    @classmethod
    def copy(cls, name: str, to: Path) -> Example:
        evidence = Path(shutil.copytree(KANSAS, to / "fixtures" / "kansas-counties"))
        ignored = shutil.ignore_patterns(".kfm-gates", "__pycache__", "tiles")
        folder = Path(shutil.copytree(REPOSITORY / "examples" / name, to / "examples" / name, ignore=ignored))
        commands = to / "commands"
        commands.mkdir()
        for command, words in (("python", ""), ("kfm-gates", f"-P -c '{MAIN}'")):
            (commands / command).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
            (commands / command).chmod(0o755)
        return cls(folder, evidence, commands)

    def run(
        self, command: str, extra: Mapping[str, str | None] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one line in the example's folder, as a shell would."""
        path = f"{self.commands}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=environment({"PATH": path, **(extra or {})}),
            capture_output=True,
            text=True,
            timeout=300,
        )

    def states(self) -> list[str]:
        """What became of each run, as the log says."""
        return [each.state for each in states(RunLog(self.folder / ".kfm-gates" / "store").read()).values()]

    def change_a_byte(self, template: str) -> str:
        """Change one byte in the middle of one file of the evidence; returns its path below the root."""
        path = file_of(self.evidence, template)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        return path.relative_to(self.evidence).as_posix()


def commands_of(name: str) -> list[str]:
    """The commands on the page of an example."""
    page = (REPOSITORY / "examples" / name / "README.md").read_text("utf-8")
    return re.findall(r"^\$ (.+)$", page, re.MULTILINE)
