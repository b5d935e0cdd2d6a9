"""`permit_from_environment`: in a command that `kfm-gates exec` started, and nowhere else."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kfm_gates import PermitInvalid, PermitMismatch, PermitStale, UsageError, permit_from_environment
from tests.support.running import Ran

pytestmark = pytest.mark.slow  # real processes, each with a judge of its own

NAMES = ("KFM_GATES_PERMIT", "KFM_GATES_RUN", "KFM_GATES_RECEIPT", "KFM_GATES_INPUTS")
BUILDER = """
import json, os, sys
from kfm_gates import VerifiedPermit, permit_from_environment, requires_permit

@requires_permit("promote")
def build(permit: VerifiedPermit) -> None:
    path = next(iter(permit.inputs))
    print(json.dumps({
        "targets": permit.targets, "run": permit.run, "nonce": permit.nonce, "subjects": permit.subjects,
        "digest": permit.inputs.digest(path), "read": len(permit.inputs.read(path)),
        "given": {name: os.environ.get(name) for name in %r},
    }))
    permit.record_receipt({"outputs": []})

build(permit_from_environment())
%s
"""


@pytest.fixture
def exec(cli: Callable[..., Ran], good: Path, tmp_path: Path) -> Callable[..., Ran]:
    """`kfm-gates exec` of a builder that says what it was given, and then does `more`."""

    def run(*words: str, more: str = "", evidence: Path = good) -> Ran:
        (tmp_path / "builder.py").write_text(BUILDER % (NAMES, more))
        own = ("--operation", "promote", "--profile", "acme.toml", "--store", "store", "--target", "t")
        return cli("exec", *own, *words, evidence, "--", sys.executable, "builder.py")

    return run


Exec = Callable[..., Ran]


@pytest.fixture
def open_run(exec: Exec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Any]]:
    """A run that was never closed, since its launcher was killed, with its variables in this process."""

    def left() -> dict[str, Any]:
        ran = exec(more="import signal; os.kill(os.getppid(), signal.SIGKILL)")
        said: dict[str, Any] = json.loads(ran.out)
        for name, value in said["given"].items():
            monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
        Path(said["given"]["KFM_GATES_RECEIPT"]).unlink()
        return said

    return left


def test_a_builder_under_exec(exec: Exec, tmp_path: Path) -> None:
    ran = exec()
    assert ran.code == 0, ran.said
    said = json.loads(ran.out)
    assert said["targets"] == ["t"] and said["read"] > 0 and len(said["subjects"]) == 2
    assert (tmp_path / "store" / "consumed" / f"{said['nonce']}.json").is_file()
    assert json.loads(Path(said["given"]["KFM_GATES_RECEIPT"]).read_bytes()) == {"outputs": []}


def test_a_sealed_builder_reads_the_copy(exec: Exec, tmp_path: Path) -> None:
    ran = exec("--sealed", more="print(sorted(os.listdir(os.environ['KFM_GATES_INPUTS'])))")
    assert ran.code == 0, ran.said
    assert "'release'" in ran.out.splitlines()[1]


def test_without_exec(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match=r"KFM_GATES_PERMIT is not set, .*kfm-gates exec"):
        permit_from_environment()


def test_a_run_that_is_over(exec: Exec, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in json.loads(exec().out)["given"].items():
        monkeypatch.setenv(name, value or "")
    with pytest.raises(PermitMismatch, match="its run is over"):
        permit_from_environment()


def test_what_was_changed_after_the_run_began(
    open_run: Callable[[], dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = open_run()
    permit = permit_from_environment(store=tmp_path / "store")
    assert (permit.run, permit.nonce) == (said["run"], said["nonce"])
    path, store = Path(os.environ["KFM_GATES_PERMIT"]), tmp_path / "store"

    with pytest.raises(PermitMismatch, match="another permit store"):
        permit_from_environment(store=tmp_path / "other")

    def refused(kind: type[Exception], says: str) -> None:
        with pytest.raises(kind, match=says):
            permit_from_environment()

    text = path.read_text()
    for old, new in [
        ('"promote"', '"cutover"'),
        (said["nonce"], "0" * 32),
        ('"audience": "', '"audience": "x'),
    ]:
        path.write_text(text.replace(old, new))
        refused(PermitMismatch, "did not consume the permit")
    path.write_text(text[:-5])
    refused(PermitInvalid, "permit")
    path.write_text(text)

    decision = path.with_name("decision.json")
    kept = decision.read_bytes()
    decision.write_bytes(kept.replace(b"PASS", b"DENY", 1))
    refused(PermitStale, "not the decision that the permit names")
    decision.unlink()
    refused(PermitStale, "can't be read")
    decision.write_bytes(kept)

    monkeypatch.setenv("KFM_GATES_RUN", "0" * 16)
    refused(PermitMismatch, "lies in no permit store, below runs/0000")
    shutil.copytree(path.parent, store / "runs" / ("0" * 16))
    monkeypatch.setenv("KFM_GATES_PERMIT", str(store / "runs" / ("0" * 16) / "permit.json"))
    refused(PermitMismatch, "no run 0000000000000000 was admitted")

    alone = tmp_path / "alone" / "runs" / said["run"]
    shutil.copytree(path.parent, alone)
    monkeypatch.setenv("KFM_GATES_RUN", said["run"])
    monkeypatch.setenv("KFM_GATES_PERMIT", str(alone / "permit.json"))
    refused(PermitMismatch, "lies in no permit store")
    shutil.copy(store / "id", tmp_path / "alone" / "id")
    (tmp_path / "alone").chmod(0o700)
    refused(PermitMismatch, "did not consume the permit")
    monkeypatch.setenv("KFM_GATES_PERMIT", str(path))
    assert permit_from_environment().nonce == said["nonce"]
