"""Load the published Kansas counties into PostGIS: python load.py

The database is named as for psql: PGHOST (a folder is the one of a Unix socket), PGPORT, PGUSER, PGPASSWORD,
PGDATABASE. The rows go into a schema of this run, are counted and looked at there, and take the place of the
schema `counties` in one transaction at the end. What was live before stays, under another name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import pg8000.native
import pyarrow.parquet

from kfm_gates import (
    GateDenied,
    KfmGatesError,
    VerifiedPermit,
    guard,
    permit_from_environment,
    requires_permit,
)

TARGET = "postgis:counties"
POINTER = "release/published/kansas-counties.json"
LIVE = "counties"
TABLE = """CREATE TABLE {schema}.county (
    geoid text PRIMARY KEY, name text NOT NULL, area_km2 float8 NOT NULL,
    geometry geometry(Polygon, 4326) NOT NULL CHECK (ST_IsValid(geometry))
)"""
ROW = "INSERT INTO {schema}.county VALUES (:geoid, :name, :area_km2, ST_GeomFromWKB(:geometry, 4326))"
CONTENT = "SELECT geoid, name, area_km2, ST_AsBinary(geometry, 'NDR') FROM {schema}.county ORDER BY geoid COLLATE \"C\""


@requires_permit("build")
def load(permit: VerifiedPermit, database: pg8000.native.Connection) -> str:
    """Replace the live schema by the judged rows, then write the receipt; returns what the old one is called now."""
    version = json.loads(permit.inputs.read(POINTER))["latest_version_id"]
    source = f"data/processed/kansas-counties/{version}/artifacts/counties.parquet"
    with permit.open(source) as parquet:
        rows = pyarrow.parquet.read_table(parquet).to_pylist()
    new, before = f"{LIVE}_{permit.nonce}", f"{LIVE}_before_{permit.nonce}"
    with dropped_on_failure(database, new), transaction(database):
        database.run(f"CREATE SCHEMA {new}")
        database.run(TABLE.format(schema=new))
        for row in rows:
            database.run(
                ROW.format(schema=new),
                **{name: row[name] for name in ("geoid", "name", "area_km2", "geometry")},
            )
        digest = content(database, new, rows)
    with dropped_on_failure(database, new), transaction(database):
        replaced = bool(database.run("SELECT 1 FROM pg_namespace WHERE nspname = :name", name=LIVE))
        if replaced:
            database.run(f"ALTER SCHEMA {LIVE} RENAME TO {before}")
        database.run(f"ALTER SCHEMA {new} RENAME TO {LIVE}")
        database.run(f"COMMENT ON SCHEMA {LIVE} IS 'run {permit.run}, permit {permit.nonce}'")
    permit.record_receipt(
        {
            "inputs": [{"path": source, "digest": permit.inputs.digest(source)}],
            "outputs": [{"path": f"{LIVE}.county", "digest": digest, "rows": len(rows)}],
            "replaced": before if replaced else None,
        }
    )
    return before if replaced else "nothing"


def content(database: pg8000.native.Connection, schema: str, rows: list[dict[str, Any]]) -> str:
    """The digest of what the table holds, which must be what was read."""
    stored = [list(row) for row in database.run(CONTENT.format(schema=schema))]
    wanted = [[row["geoid"], row["name"], row["area_km2"], row["geometry"]] for row in rows]
    if stored != sorted(wanted, key=lambda row: row[0]):
        raise RuntimeError(f"{schema}.county does not hold what the file holds")
    lines = (json.dumps([*row[:3], row[3].hex()]) for row in stored)
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


@contextlib.contextmanager
def transaction(database: pg8000.native.Connection) -> Iterator[None]:
    database.run("START TRANSACTION")
    try:
        yield
    except BaseException:
        database.run("ROLLBACK")
        raise
    database.run("COMMIT")


@contextlib.contextmanager
def dropped_on_failure(database: pg8000.native.Connection, schema: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        database.run(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        raise


def connect() -> pg8000.native.Connection:
    host, port = os.environ.get("PGHOST", "localhost"), int(os.environ.get("PGPORT", "5432"))
    where: dict[str, Any] = (
        {"unix_sock": f"{host}/.s.PGSQL.{port}"} if host.startswith("/") else {"host": host, "port": port}
    )
    user = os.environ.get("PGUSER", "postgres")
    return pg8000.native.Connection(
        user, database=os.environ.get("PGDATABASE", user), password=os.environ.get("PGPASSWORD"), **where
    )


def main() -> None:
    if "KFM_GATES_PERMIT" in os.environ:
        with contextlib.closing(connect()) as database:
            print("loaded; what was live before:", load(permit_from_environment(), database))
        return
    with contextlib.closing(connect()) as database, guard("build", targets=[TARGET]) as run:
        print("loaded; what was live before:", load(run.permit, database))


if __name__ == "__main__":
    try:
        main()
    except GateDenied as denied:
        for finding in denied.findings:
            print(f"{finding.place.file}: {finding.message}", file=sys.stderr)
        sys.exit(f"nothing was loaded: {denied}")
    except KfmGatesError as error:
        sys.exit(f"nothing was loaded: {error}")
