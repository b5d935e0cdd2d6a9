"""Where a PostgreSQL server is: a connection URI as libpq takes it. The password is never shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from kfm_gates.errors import UsageError

if TYPE_CHECKING:
    import ssl

_PARAMETERS = ("host", "port", "user", "sslmode", "sslrootcert")


@dataclass(frozen=True)
class Address:
    """One database of one server, and who asks."""

    host: str
    port: int
    database: str
    user: str
    encrypted: bool
    root_certificates: str | None
    password: str | None = field(repr=False)

    @property
    def is_local(self) -> bool:
        """Whether it is reached over a Unix socket; then `host` is the folder of the socket."""
        return self.host.startswith("/")

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"

    def arguments(self, timeout: float) -> dict[str, Any]:
        """What `pg8000.native.Connection` takes."""
        known: dict[str, Any] = {
            "user": self.user,
            "database": self.database,
            "password": self.password,
            "timeout": timeout,
            "application_name": "kfm-gates",
        }
        if self.is_local:
            return known | {"unix_sock": f"{self.host}/.s.PGSQL.{self.port}"}
        return known | {"host": self.host, "port": self.port, "ssl_context": self.tls()}

    def tls(self) -> ssl.SSLContext | None:
        """How the connection is encrypted; None for one that is not: over a Unix socket, or by `sslmode=disable`."""
        if not self.encrypted or self.is_local:
            return None
        import ssl

        return ssl.create_default_context(cafile=self.root_certificates)


def address(dsn: str, where: str, environment: Mapping[str, str] = os.environ) -> Address:
    """Read `postgresql://user@host:port/database?…`; without a password in it, PGPASSWORD is used.

    A server on another host is spoken to over TLS with its certificate verified (libpq's `verify-full`),
    unless `sslmode=disable` says otherwise. Raises UsageError, never with the password in it.
    """
    try:
        parts = urlsplit(dsn)
        port = parts.port
        given = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise UsageError(f"{where}: is no connection URI such as postgresql://user@host/database") from None
    if parts.scheme not in ("postgresql", "postgres") or parts.fragment:
        raise UsageError(f"{where}: must be a connection URI such as postgresql://user@host/database")
    unknown = sorted(set(given) - set(_PARAMETERS))
    if unknown:
        raise UsageError(f"{where}: unknown parameter {unknown[0]!r}; known: {', '.join(_PARAMETERS)}")
    mode = given.get("sslmode", "verify-full")
    if mode not in ("verify-full", "disable"):
        raise UsageError(f"{where}: sslmode must be verify-full (the default) or disable, not {mode!r}")
    user, database = unquote(parts.username or "") or given.get("user"), unquote(parts.path.lstrip("/"))
    host = unquote(parts.hostname or "") or given.get("host")
    for what, value in (("user", user), ("host", host), ("database", database)):
        if not value:
            raise UsageError(f"{where}: names no {what}; write postgresql://user@host/database")
    number = given.get("port", "5432") if port is None else str(port)
    if not number.isascii() or not number.isdigit() or not 0 < int(number) < 65536:
        raise UsageError(f"{where}: the port must be a number from 1 to 65535")
    password = unquote(parts.password) if parts.password else environment.get("PGPASSWORD")
    return Address(
        str(host), int(number), database, str(user), mode != "disable", given.get("sslrootcert"), password
    )
