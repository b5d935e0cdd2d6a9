"""A throw-away PostgreSQL server over a Unix socket, for what only a real one can show.

As root it runs as another user, since PostgreSQL refuses root. Where that can't be (no PostgreSQL, or a
user namespace without a second user) the tests are skipped and say why; `make stores-test` sets
KFM_GATES_NEEDS_POSTGRES, which makes that a failure.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

NEEDED = "KFM_GATES_NEEDS_POSTGRES"
USER = "gates"


class Unavailable(Exception):
    """Why no server can be started here."""


@dataclass(frozen=True)
class Server:
    """A running server. Everyone who reaches its socket is trusted; it listens nowhere else."""

    folder: Path
    """The folder of its socket."""
    user: str = USER

    def dsn(self, database: str = "postgres") -> str:
        """How to reach a database, as a URI."""
        return f"postgresql://{self.user}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> Any:
        """A `pg8000.native.Connection`; close it, or use it in `contextlib.closing`."""
        import pg8000.native

        return pg8000.native.Connection(
            self.user, database=database, unix_sock=str(self.folder / ".s.PGSQL.5432")
        )

    def create(self, database: str) -> str:
        """Make an empty database and return its DSN."""
        self.run(f'CREATE DATABASE "{database}"')
        return self.dsn(database)

    def run(self, statement: str, database: str = "postgres") -> Any:
        """The rows of one statement."""
        connection = self.connect(database)
        try:
            return connection.run(statement)
        finally:
            connection.close()


def programs() -> Path:
    """The folder of initdb and postgres, of the newest version that is installed."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql*/bin")]
    found = [each for each in found if (each / "initdb").is_file() and (each / "postgres").is_file()]
    if found:
        return max(
            found, key=lambda path: [int(part) for part in path.parent.name.split("@") if part.isdigit()]
        )
    on_path = shutil.which("initdb")
    if on_path and Path(on_path).resolve().with_name("postgres").is_file():
        return Path(on_path).resolve().parent
    raise Unavailable("PostgreSQL is not installed (no initdb)")


def unprivileged() -> tuple[tuple[str, ...], int, int]:
    """What to put before a command so that it does not run as root, and whose files it then needs."""
    if os.geteuid() != 0:
        return (), os.geteuid(), os.getegid()
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        switch = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
        if shutil.which("setpriv") and subprocess.run([*switch, "true"], capture_output=True).returncode == 0:
            return switch, user.pw_uid, user.pw_gid
    raise Unavailable("PostgreSQL refuses to run as root, and here no other user can be taken on")


def serve(folder: Path) -> Iterator[Server]:
    """Start a server with its data below `folder`, and stop it in the end."""
    binaries, (switch, user, group) = programs(), unprivileged()
    for path in (folder, folder / "data"):
        path.mkdir(exist_ok=True)
        os.chown(path, user, group)
    folder.chmod(0o755)
    (folder / "data").chmod(0o700)

    def call(name: str, *words: str) -> None:
        with (folder / f"{name}.txt").open("ab") as said:
            command: Sequence[str] = (*switch, str(binaries / name), *words)
            done = subprocess.run(command, cwd=folder, stdout=said, stderr=said, timeout=120)
        if done.returncode:
            raise Unavailable(f"{name} failed: {(folder / f'{name}.txt').read_text()[-1000:]}")

    data = str(folder / "data")
    call("initdb", "-D", data, "-U", USER, "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
    settings = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=40"
    try:
        call("pg_ctl", "-D", data, "-w", "-t", "60", "-l", f"{data}/log", "-o", settings, "start")
        yield Server(folder)
    finally:
        call("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def refuse(reason: str) -> NoReturn:
    """Skip, or fail where PostgreSQL was promised."""
    if os.environ.get(NEEDED):
        pytest.fail(f"{NEEDED} is set, but {reason}")
    pytest.skip(f"{reason}; `make stores-test` runs this")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for the whole test process."""
    # Not below pytest's own folder: a socket's path may have 107 characters at most.
    with tempfile.TemporaryDirectory(prefix="kfm-pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        server = serve(Path(folder))
        try:
            running = next(server)
        except Unavailable as reason:
            refuse(str(reason))
        try:
            yield running
        finally:
            next(server, None)


@pytest.fixture
def postgis(postgres: Server) -> Iterator[str]:
    """The DSN of a fresh database with the extension postgis."""
    if not postgres.run("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"):
        refuse("the extension PostGIS is not installed")
    name = f"postgis_{os.urandom(6).hex()}"
    dsn = postgres.create(name)
    postgres.run("CREATE EXTENSION postgis", name)
    yield dsn
    postgres.run(f'DROP DATABASE "{name}" WITH (FORCE)')
