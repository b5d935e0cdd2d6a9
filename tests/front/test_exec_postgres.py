"""`exec` with leases in PostgreSQL, on a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kfm_gates.permit import lease_postgres
from tests.support.postgres import Server
from tests.support.running import KANSAS, MAIN, Ran, environment
from tests.support.signing import Issuer

pytestmark = pytest.mark.stores

Cli = Callable[..., Ran]
TARGET = "promote:kansas-counties"
BUILD = 'echo "{}" > "$KFM_GATES_RECEIPT"'


@pytest.fixture
def dsn(postgres: Server, tmp_path: Path, issuer: Issuer) -> str:
    """A database of its own, which the configuration names for leases."""
    made = postgres.create(f"lease_{os.urandom(6).hex()}")
    with (tmp_path / "kfm-gates.toml").open("a") as file:
        file.write(f'[lease]\npostgres = "{made}"\n')
    return made


def last(folder: Path) -> dict[str, object]:
    lines = (folder / ".kfm-gates" / "store" / "runs.jsonl").read_bytes().splitlines()
    line: dict[str, object] = json.loads(lines[-1])
    return line


LOOK = """\
import sys
import pg8000.native

connection = pg8000.native.Connection("gates", database="postgres", unix_sock=sys.argv[1])
query = "SELECT application_name FROM pg_stat_activity WHERE datname = :name"
print(*connection.run(query, name=sys.argv[2])[0])
"""


def test_a_run_takes_the_lease_and_lets_it_go(go: Cli, dsn: str, postgres: Server) -> None:
    database = dsn.partition("?")[0].rpartition("/")[2]
    look = f'{sys.executable} -c "$1" "$2" "$3"; {BUILD}; echo $KFM_GATES_RUN'
    ran = go("--", "sh", "-c", look, "sh", LOOK, postgres.folder / ".s.PGSQL.5432", database)
    assert ran.code == 0, ran.said
    shown, run = ran.out.splitlines()
    assert shown.startswith(f"kfm-gates/{run}/") and len(shown) == len(f"kfm-gates/{run}/") + 32
    lease_postgres.take(dsn, [TARGET], "next").end()


def test_another_host_that_holds_it_is_75(go: Cli, dsn: str, tmp_path: Path) -> None:
    other = lease_postgres.take(dsn, [TARGET], "other")
    ran = go("--", "sh", "-c", "touch marker")
    assert ran.code == 75, ran.said
    assert ran.err.startswith(f"kfm-gates: the target {TARGET} is held by the run other (gates from ")
    other.end()
    assert not (tmp_path / "marker").exists()
    assert go("--", "sh", "-c", BUILD).code == 0


def test_a_lease_that_is_lost_ends_the_command_and_fails_the_run(
    go: Cli, dsn: str, issuer: Issuer, postgres: Server, tmp_path: Path
) -> None:
    wait = f"trap 'touch asked; {BUILD}; exit 0' TERM; touch ready; while :; do sleep 0.05; done"
    called = [sys.executable, "-P", "-c", MAIN, "exec", *issuer.words(), str(KANSAS), "--", "sh", "-c", wait]
    with subprocess.Popen(called, cwd=tmp_path, stderr=subprocess.PIPE, env=environment()) as launcher:
        while not (tmp_path / "ready").exists():
            assert launcher.poll() is None
            time.sleep(0.02)
        postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'kfm-gates/%'"
        )
        assert launcher.wait(60) == 125
        assert launcher.stderr is not None
        assert b"the lease was lost while it ran" in launcher.stderr.read()
    assert (tmp_path / "asked").exists()
    closed = last(tmp_path)
    assert (closed["outcome"], closed["reason"], closed["exit_code"]) == ("failed", "lease_lost", 0)


def test_a_command_that_leaves_a_process_behind_leaves_it_the_lease(
    go: Cli, dsn: str, tmp_path: Path
) -> None:
    daemon = "(while test ! -e go; do sleep 0.05; done) >/dev/null 2>&1 &"
    ran = go("--", "sh", "-c", f"{BUILD}\n{daemon}")
    assert ran.code == 0 and "left behind" in ran.err, ran.said
    with pytest.raises(lease_postgres.LeaseHeld):
        lease_postgres.take(dsn, [TARGET], "other")
    (tmp_path / "go").touch()


def test_a_server_that_is_gone_runs_nothing(go: Cli, issuer: Issuer, tmp_path: Path) -> None:
    with (tmp_path / "kfm-gates.toml").open("a") as file:
        file.write(f'[lease]\npostgres = "postgresql://me:geheim@/x?host={tmp_path}"\n')
    ran = go("--", "sh", "-c", "touch marker")
    assert ran.code == 125 and ran.err.count("\n") == 1 and "geheim" not in ran.err, ran.said
    assert not (tmp_path / "marker").exists()
