"""Leases across hosts: PostgreSQL advisory locks, held by a session whose connection the command inherits.

The server frees them when the last process that has the connection is gone. `application_name` names the run
and the permit's nonce, the fencing token, so that the holder shows in pg_stat_activity. All hosts must name
the same database: advisory locks are per database. A pooler that shares sessions can't be used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import time
from collections.abc import Iterable
from typing import Any

from kfm_gates.errors import EngineError, KfmGatesError, LeaseHeld
from kfm_gates.permit.lease import refuse_names
from kfm_gates.stores.postgres_address import Address, address

_TIMEOUT = 10.0

_HOLDER = """\
SELECT application_name, usename, coalesce(host(client_addr), 'its own host'), backend_start::text
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid::bigint = :high AND objid::bigint = :low
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
_SHOW = "SELECT set_config('application_name', :name, false)"
_MINE = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
_SETTINGS = """\
SELECT set_config(name, value, false) FROM pg_settings JOIN (VALUES ('idle_session_timeout', '0'),
  ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3'))
  AS wanted(name, value) USING (name)"""


class PostgresLeases:
    """The leases of one run on a server: all of its targets, or none."""

    def __init__(self, connection: Any, handle: int, run: str, targets: tuple[str, ...]) -> None:
        self._connection = connection
        self._handle = handle
        self._run = run
        self.targets = targets

    @property
    def fds(self) -> tuple[int, ...]:
        """What a process must inherit to hold the leases too: the connection."""
        return (self._handle,)

    def name(self, nonce: str) -> None:
        """Show the permit's nonce, the fencing token, in pg_stat_activity."""
        try:
            self._connection.run(_SHOW, name=_shown(self._run, nonce))
        except Exception as error:
            raise EngineError("the lease in PostgreSQL was lost while the gates were judged") from error

    def alive(self) -> bool:
        """Whether this session still holds every lock."""
        try:
            return bool(self._connection.run(_MINE) == [[len(self.targets)]])
        except Exception:  # whatever the connection died of
            return False

    def end(self) -> None:
        """Free the locks, for every process that has the connection."""
        with contextlib.suppress(Exception):
            self._connection.run("SELECT pg_advisory_unlock_all()")
        with contextlib.suppress(Exception):
            self._connection.close()
        self.drop()

    def drop(self) -> None:
        """Let go, and leave the locks to the processes that inherited the connection."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
        if self._connection is not None and self._connection._usock is not None:
            # Closed without goodbye: a goodbye would end the session for those who still need it.
            with contextlib.suppress(OSError):
                os.close(self._connection._usock.detach())
        self._connection = None


def take(dsn: str, targets: Iterable[str], run: str) -> PostgresLeases:
    """Take the leases of all targets, or none.

    Raises LeaseHeld, which says by whom, and EngineError when the server can't be reached or refuses.
    """
    names = tuple(sorted(set(targets)))
    refuse_names(names)
    place = address(dsn, "lease.postgres")
    connection, handle = _connect(place, run)
    leases = PostgresLeases(connection, handle, run, names)
    try:
        connection.run(_SETTINGS)
        for name in names:
            _lock(connection, name, place)
        if not leases.alive():
            raise EngineError(f"{place}: the session does not keep its locks; connect without a pooler")
    except BaseException as error:
        leases.end()
        raise _told(place, error) from error
    return leases


def _connect(place: Address, run: str) -> tuple[Any, int]:
    try:
        import pg8000.native
    except ImportError as error:
        raise EngineError(
            "a lease in PostgreSQL needs pg8000; install it with: pip install 'kfm-gates[stores]'"
        ) from error
    with contextlib.ExitStack() as undo:
        try:
            plain = undo.enter_context(_socket(place))
            handle = os.dup(plain.fileno())
            undo.callback(os.close, handle)
            connection = pg8000.native.Connection(
                place.user,
                host=place.host,
                database=place.database,
                password=place.password,
                sock=plain,
                ssl_context=place.tls() or False,
                application_name=_shown(run),
            )
        except Exception as error:
            raise _told(place, error) from error
        undo.pop_all()
        return connection, handle


def _socket(place: Address) -> socket.socket:
    """A connection over which nothing was said yet."""
    if not place.is_local:
        connected = socket.create_connection((place.host, place.port), _TIMEOUT)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return connected
    local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        local.settimeout(_TIMEOUT)
        local.connect(f"{place.host}/.s.PGSQL.{place.port}")
    except BaseException:
        local.close()
        raise
    return local


def _lock(connection: Any, target: str, place: Address) -> None:
    key = int.from_bytes(hashlib.sha256(b"kfm-gates lease\0" + target.encode()).digest()[:8], signed=True)
    for _ in range(3):  # a session that is just ending needs a moment
        if connection.run("SELECT pg_try_advisory_lock(:key)", key=key) == [[True]]:
            return
        time.sleep(0.05)
    unsigned = key % 2**64
    rows = connection.run(_HOLDER, high=unsigned >> 32, low=unsigned % 2**32)
    raise LeaseHeld(_refusal(target, rows[0] if rows else None))


def _refusal(target: str, row: Any) -> str:
    if row is None:
        return f"the target {target} is held by another session in PostgreSQL; try again when it has ended"
    name, user, host, since = row
    run, _, nonce = str(name).removeprefix("kfm-gates/").partition("/")
    about = f"since {since}" + (f", nonce {nonce}" if nonce else "")
    return (
        f"the target {target} is held by the run {run or 'unknown'} ({user} from {host} {about}); "
        "try again when it has ended"
    )


def _shown(run: str, nonce: str | None = None) -> str:
    """A name of at most 63 bytes, which is what PostgreSQL keeps."""
    return "/".join(("kfm-gates", run, *((nonce,) if nonce else ())))[:63]


def _told(place: Address, error: BaseException) -> BaseException:
    """The error in one sentence, without what the connection was made with."""
    if not isinstance(error, Exception) or isinstance(error, KfmGatesError):
        return error
    said = str(error)
    met: BaseException | None = error
    while met is not None:  # what the server said may hide behind the broken goodbye that followed it
        if met.args and isinstance(met.args[0], dict):
            said = met.args[0].get("M", said)
            break
        met = met.__context__
    reason = " ".join((said or type(error).__name__).split())
    if place.password:
        reason = reason.replace(place.password, "…")
    return EngineError(f"{place}: the lease can't be had: {reason}")
