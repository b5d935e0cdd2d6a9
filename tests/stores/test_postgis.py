"""The probe of PostgreSQL, against a real server."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator
from typing import Any

import pg8000.native
import pytest

from kfm_gates.errors import EngineError, UsageError
from kfm_gates.stores.interface import Observation, Question
from kfm_gates.stores.postgis import PostgisStore
from kfm_gates.stores.postgres_address import address
from tests.support.postgres import Server

AT = "2026-10-31T12:00:00Z"
QUESTION = Question("gates", "gates_2")
SETUP = """
CREATE SCHEMA gates;
CREATE TABLE gates.counties (geoid text PRIMARY KEY, area double precision, seen timestamptz);
INSERT INTO gates.counties SELECT 'k' || n, n / 7.0, '2026-01-01T00:00:00Z' FROM generate_series(1, 500) n;
CREATE TABLE gates.parted (n int) PARTITION BY LIST (n);
CREATE TABLE gates.parted_1 PARTITION OF gates.parted FOR VALUES IN (1);
INSERT INTO gates.parted VALUES (1);
CREATE VIEW gates.large AS SELECT geoid FROM gates.counties WHERE area > 50;
CREATE MATERIALIZED VIEW gates.counted AS SELECT count(*) AS n FROM gates.counties;
CREATE TYPE gates.kind AS ENUM ('a', 'b');
CREATE FUNCTION gates.one() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
"""

pytestmark = pytest.mark.stores


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    name = f"probe_{os.urandom(6).hex()}"
    postgres.create(name)
    run(postgres, name, SETUP)
    yield name
    postgres.run(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(server: Server, database: str, text: str) -> None:
    for statement in text.split(";\n"):
        if statement.strip():
            server.run(statement, database)


def store(server: Server, name: str, **changes: Any) -> PostgisStore:
    return PostgisStore(dataclasses.replace(address(server.dsn(name), "dsn"), **changes))


def observe(server: Server, database: str, question: Question = QUESTION) -> Observation:
    return store(server, database).observe(question, AT)


def test_the_answer(postgres: Server, database: str) -> None:
    seen = observe(postgres, database)
    assert (seen.store, seen.observed_at, seen.answer["exists"]) == ("postgis", AT, True)
    assert {name: each["rows"] for name, each in seen.answer["relations"].items()} == {
        "counties": 500, "counted": 1, "large": 150, "parted": 1, "parted_1": 1,
    }  # fmt: skip
    assert (seen.answer["output_serves"], seen.answer["output_exists"]) == (False, False)
    assert seen.answer["database"] == database
    assert seen == observe(postgres, database)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE gates.counties SET area = area + 1e-9 WHERE geoid = 'k7'",
        "UPDATE gates.counties SET area = NULL WHERE geoid = 'k7'",
        "DELETE FROM gates.counties WHERE geoid = 'k7'",
        "INSERT INTO gates.counties VALUES ('x', 0, NULL)",
        "DELETE FROM gates.counties WHERE geoid = 'k7'; INSERT INTO gates.counties VALUES ('x', 1, NULL)",
        "TRUNCATE gates.counties",
        "INSERT INTO gates.parted VALUES (1)",
        "CREATE INDEX ON gates.counties (area)",
        "ALTER TABLE gates.counties RENAME COLUMN seen TO at",
        "ALTER TABLE gates.counties ALTER seen TYPE timestamp",
        "ALTER TABLE gates.counties ADD CHECK (area < 1e9)",
        "ALTER TABLE gates.counties DISABLE TRIGGER ALL; ALTER TABLE gates.counties ENABLE ROW LEVEL SECURITY",
        "GRANT SELECT ON gates.counties TO PUBLIC",
        "GRANT SELECT (geoid) ON gates.counties TO PUBLIC",
        "GRANT USAGE ON SCHEMA gates TO PUBLIC",
        "CREATE OR REPLACE VIEW gates.large AS SELECT geoid FROM gates.counties WHERE area > 51",
        "CREATE OR REPLACE FUNCTION gates.one() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2'",
        "ALTER TYPE gates.kind ADD VALUE 'c'",
        "CREATE TABLE gates.another ()",
        "DROP MATERIALIZED VIEW gates.counted",
        "DROP SCHEMA gates CASCADE",
        "ALTER SCHEMA gates RENAME TO was; CREATE SCHEMA gates",
    ],
)  # fmt: skip
def test_whatever_changes_what_serves_changes_the_revision(
    postgres: Server, database: str, change: str
) -> None:
    before = observe(postgres, database).revision
    for statement in change.split("; "):
        postgres.run(statement, database)
    assert observe(postgres, database).revision != before


@pytest.mark.parametrize(
    "change",
    [
        "VACUUM FULL gates.counties",
        "ANALYZE gates.counties",
        "CLUSTER gates.counties USING counties_pkey",
        "REINDEX TABLE gates.counties",
        "UPDATE gates.counties SET area = area",
        "CREATE SCHEMA gates_2; CREATE TABLE gates_2.counties (n int)",
        "ALTER DATABASE :name SET TimeZone = 'America/Chicago'",
        "ALTER DATABASE :name SET DateStyle = 'SQL, DMY'",
        "ALTER DATABASE :name SET extra_float_digits = -10",
        "ALTER DATABASE :name SET search_path = gates",
        "BEGIN; DELETE FROM gates.counties; ROLLBACK",
    ],
)
def test_whatever_leaves_it_as_it_is_leaves_the_revision(
    postgres: Server, database: str, change: str
) -> None:
    before = observe(postgres, database).revision
    connection = postgres.connect(database)
    for statement in change.replace(":name", f'"{database}"').split("; "):
        connection.run(statement)
    connection.close()
    assert observe(postgres, database).revision == before


def test_equal_content_in_another_database_is_not_the_same(postgres: Server, database: str) -> None:
    other = f"{database}_2"
    postgres.create(other)
    run(postgres, other, SETUP)
    one, two = observe(postgres, database), observe(postgres, other)
    assert one.answer["relations"] == two.answer["relations"]
    assert one.answer["structure"] == two.answer["structure"]
    assert one.revision != two.revision


def test_what_is_not_there(postgres: Server, database: str) -> None:
    absent = observe(postgres, database, Question("nothing", "gates"))
    assert (absent.answer["exists"], absent.answer["output_exists"]) == (False, True)
    postgres.run("CREATE SCHEMA nothing", database)
    assert observe(postgres, database, Question("nothing", "gates")).revision != absent.revision


def test_one_relation_is_a_target_too(postgres: Server, database: str) -> None:
    question = Question("gates.counties", "gates.large")
    before = observe(postgres, database, question)
    assert list(before.answer["relations"]) == ["counties"]
    assert before.answer["output_exists"] is True
    postgres.run("INSERT INTO gates.parted VALUES (1)", database)
    assert observe(postgres, database, question) == before
    postgres.run("DELETE FROM gates.counties WHERE geoid = 'k1'", database)
    assert observe(postgres, database, question).revision != before.revision


def test_a_column_named_as_the_alias_hides_nothing(postgres: Server, database: str) -> None:
    postgres.run("CREATE TABLE gates.odd (kfm_gates_row int, b int)", database)
    postgres.run("INSERT INTO gates.odd VALUES (1, 1)", database)
    before = observe(postgres, database).revision
    postgres.run("UPDATE gates.odd SET b = 2", database)
    assert observe(postgres, database).revision != before


def test_nothing_is_written(postgres: Server, database: str) -> None:
    def state() -> Any:
        return postgres.run("SELECT pg_current_snapshot()::text, pg_current_wal_insert_lsn()::text", database)

    observe(postgres, database)
    postgres.run("CHECKPOINT", database)
    before = state()
    observe(postgres, database)
    assert state()[0][0] == before[0][0]  # no transaction wrote
    postgres.run(
        "CREATE FUNCTION gates.tempt() RETURNS int LANGUAGE plpgsql AS "
        "'BEGIN INSERT INTO gates.counties VALUES (''t'', 1, NULL); RETURN 1; END'",
        database,
    )
    postgres.run("CREATE VIEW gates.trap AS SELECT gates.tempt() AS n", database)
    with pytest.raises(EngineError, match="read-only transaction"):
        observe(postgres, database)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"database": "no_such_database"}, "no_such_database"),
        ({"port": 5433}, "can't be observed at"),
        ({"host": "/nonexistent"}, "can't be observed at"),
        ({"user": "nobody_known"}, "nobody_known"),
    ],
)
def test_unreachable_is_never_unchanged(
    postgres: Server, database: str, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(EngineError, match=said) as told:
        store(postgres, database, password="s3cr3t", **change).observe(QUESTION, AT)
    assert "s3cr3t" not in str(told.value)
    assert told.value.__cause__ is None


@pytest.fixture
def reader(postgres: Server, database: str) -> Iterator[str]:
    name = f"reader_{os.urandom(6).hex()}"
    postgres.run(f"CREATE ROLE {name} LOGIN", database)
    postgres.run(f"GRANT USAGE ON SCHEMA gates TO {name}", database)
    postgres.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA gates TO {name}", database)
    yield name
    postgres.run(f"DROP OWNED BY {name}", database)
    postgres.run(f"DROP ROLE {name}", database)


def test_a_role_that_may_only_read_is_enough(postgres: Server, database: str, reader: str) -> None:
    assert store(postgres, database, user=reader).observe(QUESTION, AT) == observe(postgres, database)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE gates.secret (n int)",
        "ALTER TABLE gates.counties ENABLE ROW LEVEL SECURITY",
        "REVOKE USAGE ON SCHEMA gates FROM {reader}",
        "REVOKE SELECT ON gates.counties FROM {reader}",
    ],
)
def test_what_may_not_be_read_is_no_answer(postgres: Server, database: str, reader: str, change: str) -> None:
    postgres.run(change.format(reader=reader), database)
    with pytest.raises(EngineError, match="can't be observed"):
        store(postgres, database, user=reader).observe(QUESTION, AT)


def test_a_lock_and_a_long_scan_end_in_an_error(postgres: Server, database: str) -> None:
    holder = postgres.connect(database)
    holder.run("BEGIN")
    holder.run("LOCK TABLE gates.counties IN ACCESS EXCLUSIVE MODE")
    with pytest.raises(EngineError, match="lock timeout"):
        observe(postgres, database)
    holder.close()
    postgres.run("CREATE VIEW gates.slow AS SELECT pg_sleep(30)::text AS waited", database)
    with pytest.raises(EngineError, match="can't be observed"):
        PostgisStore(address(postgres.dsn(database), "dsn"), timeout_seconds=1).observe(QUESTION, AT)


def test_foreign_tables_are_refused(postgres: Server, database: str) -> None:
    for statement in (
        "CREATE FOREIGN DATA WRAPPER none",
        "CREATE SERVER elsewhere FOREIGN DATA WRAPPER none",
        "CREATE FOREIGN TABLE gates.away (n int) SERVER elsewhere",
    ):
        postgres.run(statement, database)
    with pytest.raises(EngineError, match="foreign table"):
        observe(postgres, database)


def test_geometry_is_content(postgis: str) -> None:
    probe = PostgisStore(address(postgis, "dsn"))
    where = probe.address.arguments(5)
    with contextlib.closing(pg8000.native.Connection(**where)) as connection:
        connection.run("CREATE SCHEMA gates")
        connection.run("CREATE TABLE gates.places (id int, geom public.geometry(Point, 4326))")
        connection.run(
            "INSERT INTO gates.places VALUES (1, public.ST_SetSRID(public.ST_MakePoint(-98, 38), 4326))"
        )
        before = probe.observe(QUESTION, AT)
        connection.run(
            "UPDATE gates.places SET geom = public.ST_SetSRID(public.ST_MakePoint(-98, 38.0000001), 4326)"
        )
    assert probe.observe(QUESTION, AT).revision != before.revision


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("", "connection URI"),
        ("mysql://u@h/d", "connection URI"),
        ("postgresql://h/d", "names no user"),
        ("postgresql://u@/d", "names no host"),
        ("postgresql://u@h", "names no database"),
        ("postgresql://u:s3cr3t@h:x/d", "connection URI"),
        ("postgresql://u:s3cr3t@h:99999/d", "connection URI"),
        ("postgresql://u:s3cr3t@h/d?sslmode=prefer", "sslmode"),
        ("postgresql://u:s3cr3t@h/d?options=-c%20x", "unknown parameter"),
        ("postgresql://u:s3cr3t@h/d?sslmode", "connection URI"),
    ],
)
def test_an_address_that_is_none(dsn: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as told:
        address(dsn, "stores.postgis.dsn", {})
    assert "s3cr3t" not in str(told.value)


def test_the_password_is_never_shown() -> None:
    known: Callable[..., Any] = address
    with_it = known("postgresql://u:s3cr3t@h/d", "dsn", {})
    from_environment = known("postgresql://u@h/d", "dsn", {"PGPASSWORD": "s3cr3t"})
    assert with_it.password == from_environment.password == "s3cr3t"
    assert "s3cr3t" not in repr(with_it) + str(with_it) + repr(PostgisStore(with_it))
    arguments = with_it.arguments(5)
    assert (
        arguments["ssl_context"].verify_mode.name == "CERT_REQUIRED"
        and arguments["ssl_context"].check_hostname
    )
    assert known("postgresql://u@h/d?sslmode=disable", "dsn", {}).arguments(5)["ssl_context"] is None
