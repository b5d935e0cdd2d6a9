"""Connection URIs: read as libpq does, and never repeated with the password in them."""

from __future__ import annotations

import ssl

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.stores.postgres_address import Address, address


@pytest.mark.parametrize(
    ("dsn", "expected"),
    [
        (
            "postgresql://me:p%40ss@db.example:6543/lease",
            Address("db.example", 6543, "lease", "me", True, None, "p@ss"),
        ),
        ("postgres://me@/lease?host=/run/pg", Address("/run/pg", 5432, "lease", "me", True, None, None)),
        (
            "postgresql://db/x?user=me&sslmode=disable&port=1",
            Address("db", 1, "x", "me", False, None, None),
        ),
    ],
)
def test_a_database_is_named_as_everywhere(dsn: str, expected: Address) -> None:
    read = address(dsn, "stores.postgis", {})
    assert read == expected
    assert "p@ss" not in str(read) + repr(read)


def test_the_password_may_come_from_the_environment() -> None:
    assert address("postgresql://me@db/x", "stores.postgis", {"PGPASSWORD": "geheim"}).password == "geheim"


def test_another_host_is_spoken_to_over_verified_tls_unless_that_is_switched_off() -> None:
    context = address("postgresql://me@db/x", "stores.postgis", {}).tls()
    assert context is not None and context.check_hostname and context.verify_mode is ssl.CERT_REQUIRED
    assert address("postgresql://me@db/x?sslmode=disable", "stores.postgis", {}).tls() is None
    assert address("postgresql://me@/x?host=/run/pg", "stores.postgis", {}).tls() is None


@pytest.mark.parametrize(
    "dsn",
    [
        "",
        "host=db password=geheim",
        "mysql://me:geheim@db/x",
        "postgresql://me:geheim@db:port/x",
        "postgresql://me:geheim@db:0/x",
        "postgresql://me:geheim@db/x?sslmode=prefer",
        "postgresql://me:geheim@db/x?application_name=y",
        "postgresql://me:geheim@db/x#y",
        "postgresql://:geheim@db/x",
        "postgresql://me:geheim@db",
    ],
)
def test_what_names_no_database_is_refused_without_its_password(dsn: str) -> None:
    with pytest.raises(UsageError) as refused:
        address(dsn, "stores.postgis", {})
    assert "geheim" not in str(refused.value)
