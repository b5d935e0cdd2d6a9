"""The example loader, against a real PostGIS: all of the judged rows, or the database as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.postgres import Server
from tests.support.worked_examples import Example, commands_of

pytestmark = [pytest.mark.slow, pytest.mark.stores]

BY_ITSELF, BY_EXEC = commands_of("load-postgis")
NO_RENAMING = """
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$;
CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('ALTER SCHEMA') EXECUTE FUNCTION refuse();
"""


class Loader:
    """The example, with a database of its own."""

    def __init__(self, example: Example, server: Server, dsn: str) -> None:
        self.example, self.server = example, server
        url = urlsplit(dsn)
        self.database = url.path.removeprefix("/")
        self.where = {
            "PGHOST": parse_qs(url.query)["host"][0],
            "PGUSER": url.username,
            "PGDATABASE": self.database,
            "PGPORT": None,
            "PGPASSWORD": None,
        }

    def run(self, command: str) -> Any:
        return self.example.run(command, self.where)

    def ask(self, question: str) -> list[Any]:
        return [row[0] for row in self.server.run(question, self.database)]

    def schemas(self) -> list[str]:
        return self.ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'counties%' ORDER BY 1")


@pytest.fixture
def loader(tmp_path: Path, postgres: Server, postgis: str) -> Loader:
    return Loader(Example.copy("load-postgis", tmp_path), postgres, postgis)


def test_both_commands_load(loader: Loader) -> None:
    first = loader.run(BY_ITSELF)
    assert first.returncode == 0, first.stderr
    assert first.stdout == "loaded; what was live before: nothing\n"
    assert loader.schemas() == ["counties"]
    assert loader.ask("SELECT count(*) FROM counties.county") == [105]
    assert loader.ask("SELECT bool_and(ST_IsValid(geometry)) FROM counties.county") == [True]
    riley = "SELECT name FROM counties.county WHERE ST_Contains(geometry, ST_SetSRID(ST_Point(-96.7, 39.3), 4326))"
    assert loader.ask(riley) == ["Riley"]

    second = loader.run(BY_EXEC)
    assert second.returncode == 0, second.stderr
    live, before = loader.schemas()
    assert live == "counties" and second.stdout == f"loaded; what was live before: {before}\n"
    assert loader.ask("SELECT count(*) FROM counties.county") == [105]
    assert loader.example.states() == ["succeeded", "succeeded"]
    receipts = (loader.example.folder / ".kfm-gates/store/runs").glob("*/receipt.json")
    outputs = [json.loads(path.read_bytes())["outputs"] for path in receipts]
    assert outputs[0] == outputs[1] and outputs[0][0]["rows"] == 105


def test_with_one_byte_changed_nothing_is_created(loader: Loader) -> None:
    loader.example.change_a_byte("artifact")
    by_exec = loader.run(BY_EXEC)
    assert by_exec.returncode == 126, by_exec.stderr
    by_itself = loader.run(BY_ITSELF)
    assert by_itself.returncode == 1 and "nothing was loaded: the gates did not open" in by_itself.stderr
    assert loader.schemas() == [] and loader.example.states() == []


def test_a_failure_at_the_end_leaves_what_was_live(loader: Loader) -> None:
    for statement in ("CREATE SCHEMA counties", "CREATE TABLE counties.county AS SELECT 'old' AS name"):
        loader.server.run(statement, loader.database)
    for statement in NO_RENAMING.strip().split(";\n"):
        loader.server.run(statement.rstrip(";"), loader.database)
    ran = loader.run(BY_EXEC)
    assert ran.returncode == 1 and "not now" in ran.stderr, ran.stderr
    assert loader.schemas() == ["counties"]
    assert loader.ask("SELECT name FROM counties.county") == ["old"]
    assert loader.example.states() == ["failed"]
    assert loader.run(BY_EXEC).returncode == 126  # until somebody has recorded what became of it
