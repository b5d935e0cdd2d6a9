"""A PostgreSQL schema, or one relation of it: what it is made of and what it holds, as one digest.

PostgreSQL counts nothing that changes exactly when content does: statistics are lost in a crash and late,
`xmin` repeats, files are rewritten by maintenance. So the revision is of the content itself: every row is read
in one read-only snapshot. Equal content has an equal revision, whatever VACUUM, CLUSTER or a restart did;
another server or database never has. Limits: reading takes as long as a sequential scan; a view is read as
well as its definition, so one that depends on the clock never keeps its revision; a replica answers for
itself; large objects, values of sequences and settings of roles are not part of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from kfm_gates.errors import EngineError
from kfm_gates.evidence.canonical import digest_of
from kfm_gates.model.finding import Json
from kfm_gates.stores.interface import Observation, Question
from kfm_gates.stores.postgis_questions import (
    IDENTITY,
    RELATIONS,
    SCHEMA,
    SETTINGS,
    STRUCTURE,
    content,
)
from kfm_gates.stores.postgres_address import Address

STORE = "postgis"


@dataclass(frozen=True)
class PostgisStore:
    """One database; `live` and `output` are schemas, or `schema.relation`."""

    address: Address
    timeout_seconds: int = 600
    name: str = STORE

    def observe(self, question: Question, observed_at: str) -> Observation:
        """See Store."""
        with self._snapshot() as ask:
            rows = ask(IDENTITY)
            state = _state(ask, *_parts(question.live))
            output_exists = _exists(ask, *_parts(question.output))
        system, database = rows[0]
        revision = digest_of({"system": system, "database": database, "live": question.live, "state": state})
        answer: dict[str, Json] = {
            "system": system,
            "database": database,
            "exists": state is not None,
            "relations": {} if state is None else state["relations"],
            "structure": None if state is None else digest_of(state["structure"]),
            "output_serves": state is not None and question.output == question.live,
            "output_exists": output_exists,
        }
        return Observation(STORE, question, answer, revision, observed_at)

    @contextmanager
    def _snapshot(self) -> Iterator[Any]:
        """Statements within one read-only transaction; EngineError for whatever keeps them from being answered."""
        try:
            import pg8000.native as driver
        except ImportError as error:
            raise EngineError(
                'postgis can\'t be observed: pg8000 is not installed; pip install "kfm-gates[stores]"'
            ) from error
        try:
            connection = driver.Connection(**self.address.arguments(self.timeout_seconds))
        except (driver.Error, OSError) as error:
            raise self._failed(error) from None
        try:
            connection.run("START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for setting in (*SETTINGS, f"SET LOCAL statement_timeout = {self.timeout_seconds * 1000}"):
                connection.run(setting)
            yield connection.run
            connection.run("ROLLBACK")
        except (driver.Error, OSError) as error:
            raise self._failed(error) from None
        finally:
            with suppress(driver.Error, OSError):
                connection.close()

    def _failed(self, error: Exception) -> EngineError:
        told = error.args[0] if error.args else error
        reason = str(told.get("M", told)) if isinstance(told, dict) else str(told)
        if self.address.password:
            reason = reason.replace(self.address.password, "***")
        return EngineError(
            f"postgis can't be observed at {self.address}: {reason}; without an answer nothing is unchanged"
        )


def _parts(name: str) -> tuple[str, str]:
    """Schema and relation of a name; no relation is all of them."""
    schema, _, relation = name.partition(".")
    return schema, relation


def _exists(ask: Any, schema: str, relation: str) -> bool:
    if relation:
        return bool(ask(RELATIONS, schema=schema, relation=relation))
    return bool(ask(SCHEMA, schema=schema))


def _state(ask: Any, schema: str, relation: str) -> dict[str, Json] | None:
    """What serves; None when there is nothing of this name."""
    if not _exists(ask, schema, relation):
        return None
    owner = [row[1:] for row in ask(SCHEMA, schema=schema)]
    structure = {what: ask(text, schema=schema, relation=relation) for what, text in STRUCTURE.items()}
    relations: dict[str, Json] = {}
    for name, kind, populated in ask(RELATIONS, schema=schema, relation=relation):
        if kind == "f":
            raise EngineError(
                f"postgis can't be observed: {schema}.{name} is a foreign table, and what another server holds "
                "is not part of this one's snapshot; leave it out of what serves"
            )
        relations[name] = _content(ask, schema, name) if populated else {"populated": False}
    return {"structure": {"schema": owner, **structure}, "relations": relations}


def _content(ask: Any, schema: str, relation: str) -> dict[str, Json]:
    digest, rows = hashlib.sha256(), 0
    for part, count, hashed in ask(content(schema, relation)):
        digest.update(f"{part} {count} {hashed}\n".encode("ascii"))
        rows += count
    return {"rows": rows, "digest": f"sha256:{digest.hexdigest()}"}
