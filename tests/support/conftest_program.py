"""The real conftest where it is at hand, and programs that only claim to be it."""

from __future__ import annotations

import functools
import shutil
import sys
from pathlib import Path

from kfm_gates.engines.conftest_binary import Conftest, ConftestChoice, identify
from kfm_gates.engines.policy_file import PolicyFile

NEEDED = "KFM_GATES_CONFTEST_NEEDED"
"""Set where a test that needs conftest must run: then a missing one is a failure."""

VERSION = "if [ \"$1\" = --version ]; then printf 'Conftest: 0.71.1\\nOPA: 1.21.1\\n'; exit 0; fi\n"

HEAD = "# METADATA\n# title: A rule\npackage kfm.acme.own\n\ndefault allow := false\n\n"
PACKAGE = "kfm.acme.own"


def own_rule(rules: str) -> PolicyFile:
    return PolicyFile("rego/acme/own.rego", HEAD + rules)


@functools.cache
def real_conftest() -> Path | None:
    """`.venv/bin/conftest`, or one on PATH."""
    built = Path(sys.executable).parent / "conftest"
    found = str(built) if built.is_file() else shutil.which("conftest")
    return Path(found).absolute() if found else None


@functools.cache
def identified() -> Conftest:
    return identify(ConftestChoice(real_conftest()))


def program(folder: Path, script: str, *, name: str = "conftest") -> Path:
    """A shell script that is called conftest."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)
    return path
