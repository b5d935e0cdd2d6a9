"""What a type checker says of programs that use the API: right use passes, what would raise is marked.

`if decision:` ends its program, so mypy calls what follows unreachable; it says so with `warn_unreachable`.
"""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HEAD = """\
from pathlib import Path

from kfm_gates import (
    GateDenied, Inputs, Permit, VerifiedPermit, evaluate, guard, permit_from_environment, requires_permit,
)


@requires_permit("build")
def build(permit: VerifiedPermit, out: Path) -> int:
    with permit.open("a.parquet") as file:
        return len(file.read())


"""

RIGHT = """\
def by_guard() -> int:
    with guard("build", "evidence", targets=["tiles:a"], python="python3.12", timeout=60) as run:
        run.record_receipt({"outputs": []})
        data: bytes = run.inputs.read("a.json")
        first: str = run.permit.subjects[0]
        inputs: Inputs = run.inputs
        return build(run.permit, Path(first)) + build(permit=run.permit, out=Path()) + len(data) + len(inputs)


def by_environment() -> int:
    return build(permit_from_environment(), Path())


def by_hand() -> Permit | None:
    try:
        return evaluate("evidence", changed_since="main").require()
    except GateDenied as denied:
        print(denied.findings[0].message)
    return None
"""

WRONG = {
    'build({"allow": True}, Path())': "arg-type",
    "build(True, Path())": "arg-type",
    "build(None, Path())": "arg-type",
    "build(Path())": "call-arg",
    "build(out=Path())": "call-arg",
    'build(evaluate("e"), Path())': "arg-type",
    'build(evaluate("e").require(), Path())': "arg-type",
    'build(evaluate("e").permit, Path())': "arg-type",
    'build(guard("build", "e"), Path())': "arg-type",
    "build(VerifiedPermit(), Path())": "call-arg",
    'requires_permit("biuld")': "arg-type",
    'guard("biuld", "e")': "arg-type",
    'permit_from_environment().operation = "cutover"': "misc",
    'if evaluate("e"): print("unreachable")': "unreachable",
    'print("unreachable") if evaluate("e") else None': "unreachable",
    'evaluate("e") and print("unreachable")': "unreachable",
}


@functools.cache
def said(folder: Path) -> str:
    """What mypy says of one module per program."""
    (folder / "right.py").write_text(HEAD + RIGHT)
    for number, line in enumerate(WRONG):
        (folder / f"wrong_{number}.py").write_text(f"{HEAD}def wrong() -> None:\n    {line}\n")
    modules = sorted(path.name for path in folder.glob("*.py"))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "--strict", "--warn-unreachable", *modules],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if done.returncode not in (0, 1):
        pytest.fail(done.stdout + done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programs")


def test_right_use_passes(folder: Path) -> None:
    assert [line for line in said(folder).splitlines() if line.startswith("right.py")] == []


@pytest.mark.parametrize(("number", "line"), list(enumerate(WRONG)), ids=list(WRONG))
def test_wrong_use_is_marked(folder: Path, number: int, line: str) -> None:
    codes = re.findall(rf"^wrong_{number}\.py:.* error: .*\[([a-z-]+)\]$", said(folder), re.MULTILINE)
    assert WRONG[line] in codes, said(folder)
