"""A plan for a PostgreSQL schema: made and held against a real server."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import EngineError
from kfm_gates.permit.plan_apply import hold_plan
from kfm_gates.planning.refusals import PlanRefused
from tests.support.plans import make, refused, request, write_draft, write_plan
from tests.support.postgres import Server
from tests.support.running import EVALUATED_AT, kansas_copy, program

pytestmark = pytest.mark.stores


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    name = f"plan_{os.urandom(6).hex()}"
    postgres.create(name)
    for statement in (
        "CREATE SCHEMA gates",
        "CREATE TABLE gates.counties (geoid text PRIMARY KEY)",
        "INSERT INTO gates.counties VALUES ('20001')",
    ):
        postgres.run(statement, name)
    yield name
    postgres.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def root(tmp_path: Path, postgres: Server, database: str) -> Path:
    dsn = postgres.dsn(database).replace("@/", ":s3cr3t@/")
    (tmp_path / "kfm-gates.toml").write_text(f'[stores.postgis]\ndsn = "{dsn}"\n')
    return kansas_copy(tmp_path)


def postgis(raw: dict[str, Any]) -> None:
    raw["targets"][0] |= {"store": "postgis", "live": "gates", "output": "gates_2", "format": "PostGIS"}
    raw["run_order"]["phases"][0]["targets"] = ["postgis:gates"]


def test_a_plan_for_a_schema(root: Path, postgres: Server, database: str) -> None:
    plan = make(root, postgis)
    (seen,) = plan.stores
    assert (seen.target, seen.answer["relations"]["counties"]["rows"]) == ("postgis:gates", 1)
    file = write_plan(root.parent, plan)
    assert hold_plan(file, request(root)).targets == ("postgis:gates",)
    postgres.run("CREATE SCHEMA gates_2", database)
    with pytest.raises(PlanRefused) as told:
        hold_plan(file, request(root))
    assert refused(told.value) == {("plan.outputs", "/targets/0/output")}
    assert hold_plan(file, request(root), "cutover")
    postgres.run("DROP SCHEMA gates_2", database)
    postgres.run("UPDATE gates.counties SET geoid = '20003'", database)
    with pytest.raises(PlanRefused, match="what postgis:gates serves has changed") as told:
        hold_plan(file, request(root))
    assert refused(told.value) == {("plan.fresh", "/stores")}
    assert told.value.refusals[0].finding.expected == seen.revision
    postgres.run(f'DROP DATABASE "{database}" WITH (FORCE)')
    with pytest.raises(EngineError, match="nothing is unchanged"):
        hold_plan(file, request(root))


def test_the_output_is_there_already(root: Path, postgres: Server, database: str) -> None:
    postgres.run("CREATE SCHEMA gates_2", database)
    with pytest.raises(PlanRefused) as told:
        make(root, postgis)
    assert refused(told.value) == {("plan.outputs", "/targets/0/output")}


def test_the_password_is_nowhere(root: Path, postgres: Server, database: str) -> None:
    draft = write_draft(root.parent, postgis)
    words = ("plan", root, "--draft", draft, "-o", "plan.json", "--evaluated-at", EVALUATED_AT)
    ran = program(*words, cwd=root.parent, env={"KFM_GATES_TRACEBACK": "1"})
    assert ran.code == 0, ran.said
    made = (root.parent / "plan.json").read_text()
    assert "s3cr3t" not in ran.out + ran.err + made
    assert json.loads(made)["stores"][0]["answer"]["database"] == database
    (root.parent / "plan.json").unlink()
    postgres.run(f'DROP DATABASE "{database}" WITH (FORCE)')
    ran = program(*words, cwd=root.parent, env={"KFM_GATES_TRACEBACK": "1"})
    assert (ran.code, "s3cr3t" in ran.out + ran.err) == (3, False), ran.said
    assert not (root.parent / "plan.json").exists()
