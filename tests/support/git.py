"""A Git repository that a test makes, whatever the developer's own configuration is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PERSON = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "A Steward", "EMAIL": "steward@example.org"}.items()
}


@dataclass(frozen=True)
class Git:
    """A work tree."""

    folder: Path

    @classmethod
    def new(cls, folder: Path) -> Git:
        """An empty repository."""
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder)
        made("init", "--quiet", "--initial-branch=main")
        return made

    def __call__(self, *words: str | Path, **extra: str) -> str:
        """Run a command; what it prints."""
        return self.run(*words, **extra).stdout.decode("utf-8", "replace")

    def run(self, *words: str | Path, check: bool = True, **extra: str) -> subprocess.CompletedProcess[bytes]:
        """Run a Git command, with more environment."""
        return self.run_program(["git", *map(str, words)], check=check, **extra)

    def run_program(
        self, command: Sequence[str], check: bool = True, **extra: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run any program in the work tree, so that Git behaves in it as it does in `run`."""
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return subprocess.run(
            command,
            cwd=self.folder,
            env={
                **kept,
                **_PERSON,
                "HOME": str(self.folder),
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
                **extra,
            },
            capture_output=True,
            check=check,
        )

    def commit(self, *paths: str) -> str:
        """Commit these paths, or everything; the commit's name."""
        self("add", "--all", "--force", *(("--", *paths) if paths else ()))
        self("commit", "--quiet", "--allow-empty", "--message", "a state")
        return self("rev-parse", "HEAD").strip()

    def write(self, path: str, data: str | bytes) -> Path:
        """Write a file of the work tree."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return file
