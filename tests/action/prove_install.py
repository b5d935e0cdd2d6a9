"""Prove that the action installs itself from its locks and then judges: green on good evidence, red on bad.

    make action-test

No step is replaced here but `actions/setup-python`, which this interpreter stands for. The packages come from
where pip is told to look, so this needs a network (or PIP_FIND_LINKS); that is why it is no test of pytest.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY))

from tests.action.conftest import GIVEN, place  # noqa: E402
from tests.action.runner import Ended, Machine, run_action  # noqa: E402
from tests.action.workflows import upload  # noqa: E402
from tests.support.repository import DENIALS  # noqa: E402
from tests.support.running import KANSAS  # noqa: E402

_LEFT_OUT = (".git", ".venv", ".kfm-gates", "__pycache__", "dist", "build", ".*_cache", ".hypothesis")
_PIP = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CERT", "SSL_CERT_FILE")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="kfm-gates-") as name:
        folder = Path(name)
        action = folder / "action"
        shutil.copytree(REPOSITORY, action, symlinks=True, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        before = _files(action)
        good, bad = _run(folder / "good", action, None), _run(folder / "bad", action, "license-absent")
        for name, ended in (("good", good), ("bad", bad)):
            print(f"{name} evidence: {ended.result}, {ended.outputs['status']}, {ended.errors}")
        if not (good.green and good.outputs["status"] == "PASS" and good.outputs["permit"]):
            print(good.log)
            return 1
        if bad.result != "failure" or bad.outputs["status"] != "DENY" or bad.outputs["permit"]:
            print(bad.log)
            return 1
        if (folder / "good" / "workspace" / "started").is_file() is False:
            print("the script was not started on good evidence")
            return 1
        if (folder / "bad" / "workspace" / "started").exists():
            print("the script was started on bad evidence")
            return 1
        if changed := sorted(set(_files(action).items()) ^ set(before.items())):
            print(f"installing changed the action's own files: {changed[:5]}")
            return 1
    print("the action installs from its locks, opens for good evidence and for nothing else")
    return 0


def _run(folder: Path, action: Path, case: str | None) -> Ended:
    machine = Machine(
        folder,
        uses={
            "actions/setup-python": lambda _, __: {"python-path": sys.executable},
            "actions/upload-artifact": upload(folder / "store"),
        },
        environment={name: os.environ[name] for name in _PIP if name in os.environ},
    )
    (machine.workspace / "evidence").symlink_to(KANSAS)
    if case is not None:
        place(machine, DENIALS / "rights.license" / f"{case}.json")
    return run_action(machine, action, GIVEN | {"run": "touch started", "artifact": "record"})


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


if __name__ == "__main__":
    sys.exit(main())
