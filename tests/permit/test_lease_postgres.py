"""Leases in PostgreSQL, on a real server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kfm_gates.errors import EngineError, LeaseHeld
from kfm_gates.permit.lease_postgres import take
from tests.support.postgres import Server

RUN, NONCE = "0123456789abcdef", "ab" * 16

HOLD = """\
import subprocess, sys
from kfm_gates.permit.lease_postgres import take
leases = take(sys.argv[1], ['tiles:a'], 'launcher')
child = subprocess.Popen(['cat'], stdin=sys.stdin, pass_fds=leases.fds)
print('held', flush=True)
child.wait()
"""


@pytest.mark.stores
def test_one_session_at_a_time(postgres: Server) -> None:
    dsn = postgres.create("one")
    first = take(dsn, ["b", "a"], RUN)
    first.name(NONCE)
    assert first.targets == ("a", "b") and first.alive()
    with pytest.raises(LeaseHeld) as refused:
        take(dsn, ["c", "b"], "second")
    said = str(refused.value)
    assert said.startswith(f"the target b is held by the run {RUN} (gates from its own host since 20")
    assert f"nonce {NONCE}" in said and refused.value.exit_code == 75
    take(dsn, ["c"], "third").end()
    first.end()
    take(dsn, ["a", "b", "c"], "second").end()


@pytest.mark.stores
def test_the_holder_shows_in_pg_stat_activity(postgres: Server) -> None:
    leases = take(postgres.create("shown"), ["a"], RUN)
    leases.name(NONCE)
    names = postgres.run("SELECT application_name FROM pg_stat_activity WHERE datname = 'shown'")
    assert names == [[f"kfm-gates/{RUN}/{NONCE}"]]
    leases.end()


@pytest.mark.stores
def test_the_lease_lives_as_long_as_the_builder_also_when_the_launcher_was_killed(postgres: Server) -> None:
    dsn = postgres.create("builder")
    words = [sys.executable, "-c", HOLD, dsn]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None and launcher.stdout.readline() == "held\n"
        launcher.kill()
        launcher.wait()
        with pytest.raises(LeaseHeld, match="the run launcher"):
            take(dsn, ["tiles:a"], "mine")
        assert launcher.stdin is not None
        launcher.stdin.close()  # the builder, `cat`, ends
        assert launcher.stdout.read() == ""
    take(dsn, ["tiles:a"], "mine").end()


@pytest.mark.stores
def test_what_the_launcher_drops_its_child_keeps(postgres: Server) -> None:
    dsn = postgres.create("dropped")
    leases = take(dsn, ["a"], "mine")
    kept = os.dup(leases.fds[0])
    leases.drop()
    with pytest.raises(LeaseHeld):
        take(dsn, ["a"], "other")
    os.close(kept)
    take(dsn, ["a"], "other").end()


@pytest.mark.stores
def test_a_session_that_was_ended_is_noticed(postgres: Server) -> None:
    leases = take(postgres.create("ended"), ["a"], "mine")
    assert leases.alive()
    postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ended'")
    assert not leases.alive()
    leases.end()


@pytest.mark.stores
def test_a_lock_that_was_let_go_is_noticed(postgres: Server) -> None:
    leases = take(postgres.create("let_go"), ["a", "b"], "mine")
    leases._connection.run("SELECT pg_advisory_unlock_all()")
    assert not leases.alive()
    leases.end()


@pytest.mark.stores
def test_a_database_that_is_not_there_is_one_sentence(postgres: Server) -> None:
    with pytest.raises(EngineError, match='database "nowhere" does not exist'):
        take(postgres.dsn("nowhere"), ["a"], "mine")


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="the lease can't be had: ") as refused:
        take(f"postgresql://me:geheim@/db?host={tmp_path}", ["a"], "mine")
    assert "geheim" not in str(refused.value) and "\n" not in str(refused.value)
