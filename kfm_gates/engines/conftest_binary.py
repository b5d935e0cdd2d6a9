"""Which conftest judges: one executable, found once, of a known version and a known digest.

Conftest is another people's program that is looked up by its name, so what is found may be anything: a script,
an old version, one that was exchanged since. What can't be identified does not judge.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.engines.conftest_process import run
from kfm_gates.engines.limits import LIMITS
from kfm_gates.errors import EngineError

MINIMUM = (0, 66, 0)
"""The oldest version that was tried; older ones read Rego v0, or leave errors of builtins out."""

WAY_OUT = (
    "install conftest {minimum} or newer and put it on PATH, or name it in kfm-gates.toml "
    '([engines.conftest] path = "…"); or judge with `engine = "regorus"`'
)
_VERSION = re.compile(r"Conftest: v?(\d+)\.(\d+)\.(\d+)")
_OPA = re.compile(r"^OPA: v?(\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class ConftestChoice:
    """What the configuration says of conftest: where it lies (else on PATH), and the digest that it must have."""

    path: Path | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Conftest:
    """A conftest that was identified."""

    path: Path
    version: str
    opa: str
    sha256: str
    stamp: tuple[int, ...]
    """What shows that the file is still the one whose digest was taken."""

    @property
    def described(self) -> str:
        """Version and digest, as decisions name it."""
        return f"{self.version} (OPA {self.opa}) sha256:{self.sha256}"

    def demand_unchanged(self) -> None:
        """Raise EngineError if another file lies there by now."""
        if _stamp(self.path) != self.stamp:
            raise EngineError(f"conftest at {self.path} was exchanged while it judged; run the gates again.")


def locate(choice: ConftestChoice) -> Path:
    """Where conftest lies, as it is named. Raises EngineError when there is none."""
    if choice.path is not None:
        found = choice.path
        if not found.is_file() or not os.access(found, os.X_OK):
            raise EngineError(
                f"conftest is missing: {found} is no executable file; {way_out()}, or correct the path."
            )
        return found.absolute()
    # Not what lies in the working folder by chance: only whole paths are looked through.
    folders = [each for each in os.get_exec_path() if os.path.isabs(each)]
    name = shutil.which("conftest", path=os.pathsep.join(folders)) if folders else None
    if name is None:
        raise EngineError(f"conftest is missing: there is none on PATH; {way_out()}.")
    return Path(name)


def identify(choice: ConftestChoice) -> Conftest:
    """The conftest of this choice. Raises EngineError for one that is missing, too old, or of another digest."""
    path = locate(choice).resolve()
    try:
        stamp = _stamp(path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EngineError(f"conftest at {path} can't be read ({error.strerror}); {way_out()}.") from error
    # Before it is run for the first time: what has another digest is not started at all.
    if choice.sha256 is not None and digest != choice.sha256.removeprefix("sha256:"):
        raise EngineError(
            f"conftest at {path} has the digest {digest}, not the pinned {choice.sha256}; "
            "install the pinned one, or pin the new digest in kfm-gates.toml."
        )
    version, opa = _version(path)
    found = Conftest(path, version, opa, digest, stamp)
    found.demand_unchanged()
    return found


def way_out() -> str:
    """What a person does who has no conftest that can judge."""
    return WAY_OUT.format(minimum=".".join(map(str, MINIMUM)))


def _version(path: Path) -> tuple[str, str]:
    with tempfile.TemporaryDirectory(prefix="kfm-gates-") as folder:
        ended = run([str(path), "--version"], Path(folder), LIMITS["conftest"])
    said = _VERSION.match(ended.stdout)
    if ended.code != 0 or said is None:
        words = " ".join(ended.stdout.split())[:100] or "nothing"
        raise EngineError(f"conftest at {path} says no version that is known (it says {words}); {way_out()}.")
    numbers = tuple(int(each) for each in said.groups())
    version = ".".join(said.groups())
    if numbers < MINIMUM:
        raise EngineError(f"conftest at {path} is {version}, which is too old; {way_out()}.")
    opa = _OPA.search(ended.stdout)
    return version, opa[1] if opa else "unknown"


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        about = path.stat()
    except OSError:
        return ()  # what is gone is another than what was there
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns
