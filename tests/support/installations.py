"""An installation that somebody has changed: a copy of the package in an environment of its own.

The copy runs in every process that the program starts (judge, workers), as a changed installation would.
"""

from __future__ import annotations

import shutil
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.running import REPOSITORY, Ran, program

Change = str | None | tuple[str, str]
"""The new text of a file; None to delete it; (old, new) to replace a part that must be there."""


@dataclass(frozen=True)
class Installation:
    """Where the changed copy lies and the interpreter that runs it."""

    package: Path
    python: Path

    def check(self, root: Path, *arguments: str | Path, cwd: Path, **options: object) -> Ran:
        """`kfm-gates check ROOT` as this installation does it."""
        return program("check", root, *arguments, cwd=cwd, python=self.python, **options)  # type: ignore[arg-type]


def install(
    folder: Path, changes: Mapping[str, Change], planted: Mapping[str, str] | None = None
) -> Installation:
    """A copy of the package with `changes` (path in the package -> change) below `folder`.

    `planted` are modules that lie before all others on the path of this environment.
    """
    home = folder / "installation"
    package = home / "kfm_gates"
    shutil.copytree(REPOSITORY / "kfm_gates", package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, change in changes.items():
        _change(package / name, change)
    for name, text in (planted or {}).items():
        (home / name).write_text(text, "utf-8")
    environment = folder / "environment"
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    libraries = Path(sysconfig.get_path("purelib"))
    (site,) = (environment / "lib").glob("python*/site-packages")
    # Folders that a .pth file names are searched in its order, and their own .pth files are not read:
    # the copy comes before the installed libraries, and the source tree is not on the path at all.
    (site / "installation.pth").write_text(f"{home}\n{libraries}\n", "utf-8")
    return Installation(package, python)


def _change(path: Path, change: Change) -> None:
    if change is None:
        path.unlink()
    elif isinstance(change, tuple):
        old, new = change
        text = path.read_text("utf-8")
        if old not in text:
            raise LookupError(f"{path.name} does not hold {old!r}; the test must follow the code")
        path.write_text(text.replace(old, new, 1), "utf-8")
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(change, "utf-8")
